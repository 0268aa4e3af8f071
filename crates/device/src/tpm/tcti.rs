use std::env;

/// Where the TPM is, in the words of the TPM2 software stack (TCTI, "TPM command transmission interface").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tcti(String);

impl Tcti {
    /// The kernel's resource manager, which lets several programs use one TPM.
    pub const DEFAULT: &str = "device:/dev/tpmrm0";
    /// The variables that name another, ours first; the second one is that of tpm2-tools.
    pub const VARIABLES: [&str; 2] = ["COUNTERSIGN_TPM_TCTI", "TPM2TOOLS_TCTI"];

    /// What the environment names, else [`Tcti::DEFAULT`].
    #[must_use]
    pub fn of_this_machine() -> Self {
        let named = Self::VARIABLES.into_iter().find_map(|name| env::var(name).ok());
        Self::named(named.as_deref())
    }

    /// What a text names, else [`Tcti::DEFAULT`]; `device` alone stands for it too.
    #[must_use]
    pub fn named(text: Option<&str>) -> Self {
        let named = text.map(str::trim).filter(|text| !matches!(*text, "" | "device"));
        Self(named.unwrap_or(Self::DEFAULT).to_owned())
    }

    /// The text, for example `swtpm:host=127.0.0.1,port=2321`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The device file, when it is one.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.0.strip_prefix("device:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_a_path_and_no_name_at_all_mean_the_resource_manager_of_the_kernel() {
        for text in [None, Some(""), Some(" device ")] {
            assert_eq!(Tcti::named(text).device(), Some("/dev/tpmrm0"), "{text:?}");
        }
        let swtpm = Tcti::named(Some("swtpm:host=127.0.0.1,port=2321"));
        assert_eq!(
            (swtpm.as_str(), swtpm.device()),
            ("swtpm:host=127.0.0.1,port=2321", None)
        );
    }
}

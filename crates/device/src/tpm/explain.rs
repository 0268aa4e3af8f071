//! Response codes of the TPM as errors that a person can act on (TPM 2.0 Library part 2 §6.6).

use tss_esapi::Error;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Code;

use super::TpmError;

/// Which part of the work it is, since one code means different things for different parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Making the storage primary key of a hierarchy.
    Parent,
    /// Making a key.
    Make,
    /// Loading a key.
    Load,
    /// Signing.
    Sign,
    /// Sessions and handles.
    Manage,
}

impl Step {
    const fn doing(self) -> &'static str {
        match self {
            Self::Parent => "make its storage primary key",
            Self::Make => "make the key",
            Self::Load => "load the key",
            Self::Sign => "sign",
            Self::Manage => "open a session",
        }
    }

    /// For `map_err`.
    pub(super) fn explain(self) -> impl Fn(Error) -> TpmError {
        move |error| match (self, kind(error)) {
            (_, Some(Code::Lockout)) => TpmError::LockedOut,
            (Self::Parent, Some(Code::BadAuth | Code::AuthFail | Code::AuthMissing)) => {
                TpmError::OwnerPassword
            }
            (Self::Load, Some(Code::Integrity)) => TpmError::Foreign,
            (
                Self::Sign,
                Some(Code::BadAuth | Code::AuthFail | Code::AuthMissing | Code::AuthUnavailable),
            ) => TpmError::KeyPassword,
            _ => TpmError::Failed {
                doing: self.doing(),
                reason: error.to_string(),
            },
        }
    }
}

/// The code, when the TPM itself answered one.
pub(super) fn kind(error: Error) -> Option<Code> {
    match error {
        Error::Tss2Error(code) => code.kind(),
        Error::WrapperError(_) => None,
    }
}

impl From<Error> for TpmError {
    fn from(error: Error) -> Self {
        Step::Manage.explain()(error)
    }
}

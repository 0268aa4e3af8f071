use std::fmt;
use std::str::FromStr;

use crate::error::UnknownKeyType;

/// The kinds of key that are generated, under the names of `key_type` in `device.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Ed25519.
    Ed25519,
}

impl KeyType {
    /// Every key type, for command-line help and tests.
    pub const ALL: [Self; 6] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
    ];

    /// The name in configuration files, for example `RSA:2048` or `ECC:p256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA:2048",
            Self::Rsa3072 => "RSA:3072",
            Self::P256 => "ECC:p256",
            Self::P384 => "ECC:p384",
            Self::P521 => "ECC:p521",
            Self::Ed25519 => "OKP:ed25519",
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    /// Reads a name without regard to case: older files have it in upper case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownKeyType)
    }
}

//! Keys in a TPM 2.0. With the cargo feature `tpm` this is the software stack of the TPM2 software community; without
//! it every call says how to get it.

mod error;
mod tcti;

#[cfg(not(feature = "tpm"))]
mod absent;
#[cfg(feature = "tpm")]
mod explain;
#[cfg(feature = "tpm")]
mod stack;
#[cfg(feature = "tpm")]
mod template;

pub use error::TpmError;
pub use tcti::Tcti;

#[cfg(not(feature = "tpm"))]
pub(crate) use absent::{make, sign};
#[cfg(feature = "tpm")]
pub(crate) use stack::{make, sign};

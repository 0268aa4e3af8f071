//! What a program without the feature `tpm` says.

use countersign_jose::KeyType;

use super::{Tcti, TpmError};
use crate::key::Tss2Key;

pub(crate) fn make(_tcti: &Tcti, _kind: KeyType) -> Result<Tss2Key, TpmError> {
    Err(TpmError::NotBuilt)
}

pub(crate) fn sign(_tcti: &Tcti, _key: &Tss2Key, _kind: KeyType, _input: &[u8]) -> Result<Vec<u8>, TpmError> {
    Err(TpmError::NotBuilt)
}

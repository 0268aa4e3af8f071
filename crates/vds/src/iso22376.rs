//! The ISO 22376 container, version 2, with a header of 17 bytes (x1280.md §6).

mod c40;
mod message_pack;

use ciborium::Value;
use countersign_jose::{Algorithm, PublicKey, hash};

use crate::{Container, Content, VdsError, VerifiedVds};

const HEADER_LEN: usize = 17;
const SIGNATURE_LEN: usize = 64;
const VERSION: u8 = 2;

/// A seal whose header and lengths are in order; its payload has not been looked at.
pub(crate) struct Seal {
    header: [u8; HEADER_LEN],
    payload: Vec<u8>,
    signature: Vec<u8>,
    reference: String,
}

impl Seal {
    /// The signature is raw r‖s of P-256, and there is no place where a seal could say anything else.
    pub(crate) const ALGORITHM: Algorithm = Algorithm::Es256;

    pub(crate) fn parse(mut bytes: Vec<u8>) -> Result<Self, VdsError> {
        const MALFORMED: VdsError = VdsError::Malformed { part: "message" };
        let (&header, rest) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(MALFORMED)?;
        let [_marker, version, issuer @ .., high, low] = header;
        if version != VERSION {
            return Err(VdsError::VersionRefused);
        }
        let [words @ .., _, _, _, _, _, _, _] = issuer;
        let reference = c40::decode(words).ok_or(VdsError::Malformed { part: "header" })?;
        let declared = usize::from(u16::from_be_bytes([high, low]));
        if rest.len() != declared + SIGNATURE_LEN {
            return Err(MALFORMED);
        }
        let signature = bytes.split_off(HEADER_LEN + declared);
        let payload = bytes.split_off(HEADER_LEN);
        Ok(Self {
            header,
            payload,
            signature,
            reference,
        })
    }

    /// The nine characters of issuer and certificate, without the spaces that pad them.
    pub(crate) fn reference(&self) -> &str {
        &self.reference
    }

    pub(crate) fn verify(self, key: &PublicKey) -> Result<VerifiedVds, VdsError> {
        let signed = [&self.header[..], &hash::sha256(&self.payload)].concat();
        key.verify(Self::ALGORITHM, &signed, &self.signature)?;
        Ok(VerifiedVds {
            container: Container::Iso22376,
            kid: Some(self.reference.clone().into_bytes()),
            issued_at: Some(self.time()),
            content: self.content()?,
            issuer: Some(self.reference),
            not_before: None,
            expires_at: None,
        })
    }

    /// The values of the payload, whoever signed them.
    pub(crate) fn content(&self) -> Result<Content, VdsError> {
        let values = message_pack::read(&self.payload)?;
        Ok(Content::Other((0_u64..).map(Value::from).zip(values).collect()))
    }

    /// Offset 11 to 14: Unix seconds, big-endian.
    fn time(&self) -> i64 {
        let [.., a, b, c, d, _, _] = self.header;
        i64::from(u32::from_be_bytes([a, b, c, d]))
    }
}

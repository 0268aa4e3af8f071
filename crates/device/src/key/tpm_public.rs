//! `TPM2B_PUBLIC` (TPM 2.0 Library part 2 §12.2.5): the public half of a key in a TPM, read without one.

use countersign_jose::{Jwk, PublicKey, base64url};
use serde_json::json;

use super::tss2::Tss2Error;

const ALG_RSA: u16 = 0x0001;
const ALG_ECC: u16 = 0x0023;
const ALG_NULL: u16 = 0x0010;
/// The curves of NIST with their JWK names and the bytes of a coordinate.
const CURVES: [(u16, &str, usize); 2] = [(0x0003, "P-256", 32), (0x0004, "P-384", 48)];
const RSA_BITS: u16 = 2048;
/// What the exponent 0 stands for.
const DEFAULT_EXPONENT: u32 = 65_537;

/// Reads the key.
///
/// # Errors
/// [`Tss2Error::NotLoadable`] when it is not the structure, [`Tss2Error::Unsupported`] when it is not RSA:2048,
/// ECC:p256 or ECC:p384.
pub(super) fn public_key(public: &[u8]) -> Result<PublicKey, Tss2Error> {
    let mut fields = Fields(public);
    let mut fields = Fields(fields.sized()?);
    let kind = fields.u16()?;
    let (_name_algorithm, _attributes) = (fields.u16()?, fields.u32()?);
    let _policy = fields.sized()?;
    let jwk = match kind {
        ALG_RSA => rsa(&mut fields)?,
        ALG_ECC => ecc(&mut fields)?,
        _ => return Err(Tss2Error::Unsupported),
    };
    let jwk = Jwk::parse(&jwk).map_err(|_| Tss2Error::Unsupported)?;
    PublicKey::from_jwk(&jwk).map_err(|_| Tss2Error::Unsupported)
}

fn rsa(fields: &mut Fields<'_>) -> Result<serde_json::Value, Tss2Error> {
    fields.algorithm(2)?;
    fields.algorithm(1)?;
    let bits = fields.u16()?;
    let exponent = match fields.u32()? {
        0 => DEFAULT_EXPONENT,
        exponent => exponent,
    };
    let modulus = fields.sized()?;
    if bits != RSA_BITS {
        return Err(Tss2Error::Unsupported);
    }
    let exponent = exponent.to_be_bytes();
    let exponent: Vec<u8> = exponent.into_iter().skip_while(|byte| *byte == 0).collect();
    Ok(json!({ "kty": "RSA", "n": base64url::encode(modulus), "e": base64url::encode(&exponent) }))
}

fn ecc(fields: &mut Fields<'_>) -> Result<serde_json::Value, Tss2Error> {
    fields.algorithm(2)?;
    fields.algorithm(1)?;
    let curve = fields.u16()?;
    fields.algorithm(1)?;
    let (x, y) = (fields.sized()?, fields.sized()?);
    let (_, name, length) = CURVES
        .into_iter()
        .find(|(id, ..)| *id == curve)
        .ok_or(Tss2Error::Unsupported)?;
    Ok(json!({
        "kty": "EC", "crv": name,
        "x": base64url::encode(&padded(x, length)), "y": base64url::encode(&padded(y, length)),
    }))
}

/// Some TPMs leave out leading zero bytes, which a JWK has (RFC 7518 §6.2.1.2).
pub(crate) fn padded(number: &[u8], length: usize) -> Vec<u8> {
    let mut padded = vec![0; length.saturating_sub(number.len())];
    padded.extend_from_slice(number);
    padded
}

/// Big-endian fields, from left to right.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Tss2Error> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Tss2Error::NotLoadable)?;
        self.0 = tail;
        Ok(head)
    }

    fn u16(&mut self) -> Result<u16, Tss2Error> {
        let bytes = self.take(2)?.try_into().map_err(|_| Tss2Error::NotLoadable)?;
        Ok(u16::from_be_bytes(bytes))
    }

    fn u32(&mut self) -> Result<u32, Tss2Error> {
        let bytes = self.take(4)?.try_into().map_err(|_| Tss2Error::NotLoadable)?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// A `TPM2B`: length, then bytes.
    fn sized(&mut self) -> Result<&'a [u8], Tss2Error> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// An algorithm with this many parameters of 16 bits, none when it is `TPM_ALG_NULL`.
    fn algorithm(&mut self, parameters: usize) -> Result<(), Tss2Error> {
        if self.u16()? != ALG_NULL {
            self.take(parameters.saturating_mul(2))?;
        }
        Ok(())
    }
}

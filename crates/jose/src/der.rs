//! The few DER structures that aws-lc-rs does not read or write for us.

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{BitStringRef, OctetStringRef, UintRef};
use pkcs8::der::{self, Decode, Encode, Header, Reader, SliceReader, Tag, TagMode, TagNumber};

/// Modulus and exponent of an `RSAPublicKey`, big-endian without leading zeros (RFC 8017 §A.1.1).
pub(crate) fn rsa_public_key(bytes: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let mut reader = SliceReader::new(bytes)?;
    let key = reader.sequence(|fields| {
        let n = UintRef::decode(fields)?;
        let e = UintRef::decode(fields)?;
        Ok::<_, der::Error>((n.as_bytes().to_vec(), e.as_bytes().to_vec()))
    })?;
    reader.finish()?;
    Ok(key)
}

/// The named curve of an `ECPrivateKey` (RFC 5915 §3). Optional there, but without it the scalar alone would have
/// to be guessed onto a curve.
pub(crate) fn sec1_curve(bytes: &[u8]) -> der::Result<Option<ObjectIdentifier>> {
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|fields| {
        u8::decode(fields)?;
        <&OctetStringRef>::decode(fields)?;
        let curve = fields.context_specific(TagNumber(0), TagMode::Explicit)?;
        fields.context_specific::<BitStringRef<'_>>(TagNumber(1), TagMode::Explicit)?;
        Ok::<_, der::Error>(curve)
    })
}

/// A raw signature r‖s as `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
pub(crate) fn ecdsa_sig_value(raw: &[u8]) -> der::Result<Vec<u8>> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let (r, s) = (UintRef::new(r)?, UintRef::new(s)?);
    let mut out = Vec::with_capacity(raw.len() + 9);
    Header::new(Tag::Sequence, (r.encoded_len()? + s.encoded_len()?)?).encode_to_vec(&mut out)?;
    r.encode_to_vec(&mut out)?;
    s.encode_to_vec(&mut out)?;
    Ok(out)
}

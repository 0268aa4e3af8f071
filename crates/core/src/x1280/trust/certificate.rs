//! Keys that come in an X.509 certificate (RFC 5280). The certificate is not verified: an operator who adds it vouches for
//! it. What it says of its own time and purpose is kept.

use super::KeyReference;
use crate::failure::Refusal;
use crate::time::Timestamp;
use crate::x1280::spki;
use countersign_jose::{PublicKey, hash};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// What a certificate says.
pub(super) struct Certified {
    pub(super) key: PublicKey,
    pub(super) reference: Option<KeyReference>,
    pub(super) country: Option<String>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// Reads a certificate, PEM or DER.
///
/// # Errors
/// `invalid_request`: it is none, its key cannot sign credentials, or it says that it must not.
pub(super) fn read(bytes: &[u8]) -> Result<Certified, Refusal> {
    let wrong = || Refusal::invalid_request("this is no X.509 certificate, neither PEM nor DER");
    if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
        let (_, block) = x509_parser::pem::parse_x509_pem(bytes).map_err(|_| wrong())?;
        if block.label != "CERTIFICATE" {
            return Err(wrong());
        }
        return certified(&block.contents).ok_or_else(wrong)?;
    }
    certified(bytes).ok_or_else(wrong)?
}

fn certified(der: &[u8]) -> Option<Result<Certified, Refusal>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    Some(checked(der, &certificate))
}

fn checked(der: &[u8], certificate: &X509Certificate<'_>) -> Result<Certified, Refusal> {
    // RFC 5280 §4.2.1.3: a key without digitalSignature must not sign anything but certificates.
    let usage = certificate.key_usage().ok().flatten();
    if usage.is_some_and(|usage| !usage.value.digital_signature()) {
        return Err(Refusal::invalid_request(
            "the key usage of the certificate does not allow signatures; give the certificate that signs credentials, \
             not that of its authority",
        ));
    }
    let key = spki::from_parsed(certificate.public_key()).ok_or_else(|| {
        Refusal::invalid_request("the key of the certificate is none that credentials are signed with")
    })?;
    let country = certificate.subject().iter_country().next();
    let country = country.and_then(|country| country.as_str().ok());
    Ok(Certified {
        key,
        // Health certificates refer to a key by the first eight bytes of SHA-256 over its certificate.
        reference: hash::sha256(der).get(..8).and_then(KeyReference::new),
        country: country.map(str::to_owned),
        not_before: Timestamp::from_unix(certificate.validity().not_before.timestamp()),
        not_after: Timestamp::from_unix(certificate.validity().not_after.timestamp()),
    })
}

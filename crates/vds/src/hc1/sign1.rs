//! `COSE_Sign1` (RFC 9052 §4.2): the message, its headers and its signature.

use ciborium::Value;
use coset::{
    AsCborValue as _, CoseError, CoseSign1, CoseSign1Builder, Header, HeaderBuilder,
    RegisteredLabelWithPrivate, TaggedCborSerializable as _, iana,
};
use countersign_jose::{Algorithm, PrivateKey, PublicKey};

use super::Cwt;
use crate::{Container, VdsError, VerifiedVds, cbor};

const MESSAGE: &str = "message";
const HEADER: &str = "header";

/// CBOR tags: `COSE_Sign1` (RFC 9052 §2) and CWT (RFC 8392 §6).
const TAG_SIGN1: u64 = 18;
const TAG_CWT: u64 = 61;

const COUNTER_SIGNATURE: i64 = 7;

/// A message whose structure and headers are in order; its payload has not been looked at.
pub(crate) struct Sign1 {
    message: CoseSign1,
    algorithm: Algorithm,
    kid: Option<Vec<u8>>,
}

impl Sign1 {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, VdsError> {
        let value = untagged(cbor::read(bytes, MESSAGE)?)?;
        check_headers(&value)?;
        let mut message = CoseSign1::from_cbor_value(value).map_err(|error| header_fault(&error))?;
        // RFC 9052 §4.4: an empty protected header is signed as no bytes, also where it was sent as an empty map.
        if message.protected.is_empty() {
            message.protected.original_data = Some(Vec::new());
        }
        let (protected, unprotected) = (&message.protected.header, &message.unprotected);
        // RFC 9052 §3.1: who ignores a critical parameter verifies another message than the issuer signed.
        if !protected.crit.is_empty() || !unprotected.crit.is_empty() {
            return Err(VdsError::HeaderRefused { parameter: "crit" });
        }
        // RFC 9052 §2: without a payload it is a detached signature, and there is nothing that it could vouch for.
        if message.payload.is_none() {
            return Err(VdsError::Malformed { part: MESSAGE });
        }
        Ok(Self {
            algorithm: algorithm(protected, unprotected)?,
            kid: kid(protected, unprotected),
            message,
        })
    }

    /// Builds and signs a message as we issue it: tag 18, `alg` and `kid` both protected.
    pub(crate) fn sign(payload: Vec<u8>, kid: &[u8], key: &PrivateKey) -> Result<Vec<u8>, VdsError> {
        let (algorithm, label) = ISSUED
            .into_iter()
            .find(|(algorithm, _)| key.public().supports(*algorithm))
            .ok_or(VdsError::KeyRefused)?;
        let protected = HeaderBuilder::new().algorithm(label).key_id(kid.to_vec()).build();
        let message = CoseSign1Builder::new()
            .protected(protected)
            .payload(payload)
            .try_create_signature(b"", |signed| key.sign(algorithm, signed))?
            .build();
        message.to_tagged_vec().map_err(|_| VdsError::Signing)
    }

    pub(crate) fn kid(&self) -> Option<&[u8]> {
        self.kid.as_deref()
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The claims, whoever signed them.
    pub(crate) fn claims(&self) -> Result<Cwt, VdsError> {
        Cwt::parse(self.message.payload.as_deref().unwrap_or_default())
    }

    pub(crate) fn verify(self, key: &PublicKey) -> Result<VerifiedVds, VdsError> {
        self.message.verify_signature(b"", |signature, signed| {
            key.verify(self.algorithm, signed, signature)
        })?;
        let cwt = self.claims()?;
        Ok(VerifiedVds {
            container: Container::Hc1,
            kid: self.kid,
            issuer: cwt.issuer,
            issued_at: cwt.issued_at,
            not_before: cwt.not_before,
            expires_at: cwt.expires_at,
            content: cwt.content,
        })
    }
}

/// What we sign with, by kind of key: P-256, else RSA.
const ISSUED: [(Algorithm, iana::Algorithm); 2] = [
    (Algorithm::Es256, iana::Algorithm::ES256),
    (Algorithm::Ps256, iana::Algorithm::PS256),
];

/// Takes the tags off: 18 as x1280.md §6 writes it, 61 around 18 (RFC 8392 §6), or none, because `HC1:` has said
/// already what follows (RFC 9052 §2). Any other tag says that it is another message.
fn untagged(value: Value) -> Result<Value, VdsError> {
    let value = match value {
        Value::Tag(TAG_CWT, inner) if inner.is_tag() => *inner,
        value => value,
    };
    match value {
        Value::Tag(TAG_SIGN1, message) => Ok(*message),
        Value::Array(_) => Ok(value),
        _ => Err(VdsError::NotSign1),
    }
}

/// The protected header is CBOR within a byte string: the same limits hold there.
///
/// A counter signature (RFC 8152 §4.5) has headers of its own, which may have one again: the library descends without a
/// limit, and a credential has room for enough levels to overflow the stack. No issuer of HC1 uses them.
fn check_headers(message: &Value) -> Result<(), VdsError> {
    let items = message.as_array().map(Vec::as_slice).unwrap_or_default();
    let protected = match items.first() {
        Some(Value::Bytes(bytes)) if !bytes.is_empty() => Some(cbor::read(bytes, HEADER)?),
        _ => None,
    };
    let headers = protected.iter().chain(items.get(1)).filter_map(Value::as_map);
    for header in headers {
        if cbor::at(header, COUNTER_SIGNATURE).is_some() {
            return Err(VdsError::HeaderRefused {
                parameter: "counter signature",
            });
        }
    }
    Ok(())
}

/// `alg` may stand in either header, as issuers of HC1 do it. Unprotected it could be changed on the way, which gains
/// nothing: a key verifies with the one algorithm of its kind. Two that differ are malformed (RFC 9052 §3).
fn algorithm(protected: &Header, unprotected: &Header) -> Result<Algorithm, VdsError> {
    let label = match (&protected.alg, &unprotected.alg) {
        (Some(one), Some(other)) if one != other => {
            return Err(VdsError::HeaderRefused { parameter: "alg" });
        }
        (Some(label), _) | (None, Some(label)) => label,
        (None, None) => return Err(VdsError::AlgorithmRefused),
    };
    ISSUED
        .into_iter()
        .find_map(|(algorithm, assigned)| {
            (*label == RegisteredLabelWithPrivate::Assigned(assigned)).then_some(algorithm)
        })
        .ok_or(VdsError::AlgorithmRefused)
}

/// RFC 9052 §3: what is protected is asked first, and decides also where the other header says something else.
fn kid(protected: &Header, unprotected: &Header) -> Option<Vec<u8>> {
    [&protected.key_id, &unprotected.key_id]
        .into_iter()
        .find(|kid| !kid.is_empty())
        .cloned()
}

fn header_fault(error: &CoseError) -> VdsError {
    match error {
        CoseError::UnregisteredIanaValue | CoseError::UnregisteredIanaNonPrivateValue => {
            VdsError::HeaderUnregistered
        }
        CoseError::DuplicateMapKey => VdsError::DuplicateKey { part: HEADER },
        _ => VdsError::Malformed { part: MESSAGE },
    }
}

//! The receipt: what both sides can show later, and anybody can verify offline with the key set.

use super::{Consent, given, names};
use crate::approval::{Approval, shown};
use crate::failure::{Fault, Outcome, Refusal};
use crate::keys::KeyPurpose;
use crate::provider::Provider;
use crate::time::Timestamp;
use countersign_jose::{Algorithm, JwkSet, PublicKey, UnverifiedJws, base64url, hash};
use countersign_protocol::consent::{RECEIPT_TYP, ReceiptClaims};
use serde::Serialize;

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    kid: &'a str,
}

/// Makes the receipt of a consent that was given.
///
/// # Errors
/// The approval is no yes, or there is no key to sign with.
pub fn make(provider: &Provider, consent: &Consent, approval: &Approval, now: Timestamp) -> Outcome<String> {
    let decision = given(approval)
        .ok_or_else(|| Fault::new("a receipt of a consent that was not given; this is a bug"))?;
    let claims = ReceiptClaims {
        iss: provider.host.issuer(),
        aud: consent.client_id.to_string(),
        sub: consent.user_id.to_string(),
        iat: now.unix(),
        consent_id: consent.id.0,
        resource: consent.resource.clone(),
        asked: names(approval, &approval.asked)?,
        granted: names(approval, &decision.granted)?,
        reason: shown::item(approval)?.reason.unwrap_or_default(),
        decided_at: decision.at.unix(),
        approval_id: approval.id.0,
        decision_digest: base64url::encode(&hash::sha256(decision.proof.text().as_bytes())),
    };
    let ring = provider.keys();
    let key = ring.signer(KeyPurpose::Oidc, Algorithm::Es256, now)?;
    let header = Header {
        typ: RECEIPT_TYP,
        kid: &key.kid,
    };
    let receipt = countersign_jose::sign(&key.private, key.algorithm, &header, &claims)
        .map_err(|error| Fault::new("a consent receipt cannot be signed").with_source(error))?;
    Ok(receipt)
}

/// Verifies a receipt with the keys of the provider that made it. A receipt has no end: a retired key still vouches
/// for it, a revoked one does not.
///
/// # Errors
/// `invalid_request`, with what is wrong: no JWS, another type, an unknown key, a wrong signature, other claims.
pub fn verify(receipt: &str, keys: &JwkSet) -> Result<ReceiptClaims, Refusal> {
    let jws = UnverifiedJws::parse(receipt.trim())
        .map_err(|error| wrong(format!("this is not a receipt: {error}")))?;
    // RFC 8725 §3.11: an ID token of the same provider must not pass for a receipt.
    if jws.header().typ() != Some(RECEIPT_TYP) {
        return Err(wrong(format!(
            "this is not a receipt: its typ is not {RECEIPT_TYP}"
        )));
    }
    let kid = jws
        .header()
        .kid()
        .ok_or_else(|| wrong("the receipt names no key"))?;
    let jwk = keys.find(kid).ok_or_else(|| {
        wrong(
            "the receipt is signed with a key that is not in this key set; was it made by another provider?",
        )
    })?;
    let key = PublicKey::from_jwk(jwk).map_err(|error| wrong(format!("the key cannot be used: {error}")))?;
    let verified = jws
        .verify(&key, Algorithm::Es256)
        .map_err(|error| wrong(format!("the receipt was changed or is not by this key: {error}")))?;
    verified
        .claims()
        .map_err(|error| wrong(format!("the receipt cannot be read: {error}")))
}

fn wrong(description: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::invalid_request(description)
}

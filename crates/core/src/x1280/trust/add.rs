//! Trusting another issuer.

use super::certificate::{self, Certified};
use super::{AnchorUsage, KeyReference, TrustAnchor};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::TrustAnchorId;
use crate::provider::Provider;
use crate::text::is_showable;
use crate::time::Timestamp;
use countersign_jose::{Algorithm, Jwk, PublicKey};
use serde_json::Value;

/// The longest name and the longest issuer, in characters.
const TEXT_MAX: usize = 100;

/// The key of another issuer, as it is handed in.
#[derive(Debug, Clone)]
pub enum AnchorKey {
    /// A JWK (RFC 7517).
    Jwk(Value),
    /// An X.509 certificate, PEM or DER.
    X509(Vec<u8>),
}

/// What an operator says of a new trust anchor.
#[derive(Debug, Clone)]
pub struct NewAnchor {
    /// Its name, for operators.
    pub name: String,
    /// The key.
    pub key: AnchorKey,
    /// The issuer that it vouches for; the country of the certificate when absent.
    pub issuer: Option<String>,
    /// How credentials refer to the key, as [`KeyReference::parse`] reads it; when absent `kid` of the JWK or else its
    /// thumbprint (RFC 7638), or the first eight bytes of SHA-256 over the certificate.
    pub reference: Option<String>,
    /// What it vouches for.
    pub usage: AnchorUsage,
    /// From when on; a certificate's own time when absent.
    pub not_before: Option<Timestamp>,
    /// Until when; a certificate's own time when absent, and never later than that.
    pub not_after: Option<Timestamp>,
}

/// Adds a trust anchor. `by` is a username, or `cli`.
///
/// # Errors
/// `invalid_request`, naming what to change; `conflict`: the key vouches for the same already.
pub async fn add(provider: &Provider, new: NewAnchor, by: &str) -> Outcome<TrustAnchor> {
    let now = provider.clock.now();
    let anchor = checked(provider, new, now)?;
    let event = AuditEvent::new(now, actor(by), "trust.add", format!("trust_anchor:{}", anchor.id))
        .with("name", &anchor.name)
        .with("issuer", &anchor.issuer)
        .with("reference", anchor.reference.to_string())
        .with("usage", anchor.usage.as_str());
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let sharing = tx.trust_anchors().by_reference(&anchor.reference)?;
            let same = |have: &TrustAnchor| have.jwk == anchor.jwk && have.usage == anchor.usage;
            if sharing.iter().any(same) {
                return Err(Refusal::conflict("this key is a trust anchor already; see trust list").into());
            }
            tx.trust_anchors_mut().insert(&anchor)?;
            chain::record(tx, &audit, event)?;
            Ok(anchor)
        })
        .await
}

fn checked(provider: &Provider, new: NewAnchor, now: Timestamp) -> Outcome<TrustAnchor> {
    let name = text("name", &new.name)?;
    let (key, certified) = match new.key {
        AnchorKey::Jwk(jwk) => (from_jwk(&jwk)?, None),
        AnchorKey::X509(bytes) => {
            let certified = certificate::read(&bytes)?;
            (certified.key.clone(), Some(certified))
        }
    };
    if !key.supports(Algorithm::Es256) && !key.supports(Algorithm::Ps256) {
        return Err(Refusal::invalid_request(
            "credentials are signed with ES256 or PS256; this key can do neither",
        )
        .into());
    }
    let (not_before, not_after) = validity(new.not_before, new.not_after, certified.as_ref(), now)?;
    Ok(TrustAnchor {
        id: TrustAnchorId::new(&*provider.entropy),
        name,
        issuer: issuer(provider, new.issuer, certified.as_ref())?,
        reference: reference(new.reference, &key, certified)?,
        usage: new.usage,
        jwk: serde_json::to_string(key.jwk())
            .map_err(|error| Fault::new("writing a public key as JSON").with_source(error))?,
        not_before,
        not_after,
        added_at: now,
        removed_at: None,
    })
}

fn text(member: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "{member} must be 1 to 100 characters without control or invisible ones"
        )));
    }
    Ok(text.to_owned())
}

fn from_jwk(value: &Value) -> Result<PublicKey, Refusal> {
    Jwk::parse(value)
        .and_then(|jwk| PublicKey::from_jwk(&jwk))
        .map_err(|error| Refusal::invalid_request(format!("this is no public key as JWK: {error}")))
}

fn issuer(
    provider: &Provider,
    named: Option<String>,
    certified: Option<&Certified>,
) -> Result<String, Refusal> {
    let named = named.or_else(|| certified.and_then(|certified| certified.country.clone()));
    let named = named.ok_or_else(|| {
        Refusal::invalid_request("say which issuer the key belongs to, exactly as its credentials name it")
    })?;
    // Ids of credentials are unique for each issuer: nobody else may issue in our name.
    if named.trim() == provider.host.as_str() {
        return Err(Refusal::invalid_request(
            "this provider itself is no trust anchor; its own keys are trusted anyway",
        ));
    }
    text("issuer", &named)
}

fn reference(
    named: Option<String>,
    key: &PublicKey,
    certified: Option<Certified>,
) -> Result<KeyReference, Refusal> {
    let reference = match (named, certified) {
        (Some(named), _) => KeyReference::parse(&named),
        (None, Some(certified)) => certified.reference,
        (None, None) => {
            let kid = key.jwk().kid().map(str::to_owned);
            KeyReference::new(kid.unwrap_or_else(|| key.jwk().thumbprint()).as_bytes())
        }
    };
    reference.ok_or_else(|| {
        Refusal::invalid_request("a key reference is 1 to 128 bytes: text, or hexadecimal behind 0x")
    })
}

/// Both ends; a certificate's own time may be narrowed and not widened.
fn validity(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    certified: Option<&Certified>,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
    let own = certified.map(|certified| (certified.not_before, certified.not_after));
    let from = from.max(own.map(|(begin, _)| begin));
    let to = [to, own.map(|(_, end)| end)].into_iter().flatten().min();
    if to.is_some_and(|end| end <= now) {
        return Err(Refusal::invalid_request(
            "the time of this key is over; get the issuer's present one",
        ));
    }
    if from.zip(to).is_some_and(|(begin, end)| begin >= end) {
        return Err(Refusal::invalid_request(
            "not-before must be earlier than not-after",
        ));
    }
    Ok((from, to))
}

//! Whose signature a credential carries: ours, or that of an issuer whose key an operator added.

use super::{AnchorUsage, KeyReference, TrustAnchor};
use crate::failure::{Fault, Outcome, Refusal};
use crate::keys::KeyPurpose;
use crate::provider::Provider;
use crate::time::Timestamp;
use countersign_jose::{Jwk, PublicKey};
use countersign_vds::{Container, UnverifiedVds, VdsError, VerifiedVds};

/// A credential that somebody vouches for whom we believe, good at this moment.
pub(in crate::x1280) struct Trusted {
    /// The credential.
    pub(in crate::x1280) vds: VerifiedVds,
    /// Who issued it: `iss` of ours, the trust anchor's issuer of others.
    pub(in crate::x1280) issuer: String,
    /// The key: our `kid`, or the reference of the trust anchor.
    pub(in crate::x1280) key: String,
    /// Whether we issued it.
    pub(in crate::x1280) ours: bool,
}

/// Reads and verifies a credential of the given usage, and checks its times.
///
/// # Errors
/// `invalid_request`: it cannot be read, nobody whom we believe vouches for it, or its time has not come or is over.
pub(in crate::x1280) async fn verified(
    provider: &Provider,
    text: &str,
    usage: AnchorUsage,
) -> Outcome<Trusted> {
    let now = provider.clock.now();
    let shown = UnverifiedVds::parse(text).map_err(|error| refused(&error))?;
    let reference = shown.kid().and_then(KeyReference::new);
    let reference = reference.ok_or_else(|| Refusal::invalid_request("the credential names no key"))?;
    let trusted = match own_key(provider, &reference).await? {
        Some(key) => by_us(provider, shown, &reference, &key)?,
        None => by_others(provider, text, reference, usage, now).await?,
    };
    trusted
        .vds
        .check_time(now.unix())
        .map_err(|error| refused(&error))?;
    Ok(trusted)
}

/// Our key with this `kid`, a retired one too: credentials live longer than keys sign.
async fn own_key(provider: &Provider, reference: &KeyReference) -> Outcome<Option<PublicKey>> {
    let find = |provider: &Provider| {
        let ring = provider.keys();
        let mut keys = ring.unrevoked(KeyPurpose::Credential).into_iter();
        keys.find(|key| key.kid.as_bytes() == reference.as_bytes())
            .map(|key| key.public.clone())
    };
    if let Some(key) = find(provider) {
        return Ok(Some(key));
    }
    if !anchors(provider, reference.clone()).await?.is_empty() {
        return Ok(None);
    }
    // An operator command of another process may have made it a moment ago.
    provider.reload_keys().await?;
    Ok(find(provider))
}

fn by_us(
    provider: &Provider,
    shown: UnverifiedVds,
    reference: &KeyReference,
    key: &PublicKey,
) -> Result<Trusted, Refusal> {
    let vds = shown.verify(key).map_err(|error| refused(&error))?;
    Ok(Trusted {
        issuer: vds.issuer().unwrap_or(provider.host.as_str()).to_owned(),
        key: reference.to_string(),
        ours: true,
        vds,
    })
}

/// References are short, so several anchors may share one: the one whose key verifies is meant.
async fn by_others(
    provider: &Provider,
    text: &str,
    reference: KeyReference,
    usage: AnchorUsage,
    now: Timestamp,
) -> Outcome<Trusted> {
    let shown = reference.to_string();
    let mut wrong = Refusal::invalid_request(
        "the credential is signed with a key that is not trusted here; an operator adds issuers with trust add",
    );
    for anchor in anchors(provider, reference).await? {
        if anchor.usage != usage || !anchor.is_valid(now) {
            continue;
        }
        let key = key(&anchor)?;
        match UnverifiedVds::parse(text).and_then(|vds| vds.verify(&key)) {
            Ok(vds) if is_issuer(&anchor, &vds) => {
                return Ok(Trusted {
                    vds,
                    issuer: anchor.issuer,
                    key: shown,
                    ours: false,
                });
            }
            Ok(_) => wrong = other_issuer(),
            Err(error) => wrong = refused(&error),
        }
    }
    Err(wrong.into())
}

fn other_issuer() -> Refusal {
    Refusal::invalid_request("the credential names another issuer than its key belongs to")
}

async fn anchors(provider: &Provider, reference: KeyReference) -> Outcome<Vec<TrustAnchor>> {
    provider
        .store
        .read(move |tx| Ok(tx.trust_anchors().by_reference(&reference)?))
        .await
}

/// The issuer of ISO 22376 stands at the beginning of the reference; that of HC1 is `iss`.
fn is_issuer(anchor: &TrustAnchor, vds: &VerifiedVds) -> bool {
    let named = vds.issuer().unwrap_or_default();
    match vds.container() {
        Container::Hc1 => named == anchor.issuer,
        Container::Iso22376 => named.starts_with(&anchor.issuer),
    }
}

/// The key of an anchor, as it was accepted when the anchor was added.
fn key(anchor: &TrustAnchor) -> Result<PublicKey, Fault> {
    let read = || {
        let jwk = serde_json::from_str(&anchor.jwk).ok()?;
        PublicKey::from_jwk(&Jwk::parse(&jwk).ok()?).ok()
    };
    read().ok_or_else(|| Fault::corrupt("trust_anchors", anchor.id, "its key is none"))
}

fn refused(error: &VdsError) -> Refusal {
    Refusal::invalid_request(error.to_string())
}

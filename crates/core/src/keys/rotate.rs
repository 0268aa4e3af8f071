//! Making, replacing and revoking signing keys. All times of a rotation are written when it is ordered, since a key's
//! state follows from its times alone: no worker has to come by at the right moment.

use super::ring::{KeyState, sealed_for};
use super::{KeyPurpose, SigningKey};
use crate::audit::{AuditEvent, chain};
use crate::failure::{Fault, Outcome, Refusal};
use crate::policy::Policy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::{Duration, Timestamp};
use countersign_jose::{Algorithm, KeyType, PrivateKey};

/// The algorithms that this provider signs with: RS256 for everyone, ES256 for who asks for it (onesid.md C19).
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];

/// How long a new key is announced before it signs: longer than relying parties keep a key set.
pub const ANNOUNCED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after its last token a key stays in the key set, for clocks that are off and for late verifiers.
const KEPT_AFTER_LAST_TOKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// When the new key of a rotation begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotateWhen {
    /// After it was announced for so long; usually [`ANNOUNCED_FOR`].
    After(Duration),
    /// At once, for an emergency: who cached the key set cannot verify the first tokens.
    Now,
}

impl Default for RotateWhen {
    fn default() -> Self {
        Self::After(ANNOUNCED_FOR)
    }
}

/// A key as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyItem {
    /// Where it stands.
    pub state: KeyState,
    /// The key; its private half is sealed.
    pub key: SigningKey,
}

/// Makes the first key of each algorithm, active at once. Answers their `kid`s, RS256 first.
///
/// # Errors
/// `conflict`: there are keys already.
pub async fn create_first(provider: &Provider) -> Outcome<Vec<String>> {
    let now = provider.clock.now();
    let keys = ALGORITHMS.map(|algorithm| generate(provider, KeyPurpose::Oidc, algorithm, now, now));
    let keys = keys.into_iter().collect::<Result<Vec<_>, _>>()?;
    let audit = provider.audit_key();
    let kids = provider
        .store
        .write(move |tx| {
            if !tx.keys().list()?.is_empty() {
                return Err(
                    Refusal::conflict("this provider has signing keys already; use key rotate").into(),
                );
            }
            for key in &keys {
                tx.keys_mut().insert(key)?;
                chain::record(tx, &audit, event(now, "key.create", key))?;
            }
            Ok(keys.into_iter().map(|key| key.kid).collect())
        })
        .await?;
    provider.reload_keys().await?;
    Ok(kids)
}

/// Makes the key of a purpose, active at once, unless there is one meanwhile.
pub(super) async fn create_missing(
    provider: &Provider,
    purpose: KeyPurpose,
    algorithm: Algorithm,
) -> Outcome<()> {
    let now = provider.clock.now();
    let key = generate(provider, purpose, algorithm, now, now)?;
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let rows = tx.keys().list()?;
            // Another process may have been a moment ahead of our clock.
            let made = [KeyState::Active, KeyState::Announced]
                .into_iter()
                .any(|state| siblings(&rows, &key, state, now).next().is_some());
            if made {
                return Ok(());
            }
            tx.keys_mut().insert(&key)?;
            chain::record(tx, &audit, event(now, "key.create", &key))
        })
        .await
}

/// Replaces the key of ID tokens and access tokens of one algorithm, or of each. Answers the `kid`s of the successors.
///
/// The successor is announced at once and signs later; the old key is retained from then on and retired when the
/// last token that it signed has ended, plus a day. With [`RotateWhen::Now`] an announced successor is brought
/// forward, and if there is none a new key signs at once.
///
/// # Errors
/// `invalid_request`: the algorithm is none of [`ALGORITHMS`]. `conflict`: a rotation is under way.
pub async fn rotate(
    provider: &Provider,
    algorithm: Option<Algorithm>,
    when: RotateWhen,
) -> Outcome<Vec<String>> {
    let algorithms = match algorithm {
        None => ALGORITHMS.to_vec(),
        Some(one) if ALGORITHMS.contains(&one) => vec![one],
        Some(_) => {
            return Err(Refusal::invalid_request("this provider signs with RS256 and ES256 only").into());
        }
    };
    replace(provider, KeyPurpose::Oidc, algorithms, when).await
}

/// Replaces the key of one purpose. That of identities is announced as [`rotate`] does; nobody caches that of
/// credentials, and what it signed verifies until the key is revoked.
///
/// # Errors
/// `invalid_request`: the key of push messages, which is never rotated. `conflict`: a rotation is under way.
pub async fn rotate_purpose(
    provider: &Provider,
    purpose: KeyPurpose,
    when: RotateWhen,
) -> Outcome<Vec<String>> {
    match purpose {
        KeyPurpose::Oidc => rotate(provider, None, when).await,
        KeyPurpose::Identity | KeyPurpose::Credential => {
            replace(provider, purpose, vec![Algorithm::Es256], when).await
        }
        KeyPurpose::Push => Err(Refusal::invalid_request(
            "the push key is never rotated: the subscriptions of phones are bound to it",
        )
        .into()),
    }
}

async fn replace(
    provider: &Provider,
    purpose: KeyPurpose,
    algorithms: Vec<Algorithm>,
    when: RotateWhen,
) -> Outcome<Vec<String>> {
    let now = provider.clock.now();
    let active_at = match when {
        RotateWhen::After(delay) => now + delay,
        RotateWhen::Now => now,
    };
    // RSA takes its time: outside the transaction, also for a key that turns out not to be needed.
    let fresh = algorithms
        .into_iter()
        .map(|algorithm| generate(provider, purpose, algorithm, now, active_at));
    let fresh = fresh.collect::<Result<Vec<_>, _>>()?;
    let (audit, policy) = (provider.audit_key(), provider.policy.clone());
    let kids = provider
        .store
        .write(move |tx| {
            let rows = tx.keys().list()?;
            refuse_second_rotation(&rows, &fresh, when, now)?;
            let mut kids = Vec::with_capacity(fresh.len());
            for key in fresh {
                let successor = succeed(tx, &rows, key, now)?;
                retain_others(tx, &rows, &successor, &policy, now)?;
                chain::record(tx, &audit, event(now, "key.rotate", &successor))?;
                kids.push(successor.kid);
            }
            Ok(kids)
        })
        .await?;
    provider.reload_keys().await?;
    Ok(kids)
}

/// Revokes a key: it leaves the key set at once, and what it signed verifies no more.
///
/// # Errors
/// `not_found`. `conflict`: it is revoked already, or nothing would be left to sign with.
pub async fn revoke(provider: &Provider, kid: &str) -> Outcome<()> {
    let now = provider.clock.now();
    let (audit, kid) = (provider.audit_key(), kid.to_owned());
    provider
        .store
        .write(move |tx| {
            let rows = tx.keys().list()?;
            let key = rows.iter().find(|key| key.kid == kid);
            let key =
                key.ok_or_else(|| Refusal::not_found("there is no signing key with this kid; see key list"))?;
            match key.state(now) {
                KeyState::Revoked => return Err(Refusal::conflict("this key is revoked already").into()),
                KeyState::Active => bring_successor_forward(tx, &rows, key, now)?,
                KeyState::Announced => keep_predecessor(tx, &rows, key, now)?,
                KeyState::Retained | KeyState::Retired => {}
            }
            let revoked = SigningKey {
                revoked_at: Some(now),
                ..key.clone()
            };
            tx.keys_mut().update_times(&revoked)?;
            chain::record(tx, &audit, event(now, "key.revoke", &revoked))
        })
        .await?;
    provider.reload_keys().await
}

/// All stored keys with their states.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<KeyItem>> {
    let now = provider.clock.now();
    let rows = provider.store.read(|tx| Ok(tx.keys().list()?)).await?;
    Ok(rows
        .into_iter()
        .map(|key| KeyItem {
            state: key.state(now),
            key,
        })
        .collect())
}

fn generate(
    provider: &Provider,
    purpose: KeyPurpose,
    algorithm: Algorithm,
    announced_at: Timestamp,
    active_at: Timestamp,
) -> Result<SigningKey, Fault> {
    let kind = if algorithm == Algorithm::Es256 {
        KeyType::P256
    } else {
        KeyType::Rsa2048
    };
    let private = PrivateKey::generate(kind)
        .map_err(|error| Fault::new(format!("making a signing key for {algorithm}")).with_source(error))?;
    let jwk = private.public().jwk().clone();
    let kid = jwk.thumbprint();
    let jwk = jwk.with_kid(kid.clone()).with_alg(algorithm).with_use_sig();
    let jwk = serde_json::to_string(&jwk)
        .map_err(|error| Fault::new("writing a public key as JSON").with_source(error))?;
    let sealed = provider
        .sealer
        .seal(&sealed_for(&kid), provider.entropy.as_ref(), &private.to_pkcs8())?;
    Ok(SigningKey {
        kid,
        purpose,
        algorithm,
        sealed,
        jwk,
        announced_at,
        active_at,
        retained_at: None,
        retired_at: None,
        revoked_at: None,
    })
}

/// Keys that sign the same as `key`, other than itself, in a state.
fn siblings<'r>(
    rows: &'r [SigningKey],
    key: &'r SigningKey,
    state: KeyState,
    now: Timestamp,
) -> impl Iterator<Item = &'r SigningKey> {
    rows.iter().filter(move |row| {
        row.purpose == key.purpose
            && row.algorithm == key.algorithm
            && row.kid != key.kid
            && row.state(now) == state
    })
}

/// Two announced keys would make it unclear which one comes next.
fn refuse_second_rotation(
    rows: &[SigningKey],
    fresh: &[SigningKey],
    when: RotateWhen,
    now: Timestamp,
) -> Result<(), Refusal> {
    let announced = fresh
        .iter()
        .find_map(|key| siblings(rows, key, KeyState::Announced, now).next());
    match (announced, when) {
        (Some(key), RotateWhen::After(_)) => Err(Refusal::conflict(format!(
            "a rotation is under way: the {} key {} signs from {}; wait for it or rotate now",
            key.algorithm,
            key.kid,
            key.active_at.rfc3339()
        ))),
        _ => Ok(()),
    }
}

/// The key that comes next: an announced one that is brought forward, or else the fresh one.
fn succeed(
    tx: &mut dyn Writing,
    rows: &[SigningKey],
    fresh: SigningKey,
    now: Timestamp,
) -> Result<SigningKey, Fault> {
    if let Some(announced) = siblings(rows, &fresh, KeyState::Announced, now).next() {
        let successor = SigningKey {
            active_at: fresh.active_at,
            ..announced.clone()
        };
        tx.keys_mut().update_times(&successor)?;
        return Ok(successor);
    }
    let none_active = siblings(rows, &fresh, KeyState::Active, now).next().is_none();
    let successor = SigningKey {
        active_at: if none_active { now } else { fresh.active_at },
        ..fresh
    };
    tx.keys_mut().insert(&successor)?;
    Ok(successor)
}

/// Plans the end of every key that the successor replaces.
fn retain_others(
    tx: &mut dyn Writing,
    rows: &[SigningKey],
    successor: &SigningKey,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), Fault> {
    let lifetime = policy.lifetime.access_token.max(policy.lifetime.id_token);
    let retained_at = successor.active_at;
    for old in siblings(rows, successor, KeyState::Active, now) {
        let retired_at = Some(retained_at + lifetime + KEPT_AFTER_LAST_TOKEN);
        let old = SigningKey {
            retained_at: Some(retained_at),
            retired_at,
            ..old.clone()
        };
        tx.keys_mut().update_times(&old)?;
    }
    Ok(())
}

/// Revoking the only active key needs another one that signs from this moment on, unless one is made when it is needed.
fn bring_successor_forward(
    tx: &mut dyn Writing,
    rows: &[SigningKey],
    key: &SigningKey,
    now: Timestamp,
) -> Outcome<()> {
    if siblings(rows, key, KeyState::Active, now).next().is_some() {
        return Ok(());
    }
    let Some(announced) = siblings(rows, key, KeyState::Announced, now).next() else {
        if key.purpose.is_made_at_need() {
            return Ok(());
        }
        let only = "this is the only key that signs; run key rotate --now first, then revoke it";
        return Err(Refusal::conflict(only).into());
    };
    tx.keys_mut().update_times(&SigningKey {
        active_at: now,
        ..announced.clone()
    })?;
    Ok(())
}

/// Revoking an announced successor takes back the planned end of the key that it would have replaced: otherwise
/// nothing would sign from that moment on.
fn keep_predecessor(
    tx: &mut dyn Writing,
    rows: &[SigningKey],
    key: &SigningKey,
    now: Timestamp,
) -> Outcome<()> {
    for old in siblings(rows, key, KeyState::Active, now) {
        tx.keys_mut().update_times(&SigningKey {
            retained_at: None,
            retired_at: None,
            ..old.clone()
        })?;
    }
    Ok(())
}

fn event(now: Timestamp, action: &'static str, key: &SigningKey) -> AuditEvent {
    AuditEvent::new(now, "cli", action, format!("key:{}", key.kid))
        .with("purpose", key.purpose.as_str())
        .with("algorithm", key.algorithm.name())
        .with("active_at", key.active_at.rfc3339())
}

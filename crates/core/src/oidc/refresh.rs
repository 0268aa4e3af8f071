//! Refresh with rotation (RFC 6749 §6, RFC 9700 §4.14): every refresh token is used once; a second use by somebody
//! else ends the whole family.

use super::token::{self, Minted};
use super::{Grant, RefreshSpent, RefreshToken};
use crate::application::usable;
use crate::approval::pace;
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::client::authenticate::AuthenticatedClient;
use crate::client::registration::GrantType;
use crate::failure::{Fault, Outcome, Refusal};
use crate::policy::Policy;
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::store::{Reading, Writing};
use crate::time::Timestamp;
use crate::user::User;
use countersign_jose::aead::SealingKey;
use countersign_jose::hash;
use countersign_protocol::token::TokenAnswer;
use countersign_protocol::{ErrorCode, ScopeList};
use zeroize::Zeroizing;

/// Renews the tokens of a grant. `arrived` is when the request reached us, see [`crate::ciba::redeem::redeem`].
///
/// A retry that carries the same refresh token and the same client assertion is the same request, sent again because
/// its answer was lost: within the grace window it gets the same answer again.
///
/// # Errors
/// `unauthorized_client`, `invalid_grant`, `invalid_scope`, `invalid_target`.
pub async fn refresh(
    provider: &Provider,
    caller: AuthenticatedClient,
    refresh_token: &str,
    scope: Option<&str>,
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    if !caller.client.registration.allows(GrantType::RefreshToken) {
        let refusal = Refusal::new(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for refresh_token",
        );
        return Err(caller.spend_refused(provider, refusal.into()).await);
    }
    let presented = OpaqueToken::presented(refresh_token);
    match look_up(provider, &caller, &presented, scope).await {
        Ok(Found::Alive { grant, user }) => {
            rotate(provider, caller, &presented, *grant, *user, arrived).await
        }
        Ok(Found::Spent { spent, grant }) => {
            answer_spent(provider, caller, &presented, *spent, *grant, arrived).await
        }
        Err(failure) => Err(caller.spend_refused(provider, failure).await),
    }
}

enum Found {
    Alive {
        grant: Box<Grant>,
        user: Box<User>,
    },
    Spent {
        spent: Box<RefreshSpent>,
        grant: Box<Grant>,
    },
}

async fn look_up(
    provider: &Provider,
    caller: &AuthenticatedClient,
    presented: &OpaqueToken,
    scope: Option<&str>,
) -> Outcome<Found> {
    let now = provider.clock.now();
    let (digest, client, policy, host) = (
        presented.digest(),
        caller.client.id.clone(),
        provider.policy.clone(),
        provider.host.clone(),
    );
    let wanted = scope
        .filter(|scope| !scope.is_empty())
        .map(ScopeList::parse)
        .transpose();
    let wanted = wanted.map_err(|error| Refusal::new(ErrorCode::InvalidScope, error.to_string()))?;
    provider
        .store
        .read(move |tx| {
            let token = tx.grants().refresh_token(&digest)?.ok_or_else(unknown)?;
            let grant = tx.grants().by_id(token.grant_id)?;
            let grant =
                grant.ok_or_else(|| Fault::corrupt("refresh_token", token.grant_id, "its grant is gone"))?;
            // Another client's token and an unknown one look the same.
            if grant.client_id != client {
                return Err(unknown().into());
            }
            if let Some(spent) = token.spent {
                return Ok(Found::Spent {
                    spent: Box::new(spent),
                    grant: Box::new(grant),
                });
            }
            let user = check_alive(tx, &token, &grant, &policy, now)?;
            check_scope(wanted.as_ref(), &grant)?;
            usable::check(tx, &host, &grant.client_id, grant.audience.as_ref())?;
            Ok(Found::Alive {
                grant: Box::new(grant),
                user: Box::new(user),
            })
        })
        .await
}

fn unknown() -> Refusal {
    Refusal::invalid_grant(
        "the refresh token is not known for this client, was used, or has ended; sign in again",
    )
}

fn check_alive(
    tx: &dyn Reading,
    token: &RefreshToken,
    grant: &Grant,
    policy: &Policy,
    now: Timestamp,
) -> Outcome<User> {
    if grant.revoked_at.is_some()
        || now >= token.expires_at
        || now >= grant.created_at + policy.lifetime.grant
    {
        return Err(unknown().into());
    }
    let user = tx
        .users()
        .by_id(grant.user_id)?
        .filter(|user| user.disabled_at.is_none());
    let user = user.ok_or_else(|| Refusal::invalid_grant("the person can no longer sign in"))?;
    pace::check_stop(tx, user.id, &grant.client_id)?;
    Ok(user)
}

/// RFC 6749 §6: a refresh may ask for less, never for more. The grant itself keeps its scope.
fn check_scope(wanted: Option<&ScopeList>, grant: &Grant) -> Result<(), Refusal> {
    match wanted {
        Some(wanted) if !wanted.is_subset_of(&grant.scope) => Err(Refusal::new(
            ErrorCode::InvalidScope,
            "scope asks for more than was granted",
        )),
        _ => Ok(()),
    }
}

async fn rotate(
    provider: &Provider,
    caller: AuthenticatedClient,
    presented: &OpaqueToken,
    grant: Grant,
    user: User,
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    let minted = token::mint(provider, &caller.client, &grant, &user, provider.clock.now())?;
    let answer = kept_answer(provider, presented, &minted)?;
    let (digest, audit_key, policy) = (presented.digest(), provider.audit_key(), provider.policy.clone());
    let clock = std::sync::Arc::clone(&provider.clock);
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            let now = clock.now();
            let spent = RefreshSpent {
                at: now,
                request: caller.assertion.fingerprint(),
                answer: Some(answer),
            };
            // Looked at again: a revocation or a disabled person that came since the look outside holds.
            let token = tx.grants().refresh_token(&digest)?.ok_or_else(unknown)?;
            let grant = tx.grants().by_id(grant.id)?.ok_or_else(unknown)?;
            check_alive(&*tx, &token, &grant, &policy, now)?;
            // Compare and set: of any number of racing refreshes, one wins (law 3).
            if !tx.grants_mut().spend_refresh_token(&digest, &spent)? {
                let earlier = tx.grants().refresh_token(&digest)?.and_then(|token| token.spent);
                return Err(refuse_reuse(
                    tx,
                    &audit_key,
                    &grant,
                    earlier.map(|spent| spent.at),
                    arrived,
                    now,
                )?
                .into());
            }
            minted.insert(tx)?;
            let event = AuditEvent::new(
                now,
                format!("client:{}", grant.client_id),
                "token.refresh",
                format!("grant:{}", grant.id),
            );
            record(tx, &audit_key, event)?;
            Ok(minted.answer)
        })
        .await
}

async fn answer_spent(
    provider: &Provider,
    caller: AuthenticatedClient,
    presented: &OpaqueToken,
    spent: RefreshSpent,
    grant: Grant,
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    let now = provider.clock.now();
    let identical = spent.request == caller.assertion.fingerprint();
    if identical
        && grant.revoked_at.is_none()
        && now < spent.at + provider.policy.lifetime.refresh_grace
        && let Some(answer) = spent.answer
    {
        return open_answer(presented, &answer);
    }
    let audit_key = provider.audit_key();
    let refusal = provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            refuse_reuse(tx, &audit_key, &grant, Some(spent.at), arrived, now)
        })
        .await?;
    Err(refusal.into())
}

/// A second use ends the family: either the client or a thief holds a stale token, and we cannot tell which
/// (RFC 9700 §4.14.2). A request that was on its way when the first one was answered only loses the race.
fn refuse_reuse(
    tx: &mut dyn Writing,
    audit_key: &AuditKey,
    grant: &Grant,
    spent_at: Option<Timestamp>,
    arrived: Timestamp,
    now: Timestamp,
) -> Outcome<Refusal> {
    if spent_at.is_none_or(|at| arrived > at) && tx.grants_mut().revoke(grant.id, now)? {
        let event = AuditEvent::new(
            now,
            format!("client:{}", grant.client_id),
            "token.reuse",
            format!("grant:{}", grant.id),
        );
        record(tx, audit_key, event)?;
    }
    Ok(unknown())
}

/// Seals the answer under a key made from the refresh token, so that the database alone cannot give it away.
fn kept_answer(provider: &Provider, presented: &OpaqueToken, minted: &Minted) -> Outcome<Vec<u8>> {
    let fault = |_| Fault::new("the answer of a refresh cannot be sealed");
    let text = serde_json::to_vec(&minted.answer)
        .map_err(|error| Fault::new("a token answer cannot be serialized").with_source(error))?;
    let nonce = provider.entropy.bytes::<12>();
    Ok(answer_key(presented)?
        .seal(b"refresh answer", &Zeroizing::new(text), nonce)
        .map_err(fault)?)
}

fn open_answer(presented: &OpaqueToken, sealed: &[u8]) -> Outcome<TokenAnswer> {
    let damaged = || {
        Fault::corrupt(
            "refresh_token",
            "spent_answer",
            "it does not open with its own token",
        )
    };
    let text = answer_key(presented)?
        .open(b"refresh answer", sealed)
        .map_err(|_| damaged())?;
    Ok(serde_json::from_slice(&text).map_err(|_| damaged())?)
}

fn answer_key(presented: &OpaqueToken) -> Result<SealingKey, Fault> {
    let fault = || Fault::new("a key cannot be derived");
    let key =
        hash::hkdf_sha256(presented.reveal().as_bytes(), b"", b"refresh answer", 32).map_err(|_| fault())?;
    Ok(SealingKey::new(key.as_slice().try_into().map_err(|_| fault())?))
}

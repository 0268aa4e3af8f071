//! The client collects what the person decided (CIBA Core §10.1, §11): once.

use super::CibaRequest;
use crate::application::usable;
use crate::approval::{Approval, ApprovalState, pace};
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::client::authenticate::AuthenticatedClient;
use crate::client::registration::GrantType;
use crate::evidence::Evidence;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::GrantId;
use crate::oidc::Grant;
use crate::oidc::token::{self, Minted};
use crate::provider::{Host, Provider};
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::{Reading, Writing};
use crate::time::{Duration, Timestamp};
use crate::user::User;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::ApprovalKind;
use countersign_protocol::token::TokenAnswer;

/// What `slow_down` adds to the interval (CIBA Core §11).
const SLOW_DOWN_ADDS: u32 = 5;

/// Collects the tokens of a decided request. `arrived` is when the request reached us: a second collection that was
/// already on its way when the first was answered is a race of the client with itself and is refused; one that came
/// later is a reuse, and ends the grant.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`, `unauthorized_client`,
/// `invalid_target`: the application of the resource went out of use meanwhile.
pub async fn redeem(
    provider: &Provider,
    caller: AuthenticatedClient,
    auth_req_id: &str,
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    if !caller.client.registration.allows(GrantType::Ciba) {
        let refusal = Refusal::new(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for the CIBA grant type",
        );
        return Err(caller.spend_refused(provider, refusal.into()).await);
    }
    let digest = OpaqueToken::presented(auth_req_id).digest();
    let now = provider.clock.now();
    let client = caller.client.id.clone();
    let (limits, host) = (provider.policy.pace.clone(), provider.host.clone());
    let found = provider
        .store
        .read(move |tx| find(tx, &digest, &client, &limits, &host, now))
        .await;
    let minted = match found {
        // RSA takes longer than everything else together: signed here, outside the transaction.
        Ok(Found {
            ciba,
            approval,
            user: Some(user),
        }) => Some(mint(provider, &caller, &ciba, &approval, &user, now)?),
        Ok(Found { user: None, .. }) => None,
        Err(failure) => return Err(caller.spend_refused(provider, failure).await),
    };
    match minted {
        None => Err(settle_poll(provider, caller, digest, arrived, now).await),
        Some(minted) => hand_out(provider, caller, digest, minted, arrived).await,
    }
}

/// A request of this client; with its person when it is approved and may become tokens.
struct Found {
    ciba: CibaRequest,
    approval: Approval,
    user: Option<User>,
}

fn find(
    tx: &dyn Reading,
    digest: &TokenDigest,
    client: &crate::id::ClientId,
    limits: &crate::policy::PacePolicy,
    host: &Host,
    now: Timestamp,
) -> Outcome<Found> {
    let (ciba, approval) = request_of(tx, digest, client)?;
    let approved = matches!(approval.state, ApprovalState::Approved(_)) && now < ciba.expires_at;
    let user = match approval.user_id {
        Some(user) if approved => {
            pace::check_redeem(tx, user, client, ApprovalKind::Login, limits, now)?;
            usable::check(tx, host, client, ciba.audience.as_ref())?;
            let user = tx.users().by_id(user)?.filter(|user| user.disabled_at.is_none());
            Some(user.ok_or_else(|| Refusal::invalid_grant("the person can no longer sign in"))?)
        }
        _ => None,
    };
    Ok(Found { ciba, approval, user })
}

/// An unknown request and another client's look the same.
fn request_of(
    tx: &dyn Reading,
    digest: &TokenDigest,
    client: &crate::id::ClientId,
) -> Outcome<(CibaRequest, Approval)> {
    let ciba = tx
        .ciba()
        .by_digest(digest)?
        .filter(|ciba| ciba.client_id == *client)
        .ok_or_else(unknown)?;
    let approval = tx.approvals().by_id(ciba.approval_id)?;
    let approval =
        approval.ok_or_else(|| Fault::corrupt("ciba_request", ciba.approval_id, "its approval is gone"))?;
    Ok((ciba, approval))
}

fn unknown() -> Refusal {
    Refusal::invalid_grant("auth_req_id is not known for this client, or was used already")
}

fn mint(
    provider: &Provider,
    caller: &AuthenticatedClient,
    ciba: &CibaRequest,
    approval: &Approval,
    user: &User,
    now: Timestamp,
) -> Outcome<(Grant, Minted)> {
    let evidence = Evidence::of(approval.verification_mode, &approval.state).ok_or_else(unknown)?;
    let ApprovalState::Approved(decision) = &approval.state else {
        return Err(unknown().into());
    };
    let grant = Grant {
        id: GrantId::new_at(&*provider.entropy, now),
        client_id: caller.client.id.clone(),
        user_id: user.id,
        approval_id: approval.id,
        scope: ciba.scope.filtered(|scope| decision.granted.contains(scope)),
        audience: ciba.audience.clone(),
        evidence,
        created_at: now,
        revoked_at: None,
    };
    let minted = token::mint(provider, &caller.client, &grant, user, now)?;
    Ok((grant, minted))
}

async fn hand_out(
    provider: &Provider,
    caller: AuthenticatedClient,
    digest: TokenDigest,
    (grant, minted): (Grant, Minted),
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    let clock = std::sync::Arc::clone(&provider.clock);
    let (audit_key, limits) = (provider.audit_key(), provider.policy.pace.clone());
    let host = provider.host.clone();
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            let now = clock.now();
            // Looked at again: a report, a lock or a disabled person that came since the look outside holds.
            let found = find(&*tx, &digest, &caller.client.id, &limits, &host, now)?;
            // Compare and set: of any number of polls that got this far, one wins (law 3).
            if found.user.is_none() || !tx.approvals_mut().redeem(grant.approval_id, now, grant.id)? {
                return Err(no_tokens(tx, &caller, &audit_key, &found, arrived, now)?.into());
            }
            tx.grants_mut().insert(&grant)?;
            minted.insert(tx)?;
            let event = AuditEvent::new(
                now,
                format!("client:{}", grant.client_id),
                "token.issue",
                format!("grant:{}", grant.id),
            );
            record(
                tx,
                &audit_key,
                event
                    .with("user", grant.user_id)
                    .with("approval", grant.approval_id),
            )?;
            Ok(minted.answer)
        })
        .await
}

/// Answers a poll that gets no tokens, in one transaction with what it has to note.
async fn settle_poll(
    provider: &Provider,
    caller: AuthenticatedClient,
    digest: TokenDigest,
    arrived: Timestamp,
    now: Timestamp,
) -> Failure {
    let audit_key = provider.audit_key();
    let settled = provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            let (ciba, approval) = request_of(&*tx, &digest, &caller.client.id)?;
            let found = Found {
                ciba,
                approval,
                user: None,
            };
            no_tokens(tx, &caller, &audit_key, &found, arrived, now)
        })
        .await;
    match settled {
        Ok(refusal) => refusal.into(),
        Err(failure) => failure,
    }
}

/// What a request that gives no tokens answers, and what is noted of the poll.
fn no_tokens(
    tx: &mut dyn Writing,
    caller: &AuthenticatedClient,
    audit_key: &AuditKey,
    Found { ciba, approval, .. }: &Found,
    arrived: Timestamp,
    now: Timestamp,
) -> Outcome<Refusal> {
    Ok(match approval.state {
        ApprovalState::Redeemed { .. } => refuse_reuse(tx, audit_key, approval, arrived, now)?,
        ApprovalState::Denied { .. } => Refusal::new(
            ErrorCode::AccessDenied,
            "the person denied the request on the authenticator",
        ),
        ApprovalState::Expired { .. } => expired(),
        _ if now >= ciba.expires_at => expired(),
        // Approved between the look and now: the next poll collects it.
        ApprovalState::Approved(_) => pending(),
        ApprovalState::Pending if caller.client.registration.profile.slows_down() => {
            poll_paced(tx, ciba, now)?
        }
        ApprovalState::Pending => pending(),
    })
}

fn pending() -> Refusal {
    Refusal::new(
        ErrorCode::AuthorizationPending,
        "the person has not answered yet; ask again after the interval",
    )
}

fn expired() -> Refusal {
    Refusal::new(
        ErrorCode::ExpiredToken,
        "the request ended before the person answered or before it was collected; start a new one",
    )
}

/// CIBA Core §11: a poll within the interval raises it, for this and all later polls. The first poll is never too soon.
fn poll_paced(tx: &mut dyn Writing, ciba: &CibaRequest, now: Timestamp) -> Result<Refusal, Fault> {
    let too_soon = ciba
        .polled_at
        .is_some_and(|last| now < last + Duration::from_secs(u64::from(ciba.interval)));
    let interval = if too_soon {
        ciba.interval.saturating_add(SLOW_DOWN_ADDS)
    } else {
        ciba.interval
    };
    tx.ciba_mut().note_poll(&ciba.digest, now, interval)?;
    Ok(if too_soon {
        Refusal::new(
            ErrorCode::SlowDown,
            format!("polled too soon; wait {interval} seconds between polls from now on"),
        )
    } else {
        pending()
    })
}

/// A second collection: tokens that may be in wrong hands end, unless this request was already on its way.
fn refuse_reuse(
    tx: &mut dyn Writing,
    audit_key: &AuditKey,
    approval: &Approval,
    arrived: Timestamp,
    now: Timestamp,
) -> Outcome<Refusal> {
    if let ApprovalState::Redeemed { at, grant_id, .. } = &approval.state
        && arrived > *at
        && tx.grants_mut().revoke(*grant_id, now)?
    {
        let event = AuditEvent::new(
            now,
            format!("client:{}", approval.client_id),
            "ciba.reuse",
            format!("grant:{grant_id}"),
        );
        record(tx, audit_key, event)?;
    }
    Ok(unknown())
}

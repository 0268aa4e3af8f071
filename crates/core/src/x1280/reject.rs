//! The person declines: `POST {host}/auth/reject` (profile §3, ours). The phone may as well deny the approval itself, as
//! with every other request; that way also takes `not_me`.

use super::answer::Answer;
use super::refuse::refuse;
use super::standing::{self, over};
use crate::approval::{ApprovalState, SignedDecision};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::failure::Outcome;
use crate::provider::Provider;
use countersign_protocol::ScopeList;
use countersign_protocol::x1280::{RejectReason, RejectRequest, rejection_message};

/// Takes in the person's no; it needs no code.
///
/// # Errors
/// `invalid_request`: a member is malformed, or the time is off; `not_found`: no session waits; `invalid_signature`;
/// `too_many_requests`: the third wrong answer.
pub async fn reject(provider: &Provider, request: RejectRequest) -> Outcome<()> {
    let now = provider.clock.now();
    let message = rejection_message(&request.session_id, request.timestamp);
    let ids = (request.session_id.as_str(), request.token_id.as_str());
    let answer = Answer::read(ids, request.timestamp, message, &request.signature_base64, now)?;
    let (found, phone) = answer.look_up(provider, now).await?;
    if !answer.is_signed_by(&phone) {
        return Err(refuse(provider, &answer, RejectReason::InvalidSignature, now).await);
    }
    let (session, token) = (answer.session.clone(), answer.token.clone());
    let denied = ApprovalState::Denied {
        decision: SignedDecision {
            at: now,
            by: found.enrolled.phone.id,
            proof: answer.into_proof(),
            granted: ScopeList::default(),
        },
        not_me: false,
    };
    let (audit_key, limits) = (provider.audit_key(), provider.policy.pace.clone());
    provider
        .store
        .write(move |tx| {
            let found = standing::waiting(&*tx, &session, &token, &limits, now)?;
            if !tx.approvals_mut().settle(found.approval.id, &denied)? {
                return Err(over().into());
            }
            let event = AuditEvent::new(
                now,
                format!("authenticator:{}", found.enrolled.phone.id),
                "approval.deny",
                format!("approval:{}", found.approval.id),
            )
            .with("user", found.enrolled.user.id)
            .with("client", &found.approval.client_id)
            .with("not_me", false);
            record(tx, &audit_key, event)
        })
        .await?;
    provider.bus.wake(found.enrolled.user.id);
    Ok(())
}

//! A wrong answer (X.1280 §9: guessing): it is counted, the browser is told, and the third one ends the session.

use super::answer::Answer;
use super::standing::{self, Waiting};
use crate::approval::code::wrong_codes_allowed;
use crate::approval::{ApprovalState, ExpiryCause};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::failure::{Failure, Fault, Refusal};
use crate::policy::PacePolicy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::RejectReason;

/// Counts a wrong answer and says so.
pub(super) async fn refuse(
    provider: &Provider,
    answer: &Answer,
    reason: RejectReason,
    now: Timestamp,
) -> Failure {
    let (session, token) = (answer.session.clone(), answer.token.clone());
    let (audit_key, limits) = (provider.audit_key(), provider.policy.pace.clone());
    let counted = provider
        .store
        .write(move |tx| {
            let found = standing::waiting(&*tx, &session, &token, &limits, now)?;
            let refusal = count(tx, &found, reason, &limits, now)?;
            // Who does not hold the key is nobody that we know.
            let actor = match reason {
                RejectReason::InvalidOtp => format!("authenticator:{}", found.enrolled.phone.id),
                _ => "system".to_owned(),
            };
            let event = AuditEvent::new(
                now,
                actor,
                "approval.wrong_code",
                format!("approval:{}", found.approval.id),
            )
            .with("user", found.enrolled.user.id)
            .with("client", &found.approval.client_id)
            .with("reason", reason.as_str());
            record(tx, &audit_key, event)?;
            Ok((found.enrolled.user.id, refusal))
        })
        .await;
    match counted {
        Ok((user, refusal)) => {
            provider.bus.wake(user);
            refusal.into()
        }
        Err(failure) => failure,
    }
}

fn count(
    tx: &mut dyn Writing,
    found: &Waiting,
    reason: RejectReason,
    limits: &PacePolicy,
    now: Timestamp,
) -> Result<Refusal, Fault> {
    let wrong = tx.approvals_mut().count_wrong_code(found.approval.id)?;
    let left = wrong_codes_allowed(found.approval.verification_mode).saturating_sub(wrong);
    if left == 0 {
        let ended = ApprovalState::Expired {
            at: now,
            cause: ExpiryCause::WrongCodes,
        };
        tx.approvals_mut().settle(found.approval.id, &ended)?;
        return Ok(standing::too_many(limits));
    }
    tx.mutual_sessions_mut().note_refusal(&found.session.id, reason)?;
    let (code, what) = match reason {
        RejectReason::InvalidOtp => (ErrorCode::InvalidOtp, "the code is not that of this session"),
        _ => (
            ErrorCode::InvalidSignature,
            "the answer is not signed by the key that enrolled this credential",
        ),
    };
    Ok(Refusal::new(code, format!("{what}; tries left: {left}")))
}

//! Writing messages, in the transaction of what they tell about.

use super::{DeliveryState, OutboxKind, OutboxMessage};
use crate::approval::Approval;
use crate::failure::Fault;
use crate::id::{ApprovalId, AuthenticatorId, OutboxId};
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_jose::hash;
use serde_json::json;
use uuid::Builder;

/// One message for each phone of the person that has a push subscription. People without one cost one look-up.
///
/// # Errors
/// A fault of the store.
pub fn approval_opened(tx: &mut dyn Writing, approval: &Approval, now: Timestamp) -> Result<(), Fault> {
    let Some(user) = approval.user_id else {
        return Ok(());
    };
    for phone in tx.push().of_user(user)? {
        tx.outbox_mut()
            .insert(&web_push(approval, phone.authenticator_id, now))?;
    }
    Ok(())
}

fn web_push(approval: &Approval, phone: AuthenticatorId, now: Timestamp) -> OutboxMessage {
    OutboxMessage {
        id: id(OutboxKind::WebPush, approval.id, phone),
        kind: OutboxKind::WebPush,
        authenticator_id: phone,
        approval_id: approval.id,
        // The id is random and means nothing to anybody but the phone, which fetches the rest with its token.
        payload: json!({ "id": approval.id }).to_string(),
        created_at: now,
        not_before: now,
        attempts: 0,
        expires_at: approval.expires_at,
        last_error: None,
        state: DeliveryState::Pending,
    }
}

/// The same thing for the same phone has the same id, so that no mistake can tell it twice.
fn id(kind: OutboxKind, approval: ApprovalId, phone: AuthenticatorId) -> OutboxId {
    let parts = [
        kind.as_str().as_bytes(),
        approval.0.as_bytes(),
        phone.0.as_bytes(),
    ];
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash::sha256(&parts.concat())) {
        *to = from;
    }
    OutboxId(Builder::from_custom_bytes(bytes).into_uuid())
}

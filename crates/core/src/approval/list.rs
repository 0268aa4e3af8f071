//! What a phone sees: the pending approvals, what changed since, and the history.

use super::{Approval, ApprovalState, shown};
use crate::failure::{Fault, Outcome};
use crate::keys::Sealer;
use crate::oidc::bearer::PhoneBearer;
use crate::provider::Provider;
use crate::time::Timestamp;
use countersign_protocol::approval::{ApprovalHistory, ApprovalItem, ApprovalList, ApprovalStatus, Settled};
use std::collections::HashMap;

/// What happened to an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// It waits for a decision.
    Approval(Box<ApprovalItem>),
    /// It ended, here or on another phone.
    Settled(Settled),
}

/// One change, in the order of revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cursor to resume after.
    pub revision: i64,
    /// What happened.
    pub kind: ChangeKind,
}

/// Changes after a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// In the order of revisions.
    pub events: Vec<Change>,
    /// Where to go on.
    pub cursor: i64,
}

/// Most changes that one call gives; the caller asks again with the new cursor.
const PAGE: u32 = 100;

/// The approvals that wait for this person, oldest first.
///
/// # Errors
/// A fault of the store.
pub async fn pending(provider: &Provider, phone: &PhoneBearer) -> Outcome<ApprovalList> {
    let (user, now) = (phone.user.id, provider.clock.now());
    let approvals = provider
        .store
        .read(move |tx| Ok(tx.approvals().pending_of(user, now)?))
        .await?;
    let item = |approval| shown::on_phone(&provider.sealer, approval);
    let approvals = approvals.iter().map(item).collect::<Result<_, Fault>>()?;
    Ok(ApprovalList { approvals })
}

/// What changed after the cursor; without one, everything that is pending.
///
/// # Errors
/// A fault of the store.
pub async fn changes(provider: &Provider, phone: &PhoneBearer, cursor: Option<i64>) -> Outcome<Changes> {
    let (user, now) = (phone.user.id, provider.clock.now());
    let (rows, last) = provider
        .store
        .read(move |tx| {
            let approvals = tx.approvals();
            match cursor {
                None => Ok((
                    approvals.pending_of(user, now)?,
                    Some(approvals.last_revision_of(user)?),
                )),
                Some(cursor) => Ok((approvals.changed_since(user, cursor, PAGE)?, None)),
            }
        })
        .await?;
    let mut events = rows
        .iter()
        .map(|row| change(&provider.sealer, row, now))
        .collect::<Result<Vec<_>, Fault>>()?;
    // A phone resumes after the last one that it got: in any other order it could skip one when the line is cut.
    events.sort_by_key(|event| event.revision);
    let seen = events.last().map(|event| event.revision);
    Ok(Changes {
        cursor: last.or(seen).or(cursor).unwrap_or(0),
        events,
    })
}

fn change(sealer: &Sealer, approval: &Approval, now: Timestamp) -> Result<Change, Fault> {
    let kind = match approval.status(now) {
        ApprovalStatus::Pending => ChangeKind::Approval(Box::new(shown::on_phone(sealer, approval)?)),
        status => ChangeKind::Settled(Settled {
            id: approval.id.0,
            status,
        }),
    };
    Ok(Change {
        revision: approval.revision,
        kind,
    })
}

/// Past approvals of this person, newest first, at most `limit` (1 to 200).
///
/// # Errors
/// A fault of the store.
pub async fn history(provider: &Provider, phone: &PhoneBearer, limit: u32) -> Outcome<ApprovalHistory> {
    let (user, now, limit) = (phone.user.id, provider.clock.now(), limit.clamp(1, 200));
    let (rows, phones) = provider
        .store
        .read(move |tx| {
            Ok((
                tx.approvals().history_of(user, limit)?,
                tx.authenticators().of_user(user)?,
            ))
        })
        .await?;
    let names: HashMap<_, _> = phones.into_iter().map(|phone| (phone.id, phone.name)).collect();
    let approvals = rows
        .iter()
        .map(|row| {
            let (at, by) = match &row.state {
                ApprovalState::Pending => (row.expires_at, None),
                ApprovalState::Expired { at, .. } => (*at, None),
                ApprovalState::Approved(decision)
                | ApprovalState::Denied { decision, .. }
                | ApprovalState::Redeemed { decision, .. } => (decision.at, names.get(&decision.by).cloned()),
            };
            shown::settled_item(row, row.status(now), at, by)
        })
        .collect::<Result<_, Fault>>()?;
    Ok(ApprovalHistory { approvals })
}

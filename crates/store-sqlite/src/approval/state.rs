//! States of an approval as columns, and back. The CHECKs of the table say the same law once more.

use crate::fields::Fields;
use countersign_core::approval::{ApprovalState, DecisionProof, ExpiryCause, SignedDecision};
use countersign_core::failure::Fault;
use countersign_core::id::{AuthenticatorId, GrantId};
use std::borrow::Cow;

/// An approval's state as columns.
#[derive(Default)]
pub(super) struct StateColumns<'s> {
    pub(super) state: &'static str,
    pub(super) settled_at: Option<i64>,
    pub(super) decided_by: Option<[u8; 16]>,
    pub(super) decision_jws: Option<Cow<'s, str>>,
    pub(super) granted: Option<String>,
    pub(super) not_me: Option<bool>,
    pub(super) cause: Option<&'static str>,
    pub(super) redeemed_at: Option<i64>,
    pub(super) grant_id: Option<[u8; 16]>,
}

impl<'s> From<&'s ApprovalState> for StateColumns<'s> {
    fn from(state: &'s ApprovalState) -> Self {
        match state {
            ApprovalState::Pending => Self {
                state: "pending",
                ..Self::default()
            },
            ApprovalState::Approved(decision) => Self::decided("approved", decision),
            ApprovalState::Denied { decision, not_me } => Self {
                not_me: Some(*not_me),
                ..Self::decided("denied", decision)
            },
            ApprovalState::Expired { at, cause } => Self {
                state: "expired",
                settled_at: Some(at.millis()),
                cause: Some(cause_word(*cause)),
                ..Self::default()
            },
            ApprovalState::Redeemed {
                decision,
                at,
                grant_id,
            } => Self {
                redeemed_at: Some(at.millis()),
                grant_id: Some(grant_id.0.into_bytes()),
                ..Self::decided("redeemed", decision)
            },
        }
    }
}

impl<'s> StateColumns<'s> {
    fn decided(state: &'static str, decision: &'s SignedDecision) -> Self {
        Self {
            state,
            settled_at: Some(decision.at.millis()),
            decided_by: Some(decision.by.0.into_bytes()),
            decision_jws: Some(decision.proof.text()),
            granted: Some(decision.granted.to_string()),
            ..Self::default()
        }
    }
}

/// Reads the nine columns of a state; what does not fit together is no state.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<ApprovalState, Fault> {
    let word = fields.text()?;
    let settled_at = fields.optional_time()?;
    let by = fields.optional_uuid()?.map(AuthenticatorId);
    let proof = fields.optional_text()?;
    let granted = fields.optional(Fields::scope)?;
    let not_me = fields.optional(Fields::flag)?;
    let cause = fields.optional(|column| column.text_as(parse_cause))?;
    let redeemed = fields.optional_time()?.zip(fields.optional_uuid()?.map(GrantId));
    let decision = match (settled_at, by, proof, granted) {
        (Some(at), Some(by), Some(proof), Some(granted)) => Some(SignedDecision {
            at,
            by,
            proof: DecisionProof::parse(proof).ok_or_else(|| fields.corrupt("no proof of a decision"))?,
            granted,
        }),
        (_, None, None, None) => None,
        _ => return Err(fields.corrupt("half a decision")),
    };
    match (word.as_str(), decision, settled_at, not_me, cause, redeemed) {
        ("pending", None, None, None, None, None) => Ok(ApprovalState::Pending),
        ("approved", Some(decision), _, None, None, None) => Ok(ApprovalState::Approved(decision)),
        ("denied", Some(decision), _, Some(not_me), None, None) => {
            Ok(ApprovalState::Denied { decision, not_me })
        }
        ("expired", None, Some(at), None, Some(cause), None) => Ok(ApprovalState::Expired { at, cause }),
        ("redeemed", Some(decision), _, None, None, Some((at, grant_id))) => Ok(ApprovalState::Redeemed {
            decision,
            at,
            grant_id,
        }),
        _ => Err(fields.corrupt("state and its evidence do not fit")),
    }
}

fn cause_word(cause: ExpiryCause) -> &'static str {
    ExpiryCause::ALL
        .iter()
        .find(|(known, _)| *known == cause)
        .map_or("timed_out", |(_, word)| word)
}

fn parse_cause(word: &str) -> Option<ExpiryCause> {
    ExpiryCause::ALL
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(cause, _)| *cause)
}

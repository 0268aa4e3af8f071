//! What a person gave, and what operators see of it.

use super::{Consent, given, names, without_approval};
use crate::approval::{Approval, shown};
use crate::failure::{Fault, Outcome};
use crate::id::UserId;
use crate::oidc::bearer::PhoneBearer;
use crate::provider::Provider;
use crate::store::Reading;
use crate::time::Timestamp;
use countersign_protocol::consent::{ConsentItem, ConsentList};

/// `GET {host}/consents`: what this person gave, withdrawn or not, newest first.
///
/// # Errors
/// A fault of the store.
pub async fn given_by(provider: &Provider, phone: &PhoneBearer) -> Outcome<ConsentList> {
    let user = phone.user.id;
    let consents = provider
        .store
        .read(move |tx| Ok(with_approvals(tx, tx.consents().given_by(user)?)?))
        .await?;
    let items = consents.iter().map(item).collect::<Result<Vec<_>, Fault>>()?;
    Ok(ConsentList {
        consents: items.into_iter().flatten().collect(),
    })
}

/// Every consent with its question, newest first; of one person if one is named. For operators.
///
/// # Errors
/// A fault of the store.
pub async fn all(provider: &Provider, user: Option<UserId>) -> Outcome<Vec<ConsentAsked>> {
    provider
        .store
        .read(move |tx| {
            let mut consents = tx.consents().list()?;
            consents.retain(|consent| user.is_none_or(|user| user == consent.user_id));
            Ok(with_approvals(tx, consents)?)
        })
        .await
}

/// A consent and the question behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentAsked {
    /// The consent.
    pub consent: Consent,
    /// The question.
    pub approval: Approval,
}

fn with_approvals(tx: &dyn Reading, consents: Vec<Consent>) -> Result<Vec<ConsentAsked>, Fault> {
    consents
        .into_iter()
        .map(|consent| {
            let approval = tx.approvals().by_id(consent.approval_id)?;
            let approval = approval.ok_or_else(|| without_approval(&consent))?;
            Ok(ConsentAsked { consent, approval })
        })
        .collect()
}

fn item(ConsentAsked { consent, approval }: &ConsentAsked) -> Result<Option<ConsentItem>, Fault> {
    let Some(decision) = given(approval) else {
        return Ok(None);
    };
    let shown = shown::item(approval)?;
    Ok(Some(ConsentItem {
        id: consent.id.0,
        application: shown.application,
        resource: consent.resource.clone(),
        names: names(approval, &decision.granted)?,
        reason: shown.reason.unwrap_or_default(),
        granted_at: decision.at.rfc3339(),
        revoked_at: consent.revoked_at.map(Timestamp::rfc3339),
    }))
}

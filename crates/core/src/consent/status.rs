//! `GET {iss}/consent/{id}`: the device that asked reads how it stands, and the values while they can be read.

use super::{Consent, given, names, receipt, unknown, without_approval};
use crate::application::usable;
use crate::approval::{Approval, pace};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ClientId, ConsentId};
use crate::oidc::Audience;
use crate::oidc::bearer::DeviceBearer;
use crate::policy::PacePolicy;
use crate::provider::{Host, Provider};
use crate::store::Reading;
use crate::time::{Duration, Timestamp};
use crate::user::data::SealedDatum;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::ApprovalKind;
use countersign_protocol::consent::{ClaimName, ConsentStatus, ConsentStatusAnswer, ContentValue};

/// How a consent stands. The first look after the person's yes makes the receipt.
///
/// # Errors
/// `not_found`: unknown, or asked by somebody else. While values can be read also `access_denied`: the person reported
/// this client or can no longer sign in; `unauthorized_client`, `invalid_target`: the application went out of use;
/// `too_many_requests`: the person is locked.
pub async fn status(
    provider: &Provider,
    device: &DeviceBearer,
    id: ConsentId,
) -> Outcome<ConsentStatusAnswer> {
    let now = provider.clock.now();
    let Found {
        mut consent,
        approval,
        data,
    } = find(provider, device.device.client_id.clone(), id, now).await?;
    let values = data.map(|data| open(provider, &approval, &data)).transpose()?;
    if consent.status(&approval, now) == ConsentStatus::Approved && consent.receipt.is_none() {
        consent = keep_receipt(provider, consent, &approval, values.as_deref(), now).await?;
    }
    let status = consent.status(&approval, now);
    Ok(ConsentStatusAnswer {
        id: consent.id.0,
        status,
        // A withdrawal that came between the look and the receipt counts.
        content: values.filter(|_| status == ConsentStatus::Approved),
        receipt: consent.receipt,
        revoked_at: consent.revoked_at.map(Timestamp::rfc3339),
    })
}

struct Found {
    consent: Consent,
    approval: Approval,
    /// The person's data while it can be read.
    data: Option<Vec<SealedDatum>>,
}

async fn find(provider: &Provider, client: ClientId, id: ConsentId, now: Timestamp) -> Outcome<Found> {
    let (host, limits) = (provider.host.clone(), provider.policy.pace.clone());
    let readable = provider.policy.lifetime.consent_values;
    provider
        .store
        .read(move |tx| {
            // An unknown consent and another client's look the same.
            let consent = tx
                .consents()
                .by_id(id)?
                .filter(|consent| consent.client_id == client);
            let consent = consent.ok_or_else(unknown)?;
            let approval = tx
                .approvals()
                .by_id(consent.approval_id)?
                .ok_or_else(|| without_approval(&consent))?;
            let data = if is_readable(&consent, &approval, readable, now) {
                check_deliverable(tx, &consent, &host, &limits, now)?;
                Some(tx.user_data().of_user(consent.user_id)?)
            } else {
                None
            };
            Ok(Found {
                consent,
                approval,
                data,
            })
        })
        .await
}

/// Whether the person said yes, has not withdrawn it, and the time to read the values is not over.
fn is_readable(consent: &Consent, approval: &Approval, readable: Duration, now: Timestamp) -> bool {
    consent.status(approval, now) == ConsentStatus::Approved
        && given(approval).is_some_and(|decision| now < decision.at + readable)
}

/// What stopped the client, the application or the person since the yes counts at once, as at the token endpoint.
fn check_deliverable(
    tx: &dyn Reading,
    consent: &Consent,
    host: &Host,
    limits: &PacePolicy,
    now: Timestamp,
) -> Outcome<()> {
    let (user, client) = (consent.user_id, &consent.client_id);
    pace::check_redeem(tx, user, client, ApprovalKind::Consent, limits, now)?;
    let audience = Audience {
        resource: consent.resource.clone(),
        client_id: client.clone(),
    };
    usable::check(tx, host, client, Some(&audience))?;
    let person = tx.users().by_id(user)?.filter(|user| user.disabled_at.is_none());
    match person {
        Some(_) => Ok(()),
        None => Err(Refusal::new(
            ErrorCode::AccessDenied,
            "the person can no longer sign in, so nothing of theirs is handed out",
        )
        .into()),
    }
}

/// The granted values that the person has, in the order in which they were asked for.
fn open(provider: &Provider, approval: &Approval, data: &[SealedDatum]) -> Result<Vec<ContentValue>, Fault> {
    let granted = given(approval).map(|decision| &decision.granted);
    let asked = names(approval, &approval.asked)?;
    asked
        .into_iter()
        .filter(|name| granted.is_some_and(|granted| granted.contains(name.as_str())))
        .filter_map(|name| data.iter().find(|datum| datum.name == name))
        .map(|datum| {
            Ok(ContentValue {
                name: datum.name,
                value: datum.open(&provider.sealer)?.reveal().to_owned(),
            })
        })
        .collect()
}

/// Signs the receipt outside and keeps it, unless another poll was faster. Answers the consent as it stands then.
async fn keep_receipt(
    provider: &Provider,
    consent: Consent,
    approval: &Approval,
    delivered: Option<&[ContentValue]>,
    now: Timestamp,
) -> Outcome<Consent> {
    let receipt = receipt::make(provider, &consent, approval, now)?;
    let names: Vec<ClaimName> = delivered
        .unwrap_or_default()
        .iter()
        .map(|value| value.name)
        .collect();
    let event = AuditEvent::new(
        now,
        format!("client:{}", consent.client_id),
        "consent.deliver",
        format!("consent:{}", consent.id),
    )
    .with("user", consent.user_id)
    .with("names", names);
    let (id, audit_key) = (consent.id, provider.audit_key());
    provider
        .store
        .write(move |tx| {
            if tx.consents_mut().keep_receipt(id, &receipt)? {
                record(tx, &audit_key, event)?;
            }
            Ok(tx.consents().by_id(id)?.ok_or_else(unknown)?)
        })
        .await
}

//! `POST {iss}/consent`: a device asks a person for personal data.

use super::Consent;
use crate::application::{Application, resource};
use crate::approval::open::{self, Origin, PersonalDataAsked, Question};
use crate::approval::{Approval, code};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::client::Client;
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ClientId, ConsentId, UserId};
use crate::oidc::bearer::DeviceBearer;
use crate::provider::Provider;
use crate::text::is_showable;
use crate::time::Timestamp;
use crate::user::User;
use countersign_protocol::approval::{ApprovalKind, VerificationMode};
use countersign_protocol::ciba::VerificationToShow;
use countersign_protocol::consent::{ClaimName, ConsentAnswer, ConsentRequest, ConsentStatus, ContentAsked};
use countersign_protocol::{ErrorCode, ScopeList};

/// Seconds between two questions for the status: what published clients do (onesid.md §14).
const INTERVAL: u64 = 3;

/// The longest reason, in characters: what fits on a phone.
const MAX_REASON: usize = 200;

/// Asks. The refusals stand in the order of the request's members, with the person last.
///
/// # Errors
/// `invalid_request`; `invalid_target`: the resource is not the caller's own application; `unknown_user_id`; the
/// limits against push bombing, `access_denied` and `too_many_requests`.
pub async fn ask(
    provider: &Provider,
    device: &DeviceBearer,
    request: ConsentRequest,
    origin: Origin,
) -> Outcome<ConsentAnswer> {
    let now = provider.clock.now();
    let content = content(&request.content)?;
    let reason = reason(&request.reason)?;
    let client = provider
        .client(device.device.client_id.clone())
        .await?
        .ok_or_else(|| Fault::corrupt("devices", device.device.id, "it has no client"))?;
    let found = look_up(provider, client.id.clone(), request.resource, request.subject).await?;
    let expires_at = now + provider.policy.lifetime.consent_request;
    let question = Question {
        kind: ApprovalKind::Consent,
        user: Some(&found.user),
        client: &client,
        application: Some(&found.application),
        // The token was won with the client's key, and the application is the client's own.
        signed: true,
        binding_message: None,
        asked: content.asked,
        personal_data: Some(PersonalDataAsked {
            required: content.required,
            reason,
        }),
        mutual: None,
        wanted_mode: VerificationMode::None,
        origin,
        expires_at,
    };
    let approval = open::prepare(provider, question, now)?;
    let consent = Consent {
        id: ConsentId::new(&*provider.entropy),
        approval_id: approval.id,
        client_id: client.id.clone(),
        user_id: found.user.id,
        resource: found.resource,
        requested_at: now,
        receipt: None,
        revoked_at: None,
    };
    open(provider, &client, consent, approval, now).await
}

/// What is asked for.
struct Content {
    asked: ScopeList,
    required: ScopeList,
}

fn content(items: &[ContentAsked]) -> Result<Content, Refusal> {
    let mut content = Content {
        asked: ScopeList::default(),
        required: ScopeList::default(),
    };
    if items.is_empty() {
        return Err(Refusal::invalid_request(
            "content is empty; ask for at least one item",
        ));
    }
    for item in items {
        let name = ClaimName::parse(&item.name).ok_or_else(unknown_name)?;
        if content.asked.contains(name.as_str()) {
            return Err(Refusal::invalid_request(format!("content names {name} twice")));
        }
        content.asked.insert(name.as_str());
        if item.required.unwrap_or_default() {
            content.required.insert(name.as_str());
        }
    }
    Ok(content)
}

fn unknown_name() -> Refusal {
    let known: Vec<&str> = ClaimName::ALL.into_iter().map(ClaimName::as_str).collect();
    Refusal::invalid_request(format!(
        "content has a name that is not known here; the names are {}",
        known.join(", ")
    ))
}

/// The reason is shown as it is: nothing invisible, and nothing that could look like a line of ours.
fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_REASON || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "reason must say why in 1 to {MAX_REASON} characters on one line, without control or invisible characters"
        )));
    }
    Ok(text.to_owned())
}

struct Found {
    application: Application,
    resource: String,
    user: User,
}

async fn look_up(provider: &Provider, client: ClientId, named: String, subject: String) -> Outcome<Found> {
    let host = provider.host.clone();
    provider
        .store
        .read(move |tx| {
            let (application, audience) = resource::resolve(tx, &host, &named)?;
            // Nobody asks in another application's name: the person would give it to the one and the other would get it.
            if audience.client_id != client {
                return Err(resource::invalid_target().into());
            }
            let user = match subject.parse::<UserId>() {
                Ok(id) => tx.users().by_id(id)?.filter(|user| user.disabled_at.is_none()),
                Err(_) => None,
            };
            Ok(Found {
                application,
                resource: audience.resource,
                user: user.ok_or_else(unknown_person)?,
            })
        })
        .await
}

fn unknown_person() -> Refusal {
    Refusal::new(
        ErrorCode::UnknownUserId,
        "subject is not the user id of a person who can sign in; take the sub of a token",
    )
}

async fn open(
    provider: &Provider,
    client: &Client,
    consent: Consent,
    approval: Approval,
    now: Timestamp,
) -> Outcome<ConsentAnswer> {
    let (id, user, lifetime) = (
        consent.id,
        consent.user_id,
        provider.policy.lifetime.consent_request,
    );
    let mode = approval.verification_mode;
    let screen_code = code::screen_code(&provider.sealer, approval.id, mode);
    let (limits, audit_key) = (provider.policy.pace.clone(), provider.audit_key());
    let event = AuditEvent::new(
        now,
        format!("client:{}", client.id),
        "consent.ask",
        format!("consent:{id}"),
    )
    .with("user", user)
    .with("approval", approval.id)
    .with("resource", &consent.resource)
    .with("names", approval.asked.iter().collect::<Vec<_>>());
    provider
        .store
        .write(move |tx| {
            open::insert(tx, &approval, &limits, now)?;
            tx.consents_mut().insert(&consent)?;
            record(tx, &audit_key, event)
        })
        .await?;
    provider.bus.wake(user);
    Ok(ConsentAnswer {
        id: id.0,
        status: ConsentStatus::Pending,
        expires_in: lifetime.as_secs(),
        interval: INTERVAL,
        verification: screen_code.map(|code| VerificationToShow { mode, code }),
    })
}

//! A front door opens an approval: prepared outside, then put into the store by the front door's own transaction.

use super::{Approval, ApprovalState, ExpiryCause, pace, shown};
use crate::application::Application;
use crate::client::Client;
use crate::failure::Outcome;
use crate::id::ApprovalId;
use crate::outbox::post;
use crate::policy::PacePolicy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::text::showable;
use crate::time::Timestamp;
use crate::user::User;
use countersign_protocol::ScopeList;
use countersign_protocol::approval::{
    ApplicationShown, ApprovalItem, ApprovalKind, ContextShown, MutualShown, VerificationMode,
    VerificationShown,
};

/// Where a request came from, shown to the person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Address of the service.
    pub ip: Option<String>,
    /// `User-Agent` of the service.
    pub user_agent: Option<String>,
}

/// What a front door wants to know from a person.
pub struct Question<'q> {
    /// Which front door.
    pub kind: ApprovalKind,
    /// Who is asked.
    pub user: Option<&'q User>,
    /// Who asks.
    pub client: &'q Client,
    /// The application that it stands for.
    pub application: Option<&'q Application>,
    /// Whether the client's key vouches for the question.
    pub signed: bool,
    /// The text to compare.
    pub binding_message: Option<String>,
    /// What is asked for: scopes, or the names of personal data.
    pub asked: ScopeList,
    /// What goes with a request for personal data; `None` for a request for scopes.
    pub personal_data: Option<PersonalDataAsked>,
    /// Session, credential and service of a mutual sign-in (X.1280 profile §1); `None` for every other request.
    pub mutual: Option<MutualShown>,
    /// The weakest mode that the request itself wants (`acr_values`).
    pub wanted_mode: VerificationMode,
    /// Where it came from.
    pub origin: Origin,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a request for personal data says beside the names.
pub struct PersonalDataAsked {
    /// The names that the request makes no sense without.
    pub required: ScopeList,
    /// Why they are asked for.
    pub reason: String,
}

/// Prepares an approval: its id and the text that the person is shown, without the codes, which are derived at each look.
///
/// # Errors
/// The text cannot be serialized.
pub fn prepare(provider: &Provider, question: Question<'_>, now: Timestamp) -> Outcome<Approval> {
    let id = ApprovalId::new_at(&*provider.entropy, now);
    let mode = mode(provider, &question);
    let asked: Vec<String> = words(&question.asked);
    let (scopes, claims) = match question.personal_data {
        None => (Some(asked), None),
        Some(_) => (None, Some(asked)),
    };
    let application = application_shown(&question);
    let item = ApprovalItem {
        id: id.0,
        kind: question.kind,
        // Reckoned when a phone looks: the store does not hold it.
        auth_request_id: None,
        application,
        binding_message: question.binding_message,
        scopes,
        claims,
        required_claims: question.personal_data.as_ref().map(|data| words(&data.required)),
        reason: question.personal_data.map(|data| data.reason),
        verification: VerificationShown {
            mode,
            code: None,
            choices: None,
        },
        mutual: question.mutual,
        context: ContextShown {
            ip: question.origin.ip.map(|ip| showable(&ip, 64)),
            place: None,
            user_agent: question.origin.user_agent.map(|agent| showable(&agent, 200)),
            requested_at: now.rfc3339(),
        },
        expires_at: question.expires_at.rfc3339(),
        digest: String::new(),
    };
    let (shown, digest) = shown::seal(&item)?;
    Ok(Approval {
        id,
        kind: question.kind,
        user_id: question.user.map(|user| user.id),
        client_id: question.client.id.clone(),
        application_id: question.application.map(|application| application.id),
        shown,
        digest,
        verification_mode: mode,
        asked: question.asked,
        wrong_codes: 0,
        requested_at: now,
        expires_at: question.expires_at,
        revision: 0,
        state: ApprovalState::Pending,
    })
}

fn words(list: &ScopeList) -> Vec<String> {
    list.iter().map(str::to_owned).collect()
}

/// The strongest of: the operator's floor, the application's or else the client's mode, what the request wants. A
/// mutual sign-in is one by comparing (X.1280 §8.3), and its code goes back in the signed answer whatever the floor is.
fn mode(provider: &Provider, question: &Question<'_>) -> VerificationMode {
    if question.mutual.is_some() {
        return VerificationMode::Compare;
    }
    let registered = question
        .application
        .and_then(|application| application.verification_mode)
        .unwrap_or(question.client.registration.verification_mode);
    registered
        .max(provider.policy.verification_floor)
        .max(question.wanted_mode)
}

fn application_shown(question: &Question<'_>) -> ApplicationShown {
    let registration = &question.client.registration;
    let application = question.application;
    ApplicationShown {
        name: showable(
            application.map_or(registration.name.as_str(), |application| &application.name),
            100,
        ),
        host: application
            .and_then(|application| application.hostname.clone())
            .or_else(|| registration.host.clone())
            .unwrap_or_default(),
        verified: question.signed,
    }
}

/// Puts the approval into the store, inside the front door's transaction: first the limits, then at most one pending
/// request of a kind per person and client (a newer one supersedes it), then the row, then a message for each phone that
/// wants to be woken.
///
/// # Errors
/// The limits of [`pace::check_start`].
pub fn insert(tx: &mut dyn Writing, approval: &Approval, limits: &PacePolicy, now: Timestamp) -> Outcome<()> {
    if let Some(user) = approval.user_id {
        pace::check_start(&*tx, user, &approval.client_id, approval.kind, limits, now)?;
        let mut earlier = tx.approvals().pending_of_client(user, &approval.client_id)?;
        // A question for personal data does not take a sign-in off the phone, nor the other way round.
        earlier.retain(|earlier| earlier.kind == approval.kind);
        for earlier in earlier {
            let cause = if now >= earlier.expires_at {
                ExpiryCause::TimedOut
            } else {
                ExpiryCause::Superseded
            };
            let at = now.min(earlier.expires_at);
            tx.approvals_mut()
                .settle(earlier.id, &ApprovalState::Expired { at, cause })?;
        }
    }
    tx.approvals_mut().insert(approval)?;
    Ok(post::approval_opened(tx, approval, now)?)
}

//! A service asks for a person: `POST {host}/auth/initiate` (X.1280 §8.2, §8.3; profile §1).

use super::caller::Caller;
use super::code::{AutoPassword, WsToken, random};
use super::standing::{self, Enrolled};
use super::{MutualSession, Service, SessionId, SessionState, TokenId, precedence};
use crate::approval::Approval;
use crate::approval::open::{self, Origin, Question};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::Provider;
use crate::time::Timestamp;
use countersign_protocol::approval::{ApprovalKind, MutualShown, ServiceShown, VerificationMode};
use countersign_protocol::x1280::{IdentityScope, InitiateAnswer, InitiateRequest};
use countersign_protocol::{ErrorCode, ScopeList};

/// A request that passed every check that needs no change: who asks for what, and of whom.
pub struct Asked {
    caller: Caller,
    enrolled: Enrolled,
    scopes: ScopeList,
    at: Timestamp,
}

/// Begins a session and asks the person. `web_origin` is the `Origin` header of a browser's request.
///
/// # Errors
/// Those of [`check`], then those of [`Asked::begin`].
pub async fn initiate(
    provider: &Provider,
    request: InitiateRequest,
    origin: Origin,
    web_origin: Option<&str>,
) -> Outcome<InitiateAnswer> {
    check(provider, request, web_origin)
        .await?
        .begin(provider, origin)
        .await
}

/// Checks a request and changes nothing.
///
/// # Errors
/// In this order: `invalid_request`: a malformed member, or no single service; `not_found`: nobody enrolled the
/// credential; `access_denied`: the enrolment or the credential is revoked; `invalid_service`; `invalid_scope`: more than
/// the service may ask for.
pub async fn check(
    provider: &Provider,
    request: InitiateRequest,
    web_origin: Option<&str>,
) -> Outcome<Asked> {
    let now = provider.clock.now();
    let token = TokenId::parse(&request.token_id)
        .ok_or_else(|| Refusal::invalid_request("tokenId is not the id of a credential"))?;
    let named = request.service().ok_or_else(|| {
        Refusal::invalid_request(
            "name the service by exactly one of serviceId, serviceVds and serviceAssertion",
        )
    })?;
    let enrolled = provider
        .store
        .read(move |tx| standing::enrolled(tx, &token, now))
        .await?;
    let caller = Caller::identify(provider, named, web_origin).await?;
    match scopes(&caller.service, request.scopes.as_deref()) {
        Ok(scopes) => Ok(Asked {
            caller,
            enrolled,
            scopes,
            at: now,
        }),
        Err(refusal) => Err(caller.spend_refused(provider, refusal.into()).await),
    }
}

impl Asked {
    /// The service, if it proved that it is the one it names.
    #[must_use]
    pub fn proven(&self) -> Option<&ClientId> {
        self.caller.verified.then_some(&self.caller.client.id)
    }

    /// Begins the session and asks the person.
    ///
    /// # Errors
    /// Those of [`check`], when an operator came between; `too_many_requests`: a session that the service began with proof
    /// waits, and this one has none; the limits against push bombing.
    pub async fn begin(self, provider: &Provider, origin: Origin) -> Outcome<InitiateAnswer> {
        let Self {
            caller,
            enrolled,
            scopes,
            at,
        } = self;
        begin(provider, caller, enrolled, scopes, origin, at).await
    }
}

/// What is asked for: the service's default when the request does not say.
fn scopes(service: &Service, asked: Option<&[String]>) -> Result<ScopeList, Refusal> {
    let mut scopes = ScopeList::default();
    let Some(asked) = asked else {
        for scope in &service.default_scopes {
            scopes.insert(scope.as_str());
        }
        return Ok(scopes);
    };
    for word in asked {
        let scope = IdentityScope::parse(word).filter(|scope| service.allows(*scope));
        let scope = scope.ok_or_else(|| {
            Refusal::new(
                ErrorCode::InvalidScope,
                "scopes holds one that is unknown, or that this service may not ask for",
            )
        })?;
        scopes.insert(scope.as_str());
    }
    Ok(scopes)
}

async fn begin(
    provider: &Provider,
    caller: Caller,
    enrolled: Enrolled,
    asked: ScopeList,
    origin: Origin,
    now: Timestamp,
) -> Outcome<InitiateAnswer> {
    let id = SessionId::new(&*provider.entropy);
    let token = enrolled.enrolment.token_id.clone();
    let code = AutoPassword::derive(&provider.sealer, &id, &token);
    let expires_at = now + provider.policy.x1280.session;
    let question = Question {
        kind: ApprovalKind::Mutual,
        user: Some(&enrolled.user),
        client: &caller.client,
        application: None,
        signed: caller.verified,
        binding_message: None,
        asked,
        personal_data: None,
        mutual: Some(shown(&id, &token, &caller)),
        wanted_mode: VerificationMode::Compare,
        origin,
        expires_at,
    };
    let approval = open::prepare(provider, question, now)?;
    let answer = InitiateAnswer {
        session_id: id.to_string(),
        auto_password: code.reveal().to_owned(),
        ws_token: WsToken::derive(&provider.sealer, &id).reveal().to_owned(),
        random: random(&provider.sealer, &id),
        expires_at: expires_at.rfc3339(),
    };
    let session = MutualSession {
        id,
        token_id: token,
        enrolment_id: enrolled.enrolment.id,
        service_id: caller.service.id.clone(),
        approval_id: approval.id,
        created_at: now,
        expires_at,
        last_refusal: None,
        state: SessionState::Waiting,
    };
    write(provider, caller, session, approval).await?;
    provider.bus.wake(enrolled.user.id);
    Ok(answer)
}

fn shown(id: &SessionId, token: &TokenId, caller: &Caller) -> MutualShown {
    let Service {
        name,
        logo_url,
        privacy_url,
        ..
    } = caller.service.clone();
    MutualShown {
        session_id: id.to_string(),
        token_id: token.to_string(),
        service: ServiceShown {
            service_id: caller.service.id.to_string(),
            name,
            logo_url,
            privacy_url,
            verified: caller.verified,
        },
    }
}

async fn write(
    provider: &Provider,
    caller: Caller,
    session: MutualSession,
    approval: Approval,
) -> Outcome<()> {
    let (limits, audit_key) = (provider.policy.pace.clone(), provider.audit_key());
    let now = session.created_at;
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            // Read again: between the look outside and this moment an operator may have revoked or disabled.
            let enrolled = standing::enrolled(&*tx, &session.token_id, now)?;
            standing::service(&*tx, &session.service_id)?;
            precedence::check(&*tx, enrolled.user.id, &caller, now)?;
            open::insert(tx, &approval, &limits, now)?;
            tx.mutual_sessions_mut().insert(&session)?;
            let event = AuditEvent::new(
                now,
                format!("client:{}", session.service_id),
                "x1280.initiate",
                format!("approval:{}", approval.id),
            )
            .with("user", approval.user_id)
            .with("credential", session.token_id.as_str())
            .with("session", session.id.as_str())
            .with("verified", caller.verified);
            record(tx, &audit_key, event)
        })
        .await
}

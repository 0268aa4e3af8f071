//! A client asks for a person's sign-in (CIBA Core §7). The refusals stand in the order of CIBA Core §7.2, with the
//! person last: neither the order nor the time of an answer tells who exists.

use super::hint::{self, Hint};
use super::{CibaRequest, auth_req_id, binding};
use crate::application::{Application, resource, usable};
use crate::approval::open::{self, Origin, Question};
use crate::approval::{Approval, code};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::client::audience::Audiences;
use crate::client::authenticate::{AuthenticatedClient, Endpoint};
use crate::client::registration::GrantType;
use crate::client::request_object::{self, VerifiedRequest};
use crate::evidence;
use crate::failure::{Failure, Outcome, Refusal};
use crate::id::ClientId;
use crate::oidc::{Audience, token};
use crate::policy::PacePolicy;
use crate::provider::Provider;
use crate::qr::request::{self as qr_request, QrRequest};
use crate::secret::OpaqueToken;
use crate::store::Writing;
use crate::time::{Duration, Timestamp};
use crate::user::User;
use countersign_protocol::approval::{ApprovalKind, VerificationMode};
use countersign_protocol::ciba::{AuthenticationAnswer, AuthenticationRequest, VerificationToShow};
use countersign_protocol::{ErrorCode, ScopeList};
use std::sync::Arc;

/// What the backchannel endpoint read.
pub struct StartRequest {
    /// Which of the two names was called.
    pub endpoint: Endpoint,
    /// The signed request.
    pub request: Option<String>,
    /// Whether `request_uri` was sent.
    pub request_uri: bool,
    /// Whether `registration` was sent.
    pub registration: bool,
    /// The plain parameters.
    pub parameters: AuthenticationRequest,
    /// Where the call came from.
    pub origin: Origin,
}

/// A request whose parameters hold, before anybody was looked up.
struct Checked {
    request: VerifiedRequest,
    scope: ScopeList,
    wanted_mode: VerificationMode,
    lifetime: Duration,
    hint: Hint,
}

/// Starts a sign-in.
///
/// # Errors
/// The codes of CIBA Core §13, `invalid_target`, and the limits against push bombing.
pub async fn start(
    provider: &Provider,
    caller: AuthenticatedClient,
    request: StartRequest,
) -> Outcome<AuthenticationAnswer> {
    match prepare(provider, &caller, request).await {
        Ok(prepared) => open(provider, caller, prepared).await,
        Err(failure) => Err(caller.spend_refused(provider, failure).await),
    }
}

/// Everything that the transaction needs.
struct Prepared {
    auth_req_id: OpaqueToken,
    request: VerifiedRequest,
    ciba: CibaRequest,
    approval: Approval,
    hint: Hint,
    lifetime: Duration,
    qr: Option<QrRequest>,
}

async fn prepare(
    provider: &Provider,
    caller: &AuthenticatedClient,
    request: StartRequest,
) -> Outcome<Prepared> {
    let now = provider.clock.now();
    let origin = request.origin.clone();
    let Checked {
        request,
        scope,
        wanted_mode,
        lifetime,
        hint,
    } = check(provider, caller, request, now)?;
    let (hint, qr) = qr_request::claim(
        provider,
        &caller.client.id,
        &request.parameters,
        hint,
        &origin,
        now,
    )
    .await?;
    let found = look_up(
        provider,
        caller.client.id.clone(),
        hint.clone(),
        request.parameters.resource.clone(),
        now,
    )
    .await?;
    if found.user.is_none() && !caller.client.registration.hide_unknown_users {
        return Err(hint::unknown_user().into());
    }
    let expires_at = now + lifetime;
    let question = Question {
        kind: ApprovalKind::Login,
        user: found.user.as_ref(),
        client: &caller.client,
        application: found.application.as_ref(),
        signed: request.signed,
        binding_message: request.parameters.binding_message.clone(),
        asked: scope.clone(),
        personal_data: None,
        mutual: None,
        wanted_mode,
        origin,
        expires_at,
    };
    let approval = open::prepare(provider, question, now)?;
    let auth_req_id = auth_req_id::derive(&provider.sealer, approval.id, approval.requested_at);
    let ciba = CibaRequest {
        digest: auth_req_id.digest(),
        approval_id: approval.id,
        client_id: caller.client.id.clone(),
        scope,
        audience: found.audience,
        requested_at: now,
        expires_at,
        interval: u32::try_from(caller.client.registration.profile.interval().as_secs()).unwrap_or(5),
        polled_at: None,
    };
    Ok(Prepared {
        auth_req_id,
        request,
        ciba,
        approval,
        hint,
        lifetime,
        qr,
    })
}

/// The checks that need nobody's data.
fn check(
    provider: &Provider,
    caller: &AuthenticatedClient,
    request: StartRequest,
    now: Timestamp,
) -> Outcome<Checked> {
    let client = &caller.client;
    let refuse = |code, description: &'static str| Err(Refusal::new(code, description).into());
    if !client.registration.allows(GrantType::Ciba) || !hint::may_ask(client.kind) {
        return refuse(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for the CIBA grant type",
        );
    }
    // A URL of the client's choice is never fetched: that would be a way into our network.
    if request.request_uri {
        return refuse(
            ErrorCode::RequestUriNotSupported,
            "request_uri is not supported; send the signed request by value",
        );
    }
    if request.registration {
        return refuse(
            ErrorCode::RegistrationNotSupported,
            "registration is not supported; ask an operator to register the client",
        );
    }
    let audiences = Audiences::at(&provider.host, client.registration.profile, request.endpoint);
    let verified = request_object::verify(
        caller,
        request.request.as_deref(),
        request.parameters,
        request.endpoint,
        audiences,
        &provider.policy,
        now,
    )?;
    let parameters = &verified.parameters;
    let scope = check_scope(client, parameters.scope.as_deref())?;
    let lifetime = check_requested_expiry(
        parameters.requested_expiry.as_deref(),
        provider.policy.lifetime.ciba_request,
    )?;
    binding::check(
        parameters.binding_message.as_deref(),
        client.registration.profile.needs_binding_message(),
    )?;
    if parameters
        .user_code
        .as_deref()
        .is_some_and(|code| !code.is_empty())
    {
        return refuse(
            ErrorCode::InvalidUserCode,
            "nobody here has a user code; leave user_code out",
        );
    }
    let hint = hint::read(provider, client, parameters, request.endpoint)?;
    let wanted_mode = wanted_mode(parameters.acr_values.as_deref());
    Ok(Checked {
        request: verified,
        scope,
        wanted_mode,
        lifetime,
        hint,
    })
}

/// CIBA Core §7.1: scope is required and holds `openid`. What is not known here is ignored or refused, as the profile says.
fn check_scope(client: &crate::client::Client, scope: Option<&str>) -> Result<ScopeList, Refusal> {
    let scope = scope
        .filter(|scope| !scope.is_empty())
        .ok_or_else(|| Refusal::invalid_request("scope is missing; it must hold openid"))?;
    let asked =
        ScopeList::parse(scope).map_err(|error| Refusal::new(ErrorCode::InvalidScope, error.to_string()))?;
    if !asked.contains("openid") {
        return Err(Refusal::invalid_request(
            "scope must hold openid (CIBA Core, section 7.1)",
        ));
    }
    let allowed = |scope: &str| {
        token::KNOWN_SCOPES.contains(&scope)
            && client
                .registration
                .scope
                .as_ref()
                .is_none_or(|list| list.contains(scope))
    };
    let known = asked.filtered(allowed);
    if known != asked && !client.registration.profile.ignores_unknown_scopes() {
        let unknown = asked.filtered(|scope| !allowed(scope));
        return Err(Refusal::new(
            ErrorCode::InvalidScope,
            format!("scope holds what this client may not ask for: {unknown}"),
        ));
    }
    Ok(known)
}

/// CIBA Core §7.1: a positive integer; ours is the longest.
fn check_requested_expiry(requested: Option<&str>, longest: Duration) -> Result<Duration, Refusal> {
    let Some(requested) = requested.filter(|text| !text.is_empty()) else {
        return Ok(longest);
    };
    let digits = requested.bytes().all(|byte| byte.is_ascii_digit());
    match requested.parse::<u64>() {
        Ok(seconds) if digits && seconds > 0 => Ok(Duration::from_secs(seconds).min(longest)),
        _ => Err(Refusal::invalid_request(
            "requested_expiry must be a positive integer, in seconds",
        )),
    }
}

/// `acr_values` (CIBA Core §7.1): the strongest of our own classes among them; foreign ones (the old tools send `poll`)
/// are voluntary and ignored.
fn wanted_mode(acr_values: Option<&str>) -> VerificationMode {
    acr_values
        .unwrap_or_default()
        .split(' ')
        .filter_map(evidence::mode_of)
        .max()
        .unwrap_or_default()
}

/// What the look-ups gave.
struct Found {
    user: Option<User>,
    application: Option<Application>,
    audience: Option<Audience>,
}

async fn look_up(
    provider: &Provider,
    client: ClientId,
    hint: Hint,
    named: Option<String>,
    now: Timestamp,
) -> Outcome<Found> {
    let host = provider.host.clone();
    provider
        .store
        .read(move |tx| {
            let application = usable::of_client(tx, &client)?;
            let audience = match named.filter(|resource| !resource.is_empty()) {
                Some(named) => Some(resource::audience(tx, &host, &named)?),
                None => None,
            };
            Ok(Found {
                user: hint::resolve(tx, &hint, now)?,
                application,
                audience,
            })
        })
        .await
}

async fn open(
    provider: &Provider,
    caller: AuthenticatedClient,
    prepared: Prepared,
) -> Outcome<AuthenticationAnswer> {
    let Prepared {
        auth_req_id,
        request,
        ciba,
        approval,
        hint,
        lifetime,
        qr,
    } = prepared;
    let (now, interval, user) = (ciba.requested_at, ciba.interval, approval.user_id);
    let screen_code = code::screen_code(&provider.sealer, approval.id, approval.verification_mode);
    let verification = screen_code.map(|code| VerificationToShow {
        mode: approval.verification_mode,
        code,
    });
    let (limits, audit_key) = (provider.policy.pace.clone(), provider.audit_key());
    let sealer = Arc::clone(&provider.sealer);
    let hides = caller.client.registration.hide_unknown_users;
    let standing = provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            request.spend(tx)?;
            if let Some(qr) = &qr
                && let Some(standing) = qr.standing(&*tx, &sealer, now)?
            {
                return Ok(Some(standing));
            }
            if let Hint::LoginHintToken(digest) = &hint
                && user.is_some()
                && !tx.authenticators_mut().spend_login_hint_token(digest, now)?
            {
                return Err(hint::spent_login_hint_token().into());
            }
            let approval = insert(tx, approval, &limits, hides, now)?;
            tx.ciba_mut().insert(&ciba)?;
            let mut event = AuditEvent::new(
                now,
                format!("client:{}", ciba.client_id),
                "ciba.start",
                format!("approval:{}", approval.id),
            );
            if let Some(qr) = &qr {
                qr.link(tx, approval.id, now)?;
                event = event.with("qr", qr.session.as_str());
            }
            record(
                tx,
                &audit_key,
                event
                    .with("user", approval.user_id)
                    .with("mode", approval.verification_mode.as_str()),
            )?;
            Ok(None)
        })
        .await?;
    if let Some(standing) = standing {
        return Ok(standing.answer(provider, now));
    }
    if let Some(user) = user {
        provider.bus.wake(user);
    }
    Ok(AuthenticationAnswer {
        auth_req_id: auth_req_id.reveal().to_owned(),
        expires_in: lifetime.as_secs(),
        interval: Some(u64::from(interval)),
        verification,
    })
}

/// Puts the approval into the store. Only people who exist have limits, so for a client that hides who does, a request
/// over the limits is one that nobody is asked: it waits and expires like that of an unknown person.
fn insert(
    tx: &mut dyn Writing,
    approval: Approval,
    limits: &PacePolicy,
    hides: bool,
    now: Timestamp,
) -> Outcome<Approval> {
    match open::insert(tx, &approval, limits, now) {
        Ok(()) => Ok(approval),
        Err(Failure::Refusal(_)) if hides => {
            let nobody = Approval {
                user_id: None,
                ..approval
            };
            open::insert(tx, &nobody, limits, now)?;
            Ok(nobody)
        }
        Err(failure) => Err(failure),
    }
}

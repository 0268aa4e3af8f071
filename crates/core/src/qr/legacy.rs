//! The older form (onesid.md §10.3): the device shows `{auth_req_id, deviceId}`, the scan itself asks the person, and the
//! device reads the token from the session.

use super::secrets::QrSecrets;
use super::status::seconds;
use super::{QrKind, QrSession, QrSessionId, QrState, make};
use crate::application::Application;
use crate::approval::open::{self, Origin, Question};
use crate::approval::{Approval, ApprovalState, code, pace};
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::device::Device;
use crate::evidence::Evidence;
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ApprovalId, ClientId, DeviceId, GrantId};
use crate::oidc::bearer::{self, DeviceBearer};
use crate::oidc::{AccessToken, Grant, TokenSubject};
use crate::policy::PacePolicy;
use crate::provider::Provider;
use crate::secret::TokenDigest;
use crate::store::{Reading, Writing};
use crate::text::showable;
use crate::time::{Duration, Timestamp};
use crate::user::User;
use countersign_protocol::ScopeList;
use countersign_protocol::approval::{ApprovalKind, ApprovalStatus, VerificationMode};
use countersign_protocol::ciba::VerificationToShow;
use countersign_protocol::qr::{LegacySession, LegacyStatus, LegacyToken};

/// What such a sign-in grants: published devices ask for nothing.
const SCOPE: &str = "openid profile";

/// Makes a session: `GET {host}/auth/qr`.
///
/// # Errors
/// `too_many_requests`: the device made too many within a minute.
pub async fn make(provider: &Provider, device: &DeviceBearer, origin: Origin) -> Outcome<LegacySession> {
    let auth_req_id = provider.entropy.uuid();
    let id = QrSessionId::from(auth_req_id);
    let session = make::begin(provider, device, id, QrKind::Legacy, false, origin).await?;
    Ok(LegacySession {
        auth_req_id,
        exp: seconds(session.expires_at.since(session.created_at)),
    })
}

/// Whom a scan asks, and in whose name.
struct Asked {
    session: QrSession,
    device: Device,
    user: User,
    application: Option<Application>,
}

/// Prepares what a scan of an older code asks its person; `None` when the scan will be refused, or is of another form.
///
/// # Errors
/// A fault of the store.
pub(super) async fn prepare(
    provider: &Provider,
    id: QrSessionId,
    token: TokenDigest,
    now: Timestamp,
) -> Outcome<Option<Approval>> {
    let found = provider
        .store
        .read(move |tx| Ok(asked(tx, &id, &token, now)?))
        .await?;
    let Some(asked) = found else { return Ok(None) };
    let client = provider.client(asked.session.client_id.clone()).await?;
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else {
        return Ok(None);
    };
    let scope = ScopeList::parse(SCOPE).map_err(|error| Fault::new("a fixed scope").with_source(error))?;
    let question = Question {
        kind: ApprovalKind::Login,
        user: Some(&asked.user),
        client: &client,
        application: asked.application.as_ref(),
        // The device proved its key for the token that made the session, and the words are ours.
        signed: true,
        binding_message: Some(format!(
            "Sign in on {}",
            showable(&asked.device.description.title, 80)
        )),
        asked: scope,
        personal_data: None,
        mutual: None,
        wanted_mode: VerificationMode::None,
        origin: asked.session.origin.clone(),
        expires_at: asked.session.expires_at,
    };
    open::prepare(provider, question, now).map(Some)
}

fn asked(
    tx: &dyn Reading,
    id: &QrSessionId,
    token: &TokenDigest,
    now: Timestamp,
) -> Result<Option<Asked>, Fault> {
    let session = tx
        .qr()
        .by_id(id)?
        .filter(|session| session.kind == QrKind::Legacy);
    let token = tx.authenticators().login_hint_token(token)?;
    let (Some(session), Some(token)) = (session.filter(|session| !session.has_ended(now)), token) else {
        return Ok(None);
    };
    let living = |device: &Device| device.suspended_at.is_none() && device.revoked_at.is_none();
    let device = tx.devices().by_id(session.device_id)?.filter(living);
    let application = tx.applications().by_client(&session.client_id)?;
    let disabled = application
        .as_ref()
        .is_some_and(|application| application.disabled_at.is_some());
    let (Some(device), Some(user), false) = (device, tx.users().by_id(token.user_id)?, disabled) else {
        return Ok(None);
    };
    Ok(Some(Asked {
        session,
        device,
        user,
        application,
    }))
}

/// Looks at a session: `GET {host}/auth/qr/{auth_req_id}`. The first look after the person's yes makes the token, once;
/// later ones show the same until the session ends.
///
/// # Errors
/// `not_found`: no session of this client; `invalid_grant`, `access_denied`, `too_many_requests`: the person said yes,
/// but may no longer sign in, or reported the device, or is locked.
pub async fn status(provider: &Provider, device: &DeviceBearer, id: &str) -> Outcome<LegacyStatus> {
    let unknown = || Refusal::not_found("this device has no QR session with this auth_req_id");
    let id = QrSessionId::parse(id).ok_or_else(unknown)?;
    let (client, sought) = (device.device.client_id.clone(), id.clone());
    let found = provider
        .store
        .read(move |tx| {
            let session = tx.qr().by_id(&sought)?;
            let own = |session: &QrSession| session.kind == QrKind::Legacy && session.client_id == client;
            let session = session.filter(own).ok_or_else(unknown)?;
            let approval = match session.state {
                QrState::Requested { approval_id, .. } => tx.approvals().by_id(approval_id)?,
                QrState::Waiting | QrState::Scanned(_) => None,
            };
            Ok((session, approval))
        })
        .await?;
    let (session, approval) = found;
    let now = provider.clock.now();
    let device_id = session.device_id;
    let (status, verification) = standing(provider, &session, approval.as_ref(), now);
    let answer = |status, token| LegacyStatus {
        status,
        device_id: device_id.0,
        verification,
        token,
    };
    if status != ApprovalStatus::Approved {
        return Ok(answer(status, None));
    }
    let token = collect(provider, session, now).await?;
    let status = if token.is_some() {
        status
    } else {
        ApprovalStatus::Expired
    };
    Ok(answer(status, token))
}

fn standing(
    provider: &Provider,
    session: &QrSession,
    approval: Option<&Approval>,
    now: Timestamp,
) -> (ApprovalStatus, Option<VerificationToShow>) {
    let Some(approval) = approval.filter(|_| !session.has_ended(now)) else {
        let ended = session.has_ended(now);
        return (
            if ended {
                ApprovalStatus::Expired
            } else {
                ApprovalStatus::Pending
            },
            None,
        );
    };
    (approval.status(now), code::to_show(&provider.sealer, approval))
}

/// What [`collect`] writes when it is the first.
struct Collector {
    grant_id: GrantId,
    token: TokenDigest,
    lifetime: Duration,
    limits: PacePolicy,
    audit_key: AuditKey,
    client: ClientId,
    now: Timestamp,
}

/// The token of an approved session; `None` when it has ended or was revoked.
async fn collect(provider: &Provider, session: QrSession, now: Timestamp) -> Outcome<Option<LegacyToken>> {
    let QrState::Requested { approval_id, .. } = session.state else {
        return Ok(None);
    };
    let secrets = QrSecrets::derive(&provider.sealer, &session.id);
    let collector = Collector {
        grant_id: GrantId::new_at(&*provider.entropy, now),
        token: secrets.access_token.digest(),
        lifetime: provider.policy.lifetime.access_token,
        limits: provider.policy.pace.clone(),
        audit_key: provider.audit_key(),
        client: session.client_id,
        now,
    };
    let living = provider
        .store
        .write(move |tx| {
            collector.redeem(tx, approval_id)?;
            let token = tx.grants().access_token(&collector.token)?;
            let token =
                token.ok_or_else(|| Fault::corrupt("approvals", approval_id, "redeemed without a token"))?;
            Ok(bearer::living(&*tx, &token, now)?.map(|_| token))
        })
        .await?;
    Ok(living.map(|token| LegacyToken {
        access_token: secrets.access_token.reveal().to_owned(),
        expires_in: seconds(token.expires_at.since(now)),
        token_type: "Bearer".to_owned(),
        issue_time: token.issued_at.unix(),
    }))
}

impl Collector {
    /// Makes grant and token of an approval that nobody has redeemed yet.
    fn redeem(&self, tx: &mut dyn Writing, approval_id: ApprovalId) -> Outcome<()> {
        let approval = tx.approvals().by_id(approval_id)?;
        let Some(Approval {
            state: ApprovalState::Approved(decision),
            user_id: Some(user_id),
            verification_mode,
            asked,
            ..
        }) = approval
        else {
            return Ok(());
        };
        pace::check_redeem(
            &*tx,
            user_id,
            &self.client,
            ApprovalKind::Login,
            &self.limits,
            self.now,
        )?;
        let user = tx
            .users()
            .by_id(user_id)?
            .filter(|user| user.disabled_at.is_none());
        user.ok_or_else(|| Refusal::invalid_grant("the person can no longer sign in"))?;
        let scope = asked.filtered(|scope| decision.granted.contains(scope));
        let state = ApprovalState::Approved(decision);
        let evidence = Evidence::of(verification_mode, &state)
            .ok_or_else(|| Fault::new("an approval without evidence; this is a bug"))?;
        // Compare and set: of any number of looks that got this far, one makes the token (law 3).
        if !tx.approvals_mut().redeem(approval_id, self.now, self.grant_id)? {
            return Ok(());
        }
        tx.grants_mut().insert(&Grant {
            id: self.grant_id,
            client_id: self.client.clone(),
            user_id,
            approval_id,
            scope,
            audience: None,
            evidence,
            created_at: self.now,
            revoked_at: None,
        })?;
        tx.grants_mut().insert_access_token(&self.access_token())?;
        let event = AuditEvent::new(
            self.now,
            format!("client:{}", self.client),
            "token.issue",
            format!("grant:{}", self.grant_id),
        );
        record(
            tx,
            &self.audit_key,
            event.with("user", user_id).with("approval", approval_id),
        )
    }

    fn access_token(&self) -> AccessToken {
        AccessToken {
            digest: self.token,
            client_id: self.client.clone(),
            subject: TokenSubject::Grant(self.grant_id),
            issued_at: self.now,
            expires_at: self.now + self.lifetime,
            revoked_at: None,
        }
    }
}

/// The text of an older code, `{auth_req_id, deviceId}`: published devices draw it themselves.
///
/// # Errors
/// It cannot be written as JSON.
pub fn content(session: &LegacySession, device: DeviceId) -> Result<String, Fault> {
    let content = countersign_protocol::qr::LegacyContent {
        auth_req_id: session.auth_req_id,
        device_id: device.0,
    };
    serde_json::to_string(&content)
        .map_err(|error| Fault::new("the content of a QR code cannot be written").with_source(error))
}

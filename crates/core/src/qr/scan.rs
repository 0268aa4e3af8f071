//! A phone scans: `POST {host}/auth/oidc/bc-authorize` (onesid.md §11, decisions.md "QR").
//!
//! The phone's login hint token is its proof, and is spent. The session gets a token of its own, bound to the same phone:
//! the service never holds anything that works beyond this session.

use super::refuse::{Attempt, audited};
use super::secrets::{QrSecrets, session_of};
use super::{QrSession, QrSessionId, QrState, Scan, code, legacy, rate};
use crate::approval::Approval;
use crate::approval::open::{self, Origin};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::authenticator::{Authenticator, LoginHintToken};
use crate::ciba::hint::{spent_login_hint_token, unknown_user};
use crate::failure::{Fault, Outcome, Refusal};
use crate::policy::{PacePolicy, QrPolicy};
use crate::provider::Provider;
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::{Reading, Writing};
use crate::time::Timestamp;
use countersign_protocol::qr::{LoginHintKind, ScanAnswer, ScanRequest, ScanStatus};

/// Takes a scan.
///
/// # Errors
/// `invalid_request`: no session, no token, or an animated code without its `t` and `m`; `unknown_user_id`,
/// `expired_login_hint_token`; `too_many_requests`; `not_found`: no living session; `conflict`: another phone was first;
/// `access_denied`: a forged or stale code. With an older code also the limits against push bombing. Each is an audit
/// event.
pub async fn scan(provider: &Provider, request: ScanRequest, origin: Origin) -> Outcome<ScanAnswer> {
    let now = provider.clock.now();
    let work = Work::new(provider, request, now).await?;
    let audit_key = provider.audit_key();
    let woken = work.approval.as_ref().and_then(|approval| approval.user_id);
    provider
        .store
        .write(move |tx| {
            let phone = work.phone(&*tx)?;
            let actor = phone.as_ref().map_or_else(
                || "system".to_owned(),
                |(_, phone)| format!("authenticator:{}", phone.id),
            );
            let attempt = Attempt {
                actor: actor.clone(),
                step: "scan",
                session: work.session.clone(),
                origin,
            };
            let outcome = work.take(tx, phone);
            let session = audited(tx, &audit_key, attempt, outcome, now)?;
            let event = AuditEvent::new(now, actor, "qr.scan", format!("qr:{}", session.id));
            record(tx, &audit_key, event.with("client", session.client_id.as_str()))
        })
        .await?;
    if let Some(user) = woken {
        provider.bus.wake(user);
    }
    Ok(ScanAnswer {
        status: ScanStatus::Scanned,
    })
}

/// Everything that the transaction needs.
struct Work {
    request: ScanRequest,
    session: Option<QrSessionId>,
    token: TokenDigest,
    secrets: Option<QrSecrets>,
    /// What the person is asked at once, after an older code.
    approval: Option<Approval>,
    policy: QrPolicy,
    pace: PacePolicy,
    now: Timestamp,
}

impl Work {
    async fn new(provider: &Provider, request: ScanRequest, now: Timestamp) -> Outcome<Self> {
        let session = request.session_id.as_deref().and_then(QrSessionId::parse);
        let token = OpaqueToken::presented(&request.user_identifier).digest();
        let approval = match &session {
            Some(session) => legacy::prepare(provider, session.clone(), token, now).await?,
            None => None,
        };
        Ok(Self {
            secrets: session
                .as_ref()
                .map(|session| QrSecrets::derive(&provider.sealer, session)),
            policy: provider.policy.qr.clone(),
            pace: provider.policy.pace.clone(),
            request,
            session,
            token,
            approval,
            now,
        })
    }

    /// The phone behind the token, spent or not.
    fn phone(&self, tx: &dyn Reading) -> Result<Option<(LoginHintToken, Authenticator)>, Fault> {
        let Some(token) = tx.authenticators().login_hint_token(&self.token)? else {
            return Ok(None);
        };
        let phone = tx.authenticators().by_id(token.authenticator_id)?;
        Ok(phone.map(|phone| (token, phone)))
    }

    fn take(
        &self,
        tx: &mut dyn Writing,
        phone: Option<(LoginHintToken, Authenticator)>,
    ) -> Outcome<QrSession> {
        self.check_form()?;
        let phone = self.check_phone(&*tx, phone)?;
        self.check_rate(tx, &phone)?;
        let session = self.check_session(&*tx)?;
        let scan = Scan {
            at: self.now,
            by: phone.id,
        };
        // The limits against push bombing refuse before anything is written.
        if let Some(approval) = &self.approval {
            open::insert(tx, approval, &self.pace, self.now)?;
        }
        if !tx
            .authenticators_mut()
            .spend_login_hint_token(&self.token, self.now)?
            || !tx.qr_mut().scan(&session.id, &scan)?
        {
            return Err(Fault::corrupt("qr_sessions", &session.id, "it changed within a transaction").into());
        }
        match &self.approval {
            Some(approval) => {
                tx.qr_mut().request(&session.id, approval.id)?;
            }
            None => self.give_token(tx, &session, &phone)?,
        }
        Ok(session)
    }

    fn check_form(&self) -> Result<(), Refusal> {
        if self.request.login_hint_kind != LoginHintKind::LoginHintToken {
            return Err(Refusal::invalid_request(
                "loginHintKind must be login_hint_token: a username is no proof that its person scanned the code",
            ));
        }
        if self.request.session_id.is_none() {
            return Err(Refusal::invalid_request(
                "sessionId is missing; it stands in the code",
            ));
        }
        Ok(())
    }

    fn check_phone(
        &self,
        tx: &dyn Reading,
        phone: Option<(LoginHintToken, Authenticator)>,
    ) -> Outcome<Authenticator> {
        // A session's token in the hands of a service would scan another service's code in the person's name.
        let own = session_of(&self.request.user_identifier).is_none();
        let (token, phone) = phone.filter(|_| own).ok_or_else(unknown_user)?;
        if token.spent_at.is_some() || self.now >= token.expires_at {
            return Err(spent_login_hint_token().into());
        }
        let user = tx.users().by_id(token.user_id)?;
        if phone.revoked_at.is_some() || user.is_none_or(|user| user.disabled_at.is_some()) {
            return Err(unknown_user().into());
        }
        Ok(phone)
    }

    /// Counts every scan, also one that is refused further on: guessing is what the limit is for.
    fn check_rate(&self, tx: &mut dyn Writing, phone: &Authenticator) -> Outcome<()> {
        if !self.policy.danger_unlimited {
            rate::check(
                tx.qr().scans_since(phone.id, self.now - rate::WINDOW)?,
                self.policy.scans_per_minute,
                self.now,
                "this phone scanned too often within a minute; wait before the next scan",
            )?;
        }
        Ok(tx.qr_mut().count_scan(phone.id, self.now)?)
    }

    fn check_session(&self, tx: &dyn Reading) -> Outcome<QrSession> {
        let unknown = || Refusal::not_found("the code has ended; ask the service to show a new one");
        let (id, secrets) = self
            .session
            .as_ref()
            .zip(self.secrets.as_ref())
            .ok_or_else(unknown)?;
        let session = tx.qr().by_id(id)?.filter(|session| !session.has_ended(self.now));
        let session = session.ok_or_else(unknown)?;
        if session.state != QrState::Waiting {
            return Err(Refusal::conflict("another scan was first; one code is for one phone").into());
        }
        if session.animated {
            let shown = (self.request.t, self.request.m.as_deref());
            code::check(&secrets.code_key, &session, shown, self.now)?;
        }
        if session.kind == super::QrKind::Legacy && self.approval.is_none() {
            return Err(unknown().into());
        }
        Ok(session)
    }

    fn give_token(&self, tx: &mut dyn Writing, session: &QrSession, phone: &Authenticator) -> Outcome<()> {
        let Some(secrets) = &self.secrets else {
            return Ok(());
        };
        let token = LoginHintToken {
            digest: secrets.login_hint_token.digest(),
            user_id: phone.user_id,
            authenticator_id: phone.id,
            expires_at: session.expires_at,
            spent_at: None,
        };
        Ok(tx.authenticators_mut().insert_login_hint_token(&token)?)
    }
}

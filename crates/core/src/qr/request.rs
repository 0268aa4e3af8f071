//! The service asks the person who scanned: one CIBA request for each session, however often it is sent.
//!
//! A published client sends the request at every look at the session until it sees the `auth_req_id` (onesid.md §10.1),
//! so the same session gives the same `auth_req_id` again. The first request is told apart inside the transaction that
//! writes it, so that two at the same moment are one.

use super::refuse::{Attempt, audited};
use super::secrets::{QrSecrets, session_of};
use super::status::seconds;
use super::{QrKind, QrSession, QrSessionId, QrState};
use crate::approval::{code, open::Origin};
use crate::ciba::hint::{self, Hint};
use crate::ciba::{CibaRequest, auth_req_id};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::{ApprovalId, ClientId, UserId};
use crate::keys::Sealer;
use crate::provider::Provider;
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::{Reading, Writing};
use crate::time::Timestamp;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::VerificationMode;
use countersign_protocol::ciba::{AuthenticationAnswer, AuthenticationRequest, VerificationToShow};

/// The claim of a request to be the one of its session.
pub struct QrRequest {
    /// The session.
    pub session: QrSessionId,
    login_hint_token: TokenDigest,
}

/// The request that a session has already.
pub struct Standing {
    auth_req_id: OpaqueToken,
    ciba: CibaRequest,
    mode: VerificationMode,
}

/// Reads whether a request continues a session, named by `qr_session_id` or by the session's own login hint token, and
/// replaces the hint by the person who scanned. A session that we do not know is the service's own (onesid.md §10.2) and
/// changes nothing.
///
/// # Errors
/// `invalid_request`: another client's session, or one that has ended or waits for a phone; `unknown_user_id`: the hint
/// is not the session's token, or its phone was revoked. Each is an audit event.
pub async fn claim(
    provider: &Provider,
    client: &ClientId,
    parameters: &AuthenticationRequest,
    hint: Hint,
    origin: &Origin,
    now: Timestamp,
) -> Outcome<(Hint, Option<QrRequest>)> {
    let token = parameters.login_hint_token.as_deref().unwrap_or_default();
    let of_token = session_of(token);
    let named = parameters
        .qr_session_id
        .as_deref()
        .filter(|text| !text.is_empty());
    let Some(id) = named.map_or_else(|| of_token.clone(), QrSessionId::parse) else {
        return Ok((hint, None));
    };
    let request = QrRequest::new(provider, &id);
    let asked = Asked {
        client: client.clone(),
        token: OpaqueToken::presented(token).digest(),
        its_token: request.login_hint_token,
        of_session: of_token.is_some(),
        now,
    };
    let session = id.clone();
    let found = provider.store.read(move |tx| person(tx, &session, &asked)).await;
    match found {
        Ok(Some(user)) => Ok((Hint::Subject(user), Some(request))),
        Ok(None) => Ok((hint, None)),
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(refusal) => Err(refused(provider, client, id, origin, refusal, now).await),
    }
}

/// What a request says of itself.
struct Asked {
    client: ClientId,
    /// Digest of the login hint token that came.
    token: TokenDigest,
    /// Digest of the one that the session shows.
    its_token: TokenDigest,
    /// Whether the one that came was made for a session.
    of_session: bool,
    now: Timestamp,
}

/// The person who scanned; `None` when the session is not ours.
fn person(tx: &dyn Reading, id: &QrSessionId, asked: &Asked) -> Outcome<Option<UserId>> {
    let Some(session) = tx.qr().by_id(id)? else {
        return if asked.of_session {
            Err(not_its_token().into())
        } else {
            Ok(None)
        };
    };
    if session.client_id != asked.client || session.kind != QrKind::Hosted || session.has_ended(asked.now) {
        return Err(Refusal::invalid_request(
            "qr_session_id names no living session of this client; make a new one",
        )
        .into());
    }
    let (QrState::Scanned(scan) | QrState::Requested { scan, .. }) = session.state else {
        return Err(Refusal::invalid_request(
            "no phone has scanned the code of this session yet; look at its status until it shows a loginHintToken",
        )
        .into());
    };
    if asked.token != asked.its_token {
        return Err(not_its_token().into());
    }
    let phone = tx.authenticators().by_id(scan.by)?;
    let phone = phone
        .filter(|phone| phone.revoked_at.is_none())
        .ok_or_else(hint::unknown_user)?;
    Ok(Some(phone.user_id))
}

fn not_its_token() -> Refusal {
    Refusal::new(
        ErrorCode::UnknownUserId,
        "the login_hint_token is not the one that the QR session shows to this client",
    )
}

async fn refused(
    provider: &Provider,
    client: &ClientId,
    session: QrSessionId,
    origin: &Origin,
    failure: Failure,
    now: Timestamp,
) -> Failure {
    let attempt = Attempt {
        actor: format!("client:{client}"),
        step: "request",
        session: Some(session),
        origin: origin.clone(),
    };
    let audit_key = provider.audit_key();
    let outcome = provider
        .store
        .write(move |tx| audited::<()>(tx, &audit_key, attempt, Err(failure), now))
        .await;
    outcome
        .err()
        .unwrap_or_else(|| Fault::new("a refusal was lost; this is a bug").into())
}

impl QrRequest {
    fn new(provider: &Provider, session: &QrSessionId) -> Self {
        let secrets = QrSecrets::derive(&provider.sealer, session);
        Self {
            session: session.clone(),
            login_hint_token: secrets.login_hint_token.digest(),
        }
    }

    /// The request that was there before this one, if there is one.
    ///
    /// # Errors
    /// `invalid_request`: it has ended already.
    pub fn standing(&self, tx: &dyn Reading, sealer: &Sealer, now: Timestamp) -> Outcome<Option<Standing>> {
        let QrState::Requested { approval_id, .. } = self.state(tx)?.state else {
            return Ok(None);
        };
        let approval = tx
            .approvals()
            .by_id(approval_id)?
            .ok_or_else(|| self.corrupt("its approval is gone"))?;
        let auth_req_id = auth_req_id::derive(sealer, approval.id, approval.requested_at);
        let ciba = tx
            .ciba()
            .by_digest(&auth_req_id.digest())?
            .filter(|ciba| now < ciba.expires_at);
        let ciba = ciba.ok_or_else(|| {
            Refusal::invalid_request("the request of this QR session has ended; make a new session")
        })?;
        Ok(Some(Standing {
            auth_req_id,
            ciba,
            mode: approval.verification_mode,
        }))
    }

    /// Ties the session to what its person is asked, and spends its login hint token.
    ///
    /// # Errors
    /// A fault of the store: [`QrRequest::standing`] has looked in the same transaction, so nobody can come between.
    pub fn link(&self, tx: &mut dyn Writing, approval: ApprovalId, now: Timestamp) -> Outcome<()> {
        let spent = tx
            .authenticators_mut()
            .spend_login_hint_token(&self.login_hint_token, now)?;
        if spent && tx.qr_mut().request(&self.session, approval)? {
            Ok(())
        } else {
            Err(self
                .corrupt("its login hint token was spent without a request")
                .into())
        }
    }

    fn state(&self, tx: &dyn Reading) -> Result<QrSession, Fault> {
        tx.qr()
            .by_id(&self.session)?
            .ok_or_else(|| self.corrupt("it is gone"))
    }

    fn corrupt(&self, reason: &str) -> Fault {
        Fault::corrupt("qr_sessions", &self.session, reason)
    }
}

impl Standing {
    /// The same answer as the first time, with the time that is left.
    #[must_use]
    pub fn answer(&self, provider: &Provider, now: Timestamp) -> AuthenticationAnswer {
        let code = code::screen_code(&provider.sealer, self.ciba.approval_id, self.mode);
        AuthenticationAnswer {
            auth_req_id: self.auth_req_id.reveal().to_owned(),
            expires_in: seconds(self.ciba.expires_at.since(now)),
            interval: Some(u64::from(self.ciba.interval)),
            verification: code.map(|code| VerificationToShow {
                mode: self.mode,
                code,
            }),
        }
    }
}

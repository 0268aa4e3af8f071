//! What the waiting browser is told: `GET {host}/ws/session/{sessionId}` (profile §2). The row is the truth: whoever
//! holds the socket looks again after each wake of the person and on a slow tick.

use super::code::{AutoPassword, WsToken};
use super::service::WebOrigin;
use super::{MutualSession, Service, SessionId, SessionState, sealed};
use crate::approval::{Approval, ApprovalState, ExpiryCause};
use crate::failure::{Failure, Fault, Outcome};
use crate::id::UserId;
use crate::provider::Provider;
use crate::store::Reading;
use crate::time::Timestamp;
use countersign_protocol::x1280::{RejectReason, SocketEvent, VerifyAnswer};

/// A browser that waits.
pub struct Watch {
    /// The session: one connection for each.
    pub session: SessionId,
    /// The person on whose wakes the browser has to be told anew ([`crate::bus::Bus::listen`]).
    pub user: UserId,
    /// The first event, told at once.
    pub ready: SocketEvent,
    /// When the session ends: the last moment to look.
    pub expires_at: Timestamp,
    /// The web pages of the service that asked.
    origins: Vec<WebOrigin>,
    /// Wrong answers that are no news any more.
    wrong_seen: u32,
}

impl Watch {
    /// Whether a web page of this origin may wait: it is one of the service that asked. A page of somebody else that
    /// came by the token must not be told the identity.
    #[must_use]
    pub fn admits(&self, web_origin: &str) -> bool {
        self.origins.iter().any(|have| have.as_str() == web_origin)
    }
}

/// Why a socket is not opened.
#[derive(Debug)]
pub enum WatchRefusal {
    /// There is no such session, or it has ended (close code 4004).
    NoSuchSession,
    /// The token is not that of the session (close code 4001).
    WrongToken,
    /// Our side.
    Fault(Fault),
}

impl From<Failure> for WatchRefusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refusal(_) => Self::NoSuchSession,
            Failure::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Opens the watch of a session, also of one that was decided: the browser still gets the decision.
///
/// # Errors
/// [`WatchRefusal`].
pub async fn open(provider: &Provider, session_id: &str, ws_token: &str) -> Result<Watch, WatchRefusal> {
    let id = SessionId::parse(session_id).ok_or(WatchRefusal::NoSuchSession)?;
    let now = provider.clock.now();
    let sought = id.clone();
    let found = provider
        .store
        .read(move |tx| look_with_service(tx, &sought))
        .await?;
    let (session, approval, service) = found
        .filter(|(session, ..)| !session.has_ended(now))
        .ok_or(WatchRefusal::NoSuchSession)?;
    if !WsToken::derive(&provider.sealer, &id).is(ws_token) {
        return Err(WatchRefusal::WrongToken);
    }
    let user = approval.user_id;
    let user = user.ok_or_else(|| WatchRefusal::Fault(corrupt(&id, "its approval asks nobody")))?;
    let code = AutoPassword::derive(&provider.sealer, &id, &session.token_id);
    Ok(Watch {
        ready: SocketEvent::OtpReady {
            auto_password: code.masked(),
            expires_at: session.expires_at.rfc3339(),
        },
        session: id,
        user,
        expires_at: session.expires_at,
        origins: service.origins,
        wrong_seen: approval.wrong_codes,
    })
}

/// What is new since the last look, each event with whether it is the last one.
///
/// # Errors
/// A fault of the store, or a result that does not open.
pub async fn events(provider: &Provider, watch: &mut Watch) -> Outcome<Vec<(SocketEvent, bool)>> {
    let now = provider.clock.now();
    let sought = watch.session.clone();
    let found = provider.store.read(move |tx| look(tx, &sought)).await?;
    let Some((session, approval)) = found else {
        return Ok(vec![(SocketEvent::Expired, true)]);
    };
    let rejected = |reason| (SocketEvent::Rejected { reason }, true);
    let event = match &approval.state {
        ApprovalState::Pending if session.has_ended(now) => (SocketEvent::Expired, true),
        ApprovalState::Pending => return Ok(wrong_answers(watch, &session, &approval)),
        ApprovalState::Approved(_) | ApprovalState::Redeemed { .. } => approved(provider, &session)?,
        ApprovalState::Denied { .. } => rejected(RejectReason::UserRejected),
        ApprovalState::Expired {
            cause: ExpiryCause::WrongCodes,
            ..
        } => rejected(RejectReason::TooManyAttempts),
        ApprovalState::Expired { .. } => (SocketEvent::Expired, true),
    };
    Ok(vec![event])
}

/// A wrong answer is told and ends nothing: the person may still send a right one.
fn wrong_answers(
    watch: &mut Watch,
    session: &MutualSession,
    approval: &Approval,
) -> Vec<(SocketEvent, bool)> {
    if approval.wrong_codes <= watch.wrong_seen {
        return Vec::new();
    }
    watch.wrong_seen = approval.wrong_codes;
    let reason = session.last_refusal;
    reason
        .map(|reason| (SocketEvent::Rejected { reason }, false))
        .into_iter()
        .collect()
}

fn approved(provider: &Provider, session: &MutualSession) -> Outcome<(SocketEvent, bool)> {
    let event = match &session.state {
        SessionState::Answered { sealed, .. } => {
            let VerifyAnswer {
                jwt,
                hash,
                random,
                expires_at,
            } = sealed::open_answer(&provider.sealer, &session.id, sealed)?;
            SocketEvent::Approved {
                jwt,
                hash,
                random,
                expires_at,
            }
        }
        SessionState::Erased { .. } => SocketEvent::Expired,
        SessionState::Waiting => return Err(corrupt(&session.id, "it is approved and has no answer").into()),
    };
    Ok((event, true))
}

fn look(tx: &dyn Reading, id: &SessionId) -> Outcome<Option<(MutualSession, Approval)>> {
    let Some(session) = tx.mutual_sessions().by_id(id)? else {
        return Ok(None);
    };
    let approval = tx.approvals().by_id(session.approval_id)?;
    let approval = approval.ok_or_else(|| corrupt(id, "its approval is gone"))?;
    Ok(Some((session, approval)))
}

fn look_with_service(
    tx: &dyn Reading,
    id: &SessionId,
) -> Outcome<Option<(MutualSession, Approval, Service)>> {
    let Some((session, approval)) = look(tx, id)? else {
        return Ok(None);
    };
    let service = tx.services().by_id(&session.service_id)?;
    let service = service.ok_or_else(|| corrupt(id, "its service is gone"))?;
    Ok(Some((session, approval, service)))
}

fn corrupt(id: &SessionId, reason: &str) -> Fault {
    Fault::corrupt("x1280_sessions", id, reason)
}

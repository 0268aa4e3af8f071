//! What stands behind a request and an answer: credential, enrolment, phone, person and service. All of it is looked at
//! before the signatures, and once more in the transaction that acts on it: an operator may have come between.

use super::{Credential, Enrolment, MutualSession, Service, ServiceId, SessionId, TokenId};
use crate::approval::{Approval, ApprovalState, ExpiryCause, pace};
use crate::authenticator::Authenticator;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::policy::PacePolicy;
use crate::store::Reading;
use crate::time::Timestamp;
use crate::user::User;
use countersign_protocol::ErrorCode;

/// A credential on a phone, with everybody who has to be there for it to be used.
pub(super) struct Enrolled {
    pub(super) enrolment: Enrolment,
    pub(super) credential: Credential,
    pub(super) phone: Authenticator,
    pub(super) user: User,
}

/// The enrolment of a credential that can be used at `now`.
///
/// # Errors
/// `not_found`: no phone has enrolled it; `access_denied`: credential, enrolment, phone or person is out of use.
pub(super) fn enrolled(tx: &dyn Reading, token: &TokenId, now: Timestamp) -> Outcome<Enrolled> {
    let enrolment = tx
        .enrolments()
        .of_token(token)?
        .ok_or_else(|| Refusal::not_found("no phone has enrolled a credential with this tokenId"))?;
    let missing = |what| Fault::corrupt("enrolments", enrolment.id, what);
    let credential = tx.credentials().by_id(token)?;
    let credential = credential.ok_or_else(|| missing("its credential is gone"))?;
    if credential.revoked.is_some() {
        return Err(denied("this credential is revoked").into());
    }
    if enrolment.revoked_at.is_some() {
        return Err(
            denied("the enrolment of this credential is revoked; the person has to enrol it again").into(),
        );
    }
    if credential.has_expired(now) {
        return Err(denied("this credential has expired; the person needs a new one").into());
    }
    let phone = tx.authenticators().by_id(enrolment.authenticator_id)?;
    let phone = phone.ok_or_else(|| missing("its phone is gone"))?;
    let user = tx.users().by_id(phone.user_id)?;
    let user = user.ok_or_else(|| missing("its person is gone"))?;
    if phone.revoked_at.is_some() || user.disabled_at.is_some() {
        return Err(denied("the phone of this credential is revoked, or its person is disabled").into());
    }
    Ok(Enrolled {
        enrolment,
        credential,
        phone,
        user,
    })
}

fn denied(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::AccessDenied, description)
}

/// A service that may ask.
///
/// # Errors
/// `invalid_service`: unknown or disabled, which look the same to somebody who only names it.
pub(super) fn service(tx: &dyn Reading, id: &ServiceId) -> Outcome<Service> {
    let service = tx.services().by_id(id)?;
    let service = service.filter(|service| service.disabled_at.is_none());
    Ok(service.ok_or_else(|| invalid_service("the service is not known here, or is disabled"))?)
}

/// `invalid_service` with a description.
pub(super) fn invalid_service(description: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidService, description)
}

/// A session that waits for its phone.
pub(super) struct Waiting {
    pub(super) session: MutualSession,
    pub(super) approval: Approval,
    pub(super) enrolled: Enrolled,
    pub(super) service: Service,
}

/// The session that a phone answers.
///
/// # Errors
/// `not_found`: there is no such session of this credential, or it is over, whatever ended it; `too_many_requests`:
/// wrong answers ended it.
pub(super) fn waiting(
    tx: &dyn Reading,
    id: &SessionId,
    token: &TokenId,
    limits: &PacePolicy,
    now: Timestamp,
) -> Outcome<Waiting> {
    let session = tx.mutual_sessions().by_id(id)?;
    let session = session.filter(|session| session.token_id == *token);
    let session = session.ok_or_else(over)?;
    let approval = tx.approvals().by_id(session.approval_id)?;
    let approval = approval.ok_or_else(|| Fault::corrupt("x1280_sessions", id, "its approval is gone"))?;
    match approval.state {
        ApprovalState::Pending if !session.has_ended(now) => {}
        ApprovalState::Expired {
            cause: ExpiryCause::WrongCodes,
            ..
        } if !session.has_ended(now) => return Err(too_many(limits).into()),
        _ => return Err(over().into()),
    }
    // A phone is told no more than that the session is over: what became of it is the operator's business.
    let service = or_over(service(tx, &session.service_id))?;
    let enrolled = or_over(enrolled(tx, token, now))?;
    or_over(pace::check_stop(tx, enrolled.user.id, &approval.client_id))?;
    if enrolled.enrolment.id != session.enrolment_id {
        return Err(over().into());
    }
    Ok(Waiting {
        session,
        approval,
        enrolled,
        service,
    })
}

fn or_over<T>(outcome: Outcome<T>) -> Outcome<T> {
    outcome.map_err(|failure| match failure {
        Failure::Refusal(_) => over().into(),
        fault @ Failure::Fault(_) => fault,
    })
}

/// `not_found`: no session waits.
pub(super) fn over() -> Refusal {
    Refusal::not_found(
        "no session of this credential waits for an answer: it is unknown, was answered, or has ended",
    )
}

/// `too_many_requests`: wrong answers ended the session. A new one can be begun after the pause.
pub(super) fn too_many(limits: &PacePolicy) -> Refusal {
    Refusal::too_many_requests(
        limits.first_pause,
        "too many wrong answers ended this session; start again at the service",
    )
}

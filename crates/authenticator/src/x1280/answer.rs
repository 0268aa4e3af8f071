//! The person's answer to a mutual sign-in: `POST {host}/auth/verify`, `POST {host}/auth/reject` (X.1280 profile §3).

use std::collections::BTreeSet;

use countersign_protocol::approval::{
    ApprovalItem, ApprovalStatus, Decision, DecisionAnswer, MutualShown, VerificationMode,
};
use countersign_protocol::x1280::{
    IdentityClaim, IdentityScope, RejectRequest, VerifyAnswer, VerifyRequest, rejection_message,
    verification_message,
};

use super::signature;
use crate::session::Session;
use crate::{Answer, Error, decide};

/// Answers a mutual sign-in. `is_held` says whether the credential that is asked for was enrolled with this phone's
/// key: no other phone of the person can approve, and a wrong signature costs one of three attempts.
pub(crate) async fn decide(
    session: &Session,
    item: &ApprovalItem,
    mutual: &MutualShown,
    is_held: bool,
    answer: &Answer,
) -> Result<DecisionAnswer, Error> {
    match answer.decision {
        Decision::Approved if is_held => approve(session, item, mutual, answer).await,
        Decision::Approved => Err(Error::usage(format!(
            "credential {} is not on this phone; approve on the phone that it was enrolled on",
            mutual.token_id
        ))),
        Decision::Denied if is_held && answer.reason.is_none() => decline(session, item, mutual).await,
        // A no with a reason, and the no of another phone of the person, is signed like that to any other request.
        Decision::Denied => decide::decide(session, item, answer).await,
    }
}

async fn approve(
    session: &Session,
    item: &ApprovalItem,
    mutual: &MutualShown,
    answer: &Answer,
) -> Result<DecisionAnswer, Error> {
    decide::check_digest(item)?;
    let granted = granted(item, answer)?;
    let otp = code(session, item, answer)?;
    let timestamp = session.ports.clock.now();
    let message = verification_message(&mutual.session_id, otp, timestamp, Some(&granted));
    let request = VerifyRequest {
        session_id: mutual.session_id.clone(),
        token_id: mutual.token_id.clone(),
        otp: otp.to_owned(),
        timestamp,
        signature_base64: signature(&session.key, &message)?,
        granted_scopes: Some(granted),
    };
    // The identity in the answer is the service's; the phone has no use for it.
    let _identity: VerifyAnswer = session
        .http
        .json(session.http.post("/auth/verify").json(&request))
        .await?;
    Ok(settled(item, ApprovalStatus::Approved))
}

async fn decline(
    session: &Session,
    item: &ApprovalItem,
    mutual: &MutualShown,
) -> Result<DecisionAnswer, Error> {
    decide::check_digest(item)?;
    let timestamp = session.ports.clock.now();
    let request = RejectRequest {
        session_id: mutual.session_id.clone(),
        token_id: mutual.token_id.clone(),
        timestamp,
        signature_base64: signature(&session.key, &rejection_message(&mutual.session_id, timestamp))?,
    };
    session
        .http
        .done(session.http.post("/auth/reject").json(&request))
        .await?;
    Ok(settled(item, ApprovalStatus::Denied))
}

fn settled(item: &ApprovalItem, status: ApprovalStatus) -> DecisionAnswer {
    DecisionAnswer { id: item.id, status }
}

/// What is granted, said in any case: the signature then covers it. A part of a composite scope may be granted for
/// itself.
fn granted(item: &ApprovalItem, answer: &Answer) -> Result<Vec<String>, Error> {
    let asked = item.scopes.as_deref().unwrap_or_default();
    let Some(granted) = &answer.granted else {
        return Ok(asked.to_vec());
    };
    let claims: BTreeSet<IdentityClaim> = asked
        .iter()
        .filter_map(|scope| IdentityScope::parse(scope))
        .flat_map(IdentityScope::claims)
        .collect();
    let is_part = |scope: &&String| {
        IdentityScope::parse(scope).is_some_and(|scope| scope.claims().all(|claim| claims.contains(&claim)))
    };
    match granted.iter().find(|scope| !is_part(scope)) {
        None => Ok(granted.clone()),
        Some(stranger) => Err(Error::usage(format!(
            "{stranger} is not asked for; grant a part of: {}",
            asked.join(",")
        ))),
    }
}

/// The code that is shown, which must be the one that the person read on the other screen, if they typed it.
fn code<'i>(session: &Session, item: &'i ApprovalItem, answer: &Answer) -> Result<&'i str, Error> {
    let shown = item
        .verification
        .code
        .as_deref()
        .filter(|_| item.verification.mode == VerificationMode::Compare)
        .ok_or_else(|| session.http.answer("a mutual sign-in shows no code to compare"))?;
    match answer.code.as_deref().map(str::trim) {
        Some(typed) if typed != shown => Err(Error::CodeDiffers),
        _ => Ok(shown),
    }
}

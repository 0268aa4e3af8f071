//! The person approves: `POST {host}/auth/verify` (X.1280 §8.4, §8.5; profile §3). The only way in which a mutual sign-in
//! is approved.
//!
//! Signatures are verified and made outside; then one transaction looks again, moves the approval from pending to
//! approved and keeps the result. Whoever loses that race is told that the session is over.

use super::answer::Answer;
use super::code::AutoPassword;
use super::refuse::refuse;
use super::release::Release;
use super::standing::Waiting;
use crate::client::Client;
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use countersign_protocol::ScopeList;
use countersign_protocol::x1280::{
    IdentityClaim, IdentityScope, RejectReason, VerifyAnswer, VerifyRequest, verification_message,
};
use std::collections::BTreeSet;

/// Takes in the person's yes and releases the identity, once.
///
/// # Errors
/// `invalid_request`: a member is malformed, the time is off, or more is granted than was asked; `not_found`: no session
/// waits; `invalid_signature`, `invalid_otp`; `too_many_requests`: the third wrong answer.
pub async fn verify(provider: &Provider, request: VerifyRequest) -> Outcome<VerifyAnswer> {
    let now = provider.clock.now();
    let granted_scopes = request.granted_scopes.as_deref();
    let message = verification_message(
        &request.session_id,
        &request.otp,
        request.timestamp,
        granted_scopes,
    );
    let ids = (request.session_id.as_str(), request.token_id.as_str());
    let answer = Answer::read(ids, request.timestamp, message, &request.signature_base64, now)?;
    let (found, phone) = answer.look_up(provider, now).await?;
    if let Err(reason) = check(provider, &answer, &found, &phone, &request.otp) {
        return Err(refuse(provider, &answer, reason, now).await);
    }
    // Only now, so that a stranger does not learn what was asked for.
    let granted = granted(&found, granted_scopes)?;
    let release = Release::prepare(provider, answer, &found, granted, now).await?;
    let (audit_key, limits) = (provider.audit_key(), provider.policy.pace.clone());
    let user = found.enrolled.user.id;
    let answer = provider
        .store
        .write(move |tx| release.write(tx, &audit_key, &limits))
        .await?;
    provider.bus.wake(user);
    Ok(answer)
}

/// The signature first: only the enrolled phone may learn whether a code is right.
fn check(
    provider: &Provider,
    answer: &Answer,
    found: &Waiting,
    phone: &Client,
    otp: &str,
) -> Result<(), RejectReason> {
    if !answer.is_signed_by(phone) {
        return Err(RejectReason::InvalidSignature);
    }
    let code = AutoPassword::derive(&provider.sealer, &found.session.id, &found.session.token_id);
    if !code.is(otp) {
        return Err(RejectReason::InvalidOtp);
    }
    Ok(())
}

/// What the person grants: all that was asked for when the answer does not say, unless the service wants it said. A part
/// of a composite scope may be granted for itself.
fn granted(found: &Waiting, granted: Option<&[String]>) -> Result<ScopeList, Refusal> {
    let Some(granted) = granted else {
        return if found.service.consent_required {
            Err(Refusal::invalid_request(
                "grantedScopes is missing: this service wants the person's consent to be signed",
            ))
        } else {
            Ok(found.approval.asked.clone())
        };
    };
    let asked: BTreeSet<IdentityClaim> = found
        .approval
        .asked
        .iter()
        .filter_map(IdentityScope::parse)
        .flat_map(IdentityScope::claims)
        .collect();
    let mut scopes = ScopeList::default();
    for word in granted {
        let scope = IdentityScope::parse(word);
        let scope = scope.filter(|scope| scope.claims().all(|claim| asked.contains(&claim)));
        let scope = scope
            .ok_or_else(|| Refusal::invalid_request("grantedScopes must be a part of what was asked for"))?;
        scopes.insert(scope.as_str());
    }
    Ok(scopes)
}

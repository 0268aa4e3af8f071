//! Personal data at rest: the claims of a credential and the result of a session, each under the sealing key and bound
//! to its own row.

use super::{Credential, SessionId};
use crate::failure::Fault;
use crate::keys::Sealer;
use crate::provider::Provider;
use countersign_protocol::x1280::VerifyAnswer;
use countersign_vds::PersonClaims;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Seals the claims of a credential.
///
/// # Errors
/// The cryptographic library refuses.
pub(super) fn seal_claims(provider: &Provider, person: &PersonClaims) -> Result<Vec<u8>, Fault> {
    seal(provider, &claims_of(&person.token_id), person)
}

/// The claims of an enrolled credential.
///
/// # Errors
/// There are none, or they do not open with this sealing key.
pub(super) fn open_claims(sealer: &Sealer, credential: &Credential) -> Result<PersonClaims, Fault> {
    let corrupt = |reason: &str| Fault::corrupt("credentials", &credential.token_id, reason);
    let sealed = credential.sealed_claims.as_deref();
    let sealed = sealed.ok_or_else(|| corrupt("it is enrolled and has no claims"))?;
    open(sealer, &claims_of(credential.token_id.as_str()), sealed)?
        .ok_or_else(|| corrupt("its claims are no claims"))
}

/// Seals the result of a session.
///
/// # Errors
/// The cryptographic library refuses.
pub(super) fn seal_answer(
    provider: &Provider,
    session: &SessionId,
    answer: &VerifyAnswer,
) -> Result<Vec<u8>, Fault> {
    seal(provider, &answer_of(session), answer)
}

/// The result of a session.
///
/// # Errors
/// It does not open with this sealing key, or is no result.
pub(super) fn open_answer(
    sealer: &Sealer,
    session: &SessionId,
    sealed: &[u8],
) -> Result<VerifyAnswer, Fault> {
    open(sealer, &answer_of(session), sealed)?
        .ok_or_else(|| Fault::corrupt("x1280_sessions", session, "its answer is no answer"))
}

fn claims_of(token_id: &str) -> String {
    format!("x1280 claims {token_id}")
}

fn answer_of(session: &SessionId) -> String {
    format!("x1280 answer {session}")
}

fn seal(provider: &Provider, purpose: &str, value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(value).map(Zeroizing::new);
    let plain =
        plain.map_err(|error| Fault::new(format!("{purpose} has no JSON form")).with_source(error))?;
    provider.sealer.seal(purpose, &*provider.entropy, &plain)
}

fn open<T: DeserializeOwned>(sealer: &Sealer, purpose: &str, sealed: &[u8]) -> Result<Option<T>, Fault> {
    let plain = sealer.open(purpose, sealed)?;
    Ok(serde_json::from_slice(&plain).ok())
}

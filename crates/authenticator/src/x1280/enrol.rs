//! Taking on a credential: `POST {host}/enroll/challenge`, `POST {host}/enroll` (X.1280 profile §5).

use countersign_jose::{KeyType, PrivateKey, public_pem};
use countersign_protocol::x1280::{EnrollAnswer, EnrollChallenge, EnrollRequest};

use super::{Credential, signature};
use crate::account::is_safe_client_id;
use crate::http::Http;
use crate::{Account, Error, Host};

/// The kind of key that answers mutual sign-ins (X.1280 profile §3).
pub(crate) const KEY_TYPE: KeyType = KeyType::P256;
/// The longest `deviceId`.
const MAX_DEVICE_ID: usize = 128;

/// Enrols `credential` with `key` at `server`, where the phone is called `device_id`.
///
/// # Errors
/// [`Error::Usage`] if the key is of another kind than P-256; [`Error::CredentialRefused`] if the provider refuses;
/// [`Error::Answer`] if its answer is about something else.
pub(crate) async fn enrol(
    http: &Http,
    credential: &Credential,
    device_id: &str,
    key: &PrivateKey,
) -> Result<EnrollAnswer, Error> {
    if key.key_type() != KEY_TYPE {
        return Err(Error::usage(format!(
            "mutual sign-ins need a key of type {KEY_TYPE}, and this account has {}; make another account with --new",
            key.key_type()
        )));
    }
    let challenge: EnrollChallenge = http.json(http.post("/enroll/challenge")).await.map_err(refused)?;
    let request = request(credential, device_id, key, challenge.challenge)?;
    let answer: EnrollAnswer = http
        .json(http.post("/enroll").json(&request))
        .await
        .map_err(refused)?;
    if answer.token_id != credential.token_id() {
        return Err(http.answer("it is about another credential than the one that was sent"));
    }
    Ok(answer)
}

fn request(
    credential: &Credential,
    device_id: &str,
    key: &PrivateKey,
    challenge: String,
) -> Result<EnrollRequest, Error> {
    let message = EnrollRequest::proof_message(&challenge, credential.token_id(), device_id);
    Ok(EnrollRequest {
        vds_data: credential.text().to_owned(),
        public_key_pem: public_pem(key.public()),
        device_id: device_id.to_owned(),
        fcm_token: None,
        challenge: Some(challenge),
        proof_base64: Some(signature(key, &message)?),
    })
}

/// A refusal of a credential has other remedies than one of a request.
fn refused(error: Error) -> Error {
    match error {
        Error::Refused(refusal) => Error::CredentialRefused(refusal),
        other => other,
    }
}

/// The account that an enrolment with a new key has made.
///
/// # Errors
/// [`Error::Answer`] if the account cannot be used, or stands on another host.
pub(crate) fn account(
    http: &Http,
    server: &Host,
    answer: EnrollAnswer,
    device_id: &str,
    key: &PrivateKey,
    now: i64,
) -> Result<Account, Error> {
    let phone = answer.authenticator;
    if !is_safe_client_id(&phone.client_id) {
        return Err(http.answer("the client id has characters that a client id cannot have"));
    }
    // The phone will sign assertions for the issuer: one on another host would let this provider stand between the two.
    let host = phone
        .issuer
        .strip_suffix("/oidc")
        .and_then(|host| Host::parse_danger_plain_http(host).ok())
        .filter(|host| host.same_origin(server))
        .ok_or_else(|| http.answer("the issuer is not {host}/oidc of the host that was asked"))?;
    Ok(Account {
        client_id: phone.client_id,
        id: phone.id,
        user_id: phone.user_id,
        username: phone.username,
        host,
        server: None,
        issuer: phone.issuer,
        name: device_id.to_owned(),
        thumbprint: key.public().jwk().thumbprint(),
        enrolled_at: now,
    })
}

/// The phone's name as a `deviceId`, which is part of a text whose parts are joined by `|`.
///
/// # Errors
/// [`Error::Usage`] if it cannot be one.
pub(crate) fn device_id(name: &str) -> Result<&str, Error> {
    let legal = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'|';
    if (1..=MAX_DEVICE_ID).contains(&name.len()) && name.bytes().all(legal) && !name.trim().is_empty() {
        Ok(name)
    } else {
        Err(Error::usage(
            "with a credential the name of a phone is 1 to 128 ASCII characters other than |; choose one with --name",
        ))
    }
}

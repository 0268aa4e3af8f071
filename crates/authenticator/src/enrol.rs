//! Enrolment: a new key joins a person's account by an invitation.

use countersign_jose::{Jwk, PrivateKey, sign};
use countersign_protocol::authenticator::{
    ENROLMENT_PROOF_TYP, EnrolmentAnswer, EnrolmentProof, EnrolmentRequest,
};
use serde_json::json;

use crate::account::is_safe_client_id;
use crate::http::Http;
use crate::{Account, Error, Invitation, Ports};

/// How long the proof of possession lives: it is sent at once, the rest is for clocks that differ. At most 300.
const PROOF_SECONDS: i64 = 120;

/// What the person's other devices and the operator will see of a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhone {
    /// A name, chosen by the person.
    pub name: String,
    /// What it runs on, for example `cli/linux`.
    pub platform: String,
}

impl Default for NewPhone {
    /// A terminal on this operating system.
    fn default() -> Self {
        let system = std::env::consts::OS;
        Self {
            name: format!("Terminal on {system}"),
            platform: format!("cli/{system}"),
        }
    }
}

/// `POST {host}/authenticators`: spends the invitation for an account that belongs to `key`.
///
/// # Errors
/// [`Error::Refused`] if the provider refuses, for example because the invitation was used or is older than ten
/// minutes; [`Error::Answer`] if the account in its answer cannot be used.
pub(crate) async fn enrol(
    invitation: &Invitation,
    phone: &NewPhone,
    key: &PrivateKey,
    ports: &Ports,
) -> Result<Account, Error> {
    let http = Http::new(invitation.server().unwrap_or(invitation.host()))?;
    let jwk = public_jwk(key);
    let thumbprint = jwk.thumbprint();
    let request = EnrolmentRequest {
        invitation: invitation.text().to_owned(),
        name: phone.name.clone(),
        platform: phone.platform.clone(),
        proof: proof(invitation, key, &thumbprint, ports.clock.now())?,
        jwk: json!(jwk),
        push: None,
    };
    let answer: EnrolmentAnswer = http.json(http.post("/authenticators").json(&request)).await?;
    check(&answer, invitation, &http)?;
    Ok(Account {
        client_id: answer.client_id,
        id: answer.id,
        user_id: answer.user_id,
        username: answer.username,
        host: invitation.host().clone(),
        server: invitation.server().cloned(),
        issuer: answer.issuer,
        name: request.name,
        thumbprint,
        enrolled_at: ports.clock.now(),
    })
}

fn public_jwk(key: &PrivateKey) -> Jwk {
    let public = key.public();
    let jwk = public
        .jwk()
        .clone()
        .with_alg(public.natural_algorithm())
        .with_use_sig();
    let thumbprint = jwk.thumbprint();
    jwk.with_kid(thumbprint)
}

/// Shows that whoever sends the public key holds the private one, for this invitation and this host only: without
/// it somebody could enrol another person's key as their own.
fn proof(invitation: &Invitation, key: &PrivateKey, kid: &str, now: i64) -> Result<String, Error> {
    let claims = EnrolmentProof {
        aud: invitation.host().as_str().to_owned(),
        invitation_digest: invitation.digest(),
        iat: now,
        exp: now.saturating_add(PROOF_SECONDS),
    };
    let header = json!({ "typ": ENROLMENT_PROOF_TYP, "kid": kid });
    Ok(sign(key, key.public().natural_algorithm(), &header, &claims)?)
}

fn check(answer: &EnrolmentAnswer, invitation: &Invitation, http: &Http) -> Result<(), Error> {
    if !is_safe_client_id(&answer.client_id) {
        return Err(http.answer("the client id has characters that a client id cannot have"));
    }
    // The phone sends its assertions to the issuer: it must stand on the host that the person was invited to.
    if answer.issuer != invitation.host().url("/oidc") {
        return Err(http.answer("the issuer is not {host}/oidc of the host that invited"));
    }
    Ok(())
}

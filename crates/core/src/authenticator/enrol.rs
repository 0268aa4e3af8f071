//! A phone joins with an invitation and proves that it holds the key it brings (decisions.md).

use super::push::{self, PushSubscription};
use super::{Authenticator, Invitation};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::client::{ClientKind, ClientRecord, Registration};
use crate::failure::{Outcome, Refusal};
use crate::id::{AuthenticatorId, ClientId};
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::store::Reading;
use crate::text::is_showable;
use crate::time::{Duration, Timestamp};
use countersign_jose::{Algorithm, Jwk, PublicKey, UnverifiedJws, base64url};
use countersign_protocol::ErrorCode;
use countersign_protocol::authenticator::{
    ENROLMENT_PROOF_TYP, EnrolmentAnswer, EnrolmentProof, EnrolmentRequest,
};
use countersign_protocol::client::ClientMetadata;
use serde_json::json;

/// The longest validity of a proof.
const LONGEST_PROOF: Duration = Duration::from_secs(300);

/// The characters of a phone's client id; 21 of them carry 126 bits.
pub(crate) const CLIENT_ID_ALPHABET: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Enrols a phone.
///
/// # Errors
/// `invalid_request`: key, proof, names or push subscription are wrong; `access_denied`: the invitation is not known, was used or has
/// ended, all of which look the same.
pub async fn enrol(provider: &Provider, request: EnrolmentRequest) -> Outcome<EnrolmentAnswer> {
    let now = provider.clock.now();
    check_text("name", &request.name, 100)?;
    check_text("platform", &request.platform, 100)?;
    let key = read_key(&request.jwk)?;
    let invitation = OpaqueToken::presented(&request.invitation);
    verify_proof(provider, &key, &request.proof, &invitation, now)?;
    let id = AuthenticatorId::new(&*provider.entropy);
    let push = request
        .push
        .as_ref()
        .map(|push| PushSubscription::read(push, id, &provider.policy.push, now))
        .transpose()?;

    let client_id = provider.entropy.text(CLIENT_ID_ALPHABET, 21);
    let metadata = metadata(&client_id, &request.name, &key)?;
    let client_id =
        ClientId::parse(&client_id).ok_or_else(|| Refusal::invalid_request("the client id is not legal"))?;
    let (digest, audit_key) = (invitation.digest(), provider.audit_key());
    let issuer = provider.host.issuer();
    provider
        .store
        .write(move |tx| {
            let invitation = tx.authenticators().invitation(&digest)?.ok_or_else(refused)?;
            let user = invited(&*tx, &invitation, now)?;
            if !tx.authenticators_mut().spend_invitation(&digest, now)? {
                return Err(refused().into());
            }
            let authenticator = Authenticator {
                id,
                client_id: client_id.clone(),
                user_id: user.id,
                name: request.name,
                platform: request.platform,
                thumbprint: key.jwk().thumbprint(),
                enrolled_at: now,
                revoked_at: None,
            };
            let kind = ClientKind::Authenticator {
                authenticator_id: id,
                user_id: user.id,
            };
            let client = ClientRecord {
                id: client_id.clone(),
                kind,
                metadata,
                created_at: now,
                disabled_at: None,
            };
            tx.clients_mut().insert(&client)?;
            tx.authenticators_mut().insert(&authenticator)?;
            let event = AuditEvent::new(
                now,
                format!("user:{}", user.id),
                "authenticator.enrol",
                format!("authenticator:{id}"),
            )
            .with("thumbprint", &authenticator.thumbprint)
            .with("invited_by", &invitation.created_by);
            record(tx, &audit_key, event)?;
            if let Some(push) = push {
                push::put(tx, &audit_key, user.id, &push)?;
            }
            Ok(EnrolmentAnswer {
                id: id.0,
                client_id: client_id.to_string(),
                user_id: user.id.0,
                username: user.username.to_string(),
                issuer,
            })
        })
        .await
}

fn check_text(member: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    if !text.trim().is_empty() && text.chars().count() <= longest && is_showable(text) {
        Ok(())
    } else {
        Err(Refusal::invalid_request(format!(
            "{member} must be 1 to {longest} characters of plain text"
        )))
    }
}

fn read_key(jwk: &serde_json::Value) -> Result<PublicKey, Refusal> {
    let wrong = |error: &dyn std::fmt::Display| {
        Refusal::invalid_request(format!("jwk is not a usable public key: {error}"))
    };
    let key = Jwk::parse(jwk)
        .and_then(|jwk| PublicKey::from_jwk(&jwk))
        .map_err(|error| wrong(&error))?;
    match key.natural_algorithm() {
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa | Algorithm::Rs256 | Algorithm::Ps256 => {
            Ok(key)
        }
        Algorithm::Es512 => Err(wrong(&"use P-256, P-384, Ed25519 or RSA")),
    }
}

/// The new key signs the digest of this very invitation for this very host: a key that its holder does not have, or
/// a proof that was made elsewhere, enrols nothing.
fn verify_proof(
    provider: &Provider,
    key: &PublicKey,
    proof: &str,
    invitation: &OpaqueToken,
    now: Timestamp,
) -> Result<(), Refusal> {
    let jws = UnverifiedJws::parse(proof)
        .map_err(|error| Refusal::invalid_request(format!("proof cannot be read: {error}")))?;
    if jws.header().typ() != Some(ENROLMENT_PROOF_TYP) {
        return Err(Refusal::invalid_request(format!(
            "typ of the proof must be {ENROLMENT_PROOF_TYP}"
        )));
    }
    let verified = jws
        .verify(key, key.natural_algorithm())
        .map_err(|_| Refusal::invalid_request("the proof is not signed by the key in jwk"))?;
    let claims: EnrolmentProof = verified.claims().map_err(|error| {
        Refusal::invalid_request(format!("the claims of the proof cannot be read: {error}"))
    })?;
    if claims.aud != provider.host.as_str() {
        return Err(Refusal::invalid_request(format!(
            "aud of the proof must be {}",
            provider.host.as_str()
        )));
    }
    if claims.invitation_digest != base64url::encode(&invitation.digest().0) {
        return Err(Refusal::invalid_request(
            "invitation_digest of the proof is not that of the invitation",
        ));
    }
    let tolerance = provider.policy.clock_tolerance;
    let (issued, expires) = (Timestamp::from_unix(claims.iat), Timestamp::from_unix(claims.exp));
    if issued > now + tolerance || now >= expires + tolerance || expires > issued + LONGEST_PROOF {
        return Err(Refusal::invalid_request(
            "the proof has expired, is in the future or lives longer than 300 seconds",
        ));
    }
    Ok(())
}

fn refused() -> Refusal {
    Refusal::new(
        ErrorCode::AccessDenied,
        "the invitation is not known, was used or has ended; ask for a new one",
    )
}

fn invited(tx: &dyn Reading, invitation: &Invitation, now: Timestamp) -> Outcome<crate::user::User> {
    if invitation.spent_at.is_some() || now >= invitation.expires_at {
        return Err(refused().into());
    }
    let user = tx
        .users()
        .by_id(invitation.user_id)?
        .filter(|user| user.disabled_at.is_none());
    Ok(user.ok_or_else(refused)?)
}

/// A phone is an OAuth client of the standard profile that gets tokens of its own and nothing else.
pub(crate) fn metadata(client_id: &str, name: &str, key: &PublicKey) -> Outcome<String> {
    let metadata = ClientMetadata {
        client_id: Some(client_id.to_owned()),
        client_name: Some(name.to_owned()),
        jwks: Some(json!({ "keys": [key.jwk()] })),
        grant_types: Some(vec!["client_credentials".to_owned()]),
        token_endpoint_auth_signing_alg: Some(key.natural_algorithm().name().to_owned()),
        ..ClientMetadata::default()
    };
    Ok(Registration::validate(metadata)?.text)
}

//! `POST {iss}/device-key`: a device replaces its key by one that it made itself.
//!
//! Two signatures are asked for. The client assertion, by the old key, says that the device wants it; the proof, by the
//! new key, says that the device holds it, for this provider and instead of this one old key. Tokens and grants stay:
//! the device is the same. Whoever fears that the old key is in other hands revokes the device instead.

use super::register::{profile_for, single_key};
use crate::audit::AuditEvent;
use crate::audit::chain;
use crate::client::{AuthenticatedClient, Client, ClientKind, Registration};
use crate::failure::{Outcome, Refusal};
use crate::id::DeviceId;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::{Duration, Timestamp};
use countersign_jose::{PublicKey, UnverifiedJws, json};
use countersign_protocol::ErrorCode;
use countersign_protocol::client::ClientMetadata;
use countersign_protocol::device_key::{
    DEVICE_KEY_PROOF_LIFETIME, DEVICE_KEY_TYP, DeviceKeyClaims, KeyRotationAnswer,
};
use serde_json::Value;

/// What a device sends beside its client authentication.
pub struct KeyRotation {
    /// `public_key`: a JWK Set with the new key alone, as JSON text.
    pub public_key: Option<String>,
    /// `proof`: a JWS by the new key over [`DeviceKeyClaims`].
    pub proof: Option<String>,
}

/// Everything that was checked, ready for one short write.
struct Replacement {
    device_id: DeviceId,
    key_type: String,
    metadata: String,
    proof_jti: String,
    proof_ends_at: Timestamp,
    answer: KeyRotationAnswer,
}

/// Replaces the key of the calling device. The old one counts no longer from the moment of the answer.
///
/// # Errors
/// `unauthorized_client`: not a device; `invalid_request`, naming what to change in key or proof; `conflict`: the key was
/// replaced by another call meanwhile; `invalid_client`: the assertion was used before, or the device was stopped.
pub async fn rotate(
    provider: &Provider,
    caller: AuthenticatedClient,
    request: KeyRotation,
) -> Outcome<KeyRotationAnswer> {
    let now = provider.clock.now();
    let replacement = match check(provider, &caller.client, &request, now) {
        Ok(replacement) => replacement,
        Err(refusal) => return Err(caller.spend_refused(provider, refusal.into()).await),
    };
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            replace(tx, &caller.client, &replacement)?;
            let client = &caller.client.id;
            let subject = format!("device:{}", replacement.device_id);
            let event = AuditEvent::new(now, format!("client:{client}"), "device.key_rotated", subject)
                .with("thumbprint", &replacement.answer.thumbprint)
                .with("replaced_thumbprint", &replacement.answer.replaced_thumbprint)
                .with("key_type", &replacement.key_type);
            chain::record(tx, &audit, event)?;
            Ok(replacement.answer)
        })
        .await
}

fn check(
    provider: &Provider,
    client: &Client,
    request: &KeyRotation,
    now: Timestamp,
) -> Result<Replacement, Refusal> {
    let device_id = device_of(client)?;
    let new = new_key(request.public_key.as_deref())?;
    let replaced_thumbprint = replaced_thumbprint(client, &new)?;
    let proof = proof(request.proof.as_deref(), &new)?;
    check_names(provider, client, &proof, &replaced_thumbprint)?;
    let proof_ends_at = check_times(&proof, provider.policy.clock_tolerance, now)?;
    Ok(Replacement {
        device_id,
        key_type: new.key_type().to_string(),
        metadata: metadata(client, &new)?,
        proof_jti: proof.jti,
        proof_ends_at,
        answer: KeyRotationAnswer {
            thumbprint: new.jwk().thumbprint(),
            replaced_thumbprint,
        },
    })
}

/// The keys of a phone belong to its enrolment, those of a service to the operator who registered it.
fn device_of(client: &Client) -> Result<DeviceId, Refusal> {
    match client.kind {
        ClientKind::Device(device_id) => Ok(device_id),
        ClientKind::Authenticator { .. } | ClientKind::Service => Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "only a device may replace its key here; a phone enrols again, a service asks its operator",
        )),
    }
}

fn new_key(public_key: Option<&str>) -> Result<PublicKey, Refusal> {
    let text = public_key
        .ok_or_else(|| Refusal::invalid_request("public_key is missing; send a JWK Set with the new key"))?;
    let jwks = json::parse_object(text.as_bytes())
        .map_err(|error| Refusal::invalid_request(format!("public_key: the text {error}")))?;
    single_key("public_key", &Value::Object(jwks))
}

/// The key that is registered now, which the assertion was made with.
fn replaced_thumbprint(client: &Client, new: &PublicKey) -> Result<String, Refusal> {
    let [old] = client.registration.keys.as_slice() else {
        return Err(Refusal::conflict(
            "this device has several keys, which only an operator can have registered; ask one to replace them",
        ));
    };
    let old = old.jwk().thumbprint();
    if old == new.jwk().thumbprint() {
        return Err(Refusal::invalid_request(
            "public_key is the key that this device has already; make a new one",
        ));
    }
    Ok(old)
}

fn proof(text: Option<&str>, new: &PublicKey) -> Result<DeviceKeyClaims, Refusal> {
    let text =
        text.ok_or_else(|| Refusal::invalid_request("proof is missing; send a JWS signed by the new key"))?;
    let refused = |error: &dyn std::fmt::Display| Refusal::invalid_request(format!("proof: {error}"));
    let jws = UnverifiedJws::parse(text).map_err(|error| refused(&error))?;
    if jws.header().typ() != Some(DEVICE_KEY_TYP) {
        return Err(Refusal::invalid_request(format!(
            "typ of the proof must be {DEVICE_KEY_TYP}"
        )));
    }
    let verified = jws
        .verify(new, new.natural_algorithm())
        .map_err(|error| refused(&error))?;
    verified.claims().map_err(|error| refused(&error))
}

/// For whom it is, and instead of what: a proof that leaked is of no use for another device, provider or key.
fn check_names(
    provider: &Provider,
    client: &Client,
    proof: &DeviceKeyClaims,
    replaced_thumbprint: &str,
) -> Result<(), Refusal> {
    if proof.iss != client.id.as_str() {
        return Err(Refusal::invalid_request("iss of the proof must be the client_id"));
    }
    if proof.aud != provider.host.issuer() {
        return Err(Refusal::invalid_request("aud of the proof must be the issuer"));
    }
    if proof.thumbprint != replaced_thumbprint {
        return Err(Refusal::invalid_request(
            "thumbprint of the proof must be that of the key that this device has now",
        ));
    }
    if !(1..=255).contains(&proof.jti.len()) {
        return Err(Refusal::invalid_request(
            "jti of the proof must be a string of 1 to 255 characters",
        ));
    }
    Ok(())
}

/// Answers until when the `jti` has to be remembered.
fn check_times(proof: &DeviceKeyClaims, tolerance: Duration, now: Timestamp) -> Result<Timestamp, Refusal> {
    let expires_at = Timestamp::from_unix(proof.exp);
    if now >= expires_at + tolerance {
        return Err(Refusal::invalid_request(
            "the proof has expired; check the clock and sign a new one",
        ));
    }
    let longest = Duration::from_secs(DEVICE_KEY_PROOF_LIFETIME.unsigned_abs());
    if expires_at > now + longest + tolerance {
        return Err(Refusal::invalid_request(
            "exp of the proof is too far in the future; a minute is enough",
        ));
    }
    if Timestamp::from_unix(proof.iat) > now + tolerance {
        return Err(Refusal::invalid_request(
            "iat of the proof is in the future; check the clock",
        ));
    }
    Ok(expires_at + tolerance)
}

/// What is registered, with the new key and the profile that goes with its kind.
fn metadata(client: &Client, new: &PublicKey) -> Result<String, Refusal> {
    let metadata = ClientMetadata {
        profile: Some(profile_for(new)?.as_str().to_owned()),
        jwks: Some(serde_json::json!({ "keys": [new.jwk()] })),
        ..client.registration.metadata().clone()
    };
    Ok(Registration::validate(metadata)?.text)
}

fn replace(tx: &mut dyn Writing, client: &Client, replacement: &Replacement) -> Outcome<()> {
    if !tx
        .assertions_mut()
        .spend(&client.id, &replacement.proof_jti, replacement.proof_ends_at)?
    {
        return Err(Refusal::invalid_request("jti of the proof was used before; sign a new proof").into());
    }
    if !tx
        .clients_mut()
        .replace_metadata(&client.id, &client.registration.text, &replacement.metadata)?
    {
        return Err(Refusal::conflict(
            "the key of this device was replaced by another call meanwhile; see which one works",
        )
        .into());
    }
    tx.devices_mut().set_key(
        replacement.device_id,
        &replacement.answer.thumbprint,
        &replacement.key_type,
    )?;
    Ok(())
}

//! `POST {host}/devices/registration` and its status (onesid.md §3): a machine says who it is and waits.

use super::{DeviceDescription, DeviceRegistration, RegistrationState};
use crate::audit::{AuditEvent, chain};
use crate::client::Profile;
use crate::entropy::Entropy;
use crate::failure::{Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::store::{WaitingRegistrations, Writing};
use crate::text::{fold, is_showable, showable};
use crate::time::{Duration, Timestamp};
use countersign_jose::{JwkSet, PublicKey};
use countersign_protocol::device::{
    DeviceRole, RegistrationRequest, RegistrationStatus, RegistrationStatusAnswer,
};
use uuid::Uuid;

/// Registrations that one address may have waiting.
const PENDING_PER_ADDRESS: u32 = 10;
/// Registrations that may wait in all: an operator cannot look through more, and nobody may fill the store.
const PENDING_IN_ALL: u32 = 1000;
/// Draws of a verification code before we give up; with 40 random bits the second one is rare already.
const CODE_DRAWS: usize = 16;

/// What a machine is told, and what its operator compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The code that the machine prints and polls with, `XXXX-XXXX`.
    pub verification_code: String,
    /// RFC 7638 thumbprint of its key; the machine prints the same.
    pub thumbprint: String,
    /// When the registration ends undecided.
    pub expires_at: Timestamp,
}

/// Takes in a registration. `address` is where the request came from.
///
/// # Errors
/// `invalid_request`, naming the member to change; `too_many_requests`.
pub async fn register(
    provider: &Provider,
    request: RegistrationRequest,
    address: Option<String>,
) -> Outcome<Registered> {
    let now = provider.clock.now();
    let key = single_key("publicKey", &request.public_key)?;
    profile_for(&key)?;
    let description = description(&request)?;
    let mut registration = DeviceRegistration {
        verification_code: String::new(),
        description,
        jwk: serde_json::to_string(key.jwk())
            .map_err(|error| Fault::new("writing a public key as JSON").with_source(error))?,
        thumbprint: key.jwk().thumbprint(),
        key_type: key.key_type().to_string(),
        address,
        requested_at: now,
        expires_at: now + provider.policy.lifetime.device_registration,
        state: RegistrationState::Pending,
    };
    let codes: Vec<_> = (0..CODE_DRAWS)
        .map(|_| VerificationCode::new(provider.entropy.as_ref()))
        .collect();
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            registration.description.domain = organisation_domain(tx, &registration.description.domain)?;
            let address = registration.address.as_deref();
            refuse_crowd(&tx.devices().waiting_registrations(now, address)?, now)?;
            insert(tx, &mut registration, codes)?;
            let event = AuditEvent::new(now, "system", "device.register", subject(&registration))
                .with("thumbprint", &registration.thumbprint)
                .with("address", registration.address.as_deref().unwrap_or("unknown"));
            chain::record(tx, &audit, event)?;
            Ok(Registered {
                verification_code: registration.verification_code,
                thumbprint: registration.thumbprint,
                expires_at: registration.expires_at,
            })
        })
        .await
}

/// Tells a machine where its registration stands. An expired one is `rejected` and not unknown: published machines
/// ask again without a pause after a 404 (onesid.md C12).
///
/// # Errors
/// `not_found`: there is no registration with this code.
pub async fn status(provider: &Provider, code: &str) -> Outcome<RegistrationStatusAnswer> {
    let now = provider.clock.now();
    let code = VerificationCode::parse(code).ok_or_else(unknown_code)?;
    let registration = provider
        .store
        .read(move |tx| Ok(tx.devices().registration(&code.0)?))
        .await?;
    let registration = registration.ok_or_else(unknown_code)?;
    let answer = |status, reason: Option<&str>| RegistrationStatusAnswer {
        status,
        device_id: None,
        client_id: None,
        reason: reason.map(str::to_owned),
    };
    Ok(match &registration.state {
        RegistrationState::Pending if now >= registration.expires_at => answer(
            RegistrationStatus::Rejected,
            Some("no operator decided in time; register again"),
        ),
        RegistrationState::Pending => answer(RegistrationStatus::Pending, None),
        RegistrationState::Rejected { reason, .. } => answer(RegistrationStatus::Rejected, reason.as_deref()),
        RegistrationState::Approved {
            device_id, client_id, ..
        } => {
            let client_id: Uuid = client_id.as_str().parse().map_err(|_| {
                Fault::corrupt(
                    "device_registration",
                    &registration.verification_code,
                    "client_id is not a UUID",
                )
            })?;
            RegistrationStatusAnswer {
                device_id: Some(device_id.0),
                client_id: Some(client_id),
                ..answer(RegistrationStatus::Approved, None)
            }
        }
    })
}

/// A verification code in its one stored form, `XXXX-XXXX`: 40 random bits, safe in a URL and read out over a phone
/// without mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VerificationCode(pub(super) String);

impl VerificationCode {
    /// 32 letters and digits without I, O, 0 and 1, so that a random byte maps to one without bias.
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    fn new(entropy: &dyn Entropy) -> Self {
        let letter = |byte: u8| {
            Self::ALPHABET
                .get(usize::from(byte % 32))
                .copied()
                .map_or('A', char::from)
        };
        Self::joined(&entropy.bytes::<8>().map(letter))
    }

    /// Reads a code in any case, with or without the dash.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let typed: Vec<char> = text
            .trim()
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let legal = typed
            .iter()
            .all(|c| u8::try_from(*c).is_ok_and(|byte| Self::ALPHABET.contains(&byte)));
        typed
            .try_into()
            .ok()
            .filter(|_| legal)
            .map(|letters: [char; 8]| Self::joined(&letters))
    }

    fn joined(letters: &[char; 8]) -> Self {
        let (left, right) = letters.split_at(4);
        Self(left.iter().chain(&['-']).chain(right).collect())
    }
}

pub(super) fn unknown_code() -> Refusal {
    Refusal::not_found(
        "there is no registration with this verification code; compare it with what the machine prints",
    )
}

pub(super) fn subject(registration: &DeviceRegistration) -> String {
    format!("registration:{}", registration.verification_code)
}

/// The profile of a device with this key: `onesid` with all its quirks, but `standard` for a key that no deployed
/// device has (Ed25519), since the quirks do not know it.
///
/// # Errors
/// `invalid_request`: the key may not be used for signatures.
pub(super) fn profile_for(key: &PublicKey) -> Result<Profile, Refusal> {
    let fits = |profile: &Profile| {
        profile
            .algorithms()
            .iter()
            .any(|algorithm| key.supports(*algorithm))
    };
    [Profile::OnesId, Profile::Standard]
        .into_iter()
        .find(fits)
        .ok_or_else(|| {
            Refusal::invalid_request("the public key must be for signatures; check its alg, use and key_ops")
        })
}

/// The one key of a JWK Set that came as `member`.
pub(super) fn single_key(member: &'static str, jwks: &serde_json::Value) -> Result<PublicKey, Refusal> {
    let refused = |error: &dyn std::fmt::Display| Refusal::invalid_request(format!("{member}: {error}"));
    let set = JwkSet::parse(jwks).map_err(|error| refused(&error))?;
    let [jwk] = set.keys() else {
        return Err(Refusal::invalid_request(format!(
            "{member} must be a JWK Set with exactly one key"
        )));
    };
    PublicKey::from_jwk(jwk).map_err(|error| refused(&error))
}

fn description(request: &RegistrationRequest) -> Result<DeviceDescription, Refusal> {
    let role = DeviceRole::parse(&request.role).ok_or_else(|| {
        let words = DeviceRole::ALL.map(|(_, word)| word).join(", ");
        Refusal::invalid_request(format!("role must be one of {words}"))
    })?;
    if request.title.trim().is_empty() {
        return Err(Refusal::invalid_request(
            "title is empty; give the machine a name that its operator knows",
        ));
    }
    let system = [
        &request.operating_system,
        &request.operating_system_release,
        &request.system_architecture,
    ];
    let system: Vec<_> = system
        .iter()
        .map(|part| showable(part.trim(), 100))
        .filter(|part| !part.is_empty())
        .collect();
    Ok(DeviceDescription {
        title: shown("title", &request.title)?,
        location: shown("location", &request.location)?,
        domain: fold(&shown("domain", &request.domain)?),
        role,
        system: system.join(" "),
        memory: request.system_memory,
    })
}

/// The operator decides by what is shown, so nothing may be shown other than it is.
fn shown(member: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > 100 || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "{member} must have at most 100 characters, and no control or invisible ones"
        )));
    }
    Ok(text.to_owned())
}

/// The domain of the organisation that answers to the name; which others there are is not told.
fn organisation_domain(tx: &mut dyn Writing, name: &str) -> Outcome<String> {
    let organisation = tx.organisations().by_name(name)?;
    let organisation = organisation.ok_or_else(|| {
        Refusal::invalid_request(
            "domain is not one of this provider's organisations; check its spelling and the host",
        )
    })?;
    Ok(organisation.domain)
}

fn refuse_crowd(waiting: &WaitingRegistrations, now: Timestamp) -> Result<(), Refusal> {
    let until = |ends: Option<Timestamp>| ends.map_or(Duration::from_secs(1), |ends| ends.since(now));
    if waiting.near >= PENDING_PER_ADDRESS {
        return Err(Refusal::too_many_requests(
            until(waiting.first_near_ends_at),
            "too many registrations from this address wait for a decision; ask the operator to decide, or come back",
        ));
    }
    if waiting.all >= PENDING_IN_ALL {
        return Err(Refusal::too_many_requests(
            until(waiting.first_ends_at),
            "too many registrations wait for a decision; come back later",
        ));
    }
    Ok(())
}

fn insert(
    tx: &mut dyn Writing,
    registration: &mut DeviceRegistration,
    codes: Vec<VerificationCode>,
) -> Result<(), Fault> {
    for code in codes {
        registration.verification_code = code.0;
        if tx.devices_mut().insert_registration(registration)? {
            return Ok(());
        }
    }
    Err(Fault::temporary(
        "every drawn verification code was taken; the source of randomness may be broken",
    ))
}

#[cfg(test)]
mod tests {
    use super::VerificationCode;

    #[test]
    fn a_code_is_read_in_any_case_and_without_its_dash() {
        let code = VerificationCode::parse("ABCD-2345").unwrap();
        assert_eq!(code.0, "ABCD-2345");
        assert_eq!(VerificationCode::parse(" abcd2345 ").unwrap(), code);
        assert_eq!(VerificationCode::parse("ab-cd-23-45").unwrap(), code);
    }

    #[test]
    fn what_is_no_code_is_not_read_as_one() {
        for text in [
            "",
            "None",
            "ABCD-234",
            "ABCD-23456",
            "ABCD-2340",
            "ABCI-2345",
            "ÄBCD-2345",
            "../../x",
        ] {
            assert!(VerificationCode::parse(text).is_none(), "{text}");
        }
    }
}

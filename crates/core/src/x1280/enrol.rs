//! A phone takes on a credential (X.1280 §8.1; profile §5): `POST {host}/enroll/challenge`, `POST {host}/enroll`.
//!
//! The phone proves that it holds the key; then the credential makes a person and a phone, or joins those that are
//! there already. From then on the phone also answers every other request to its person.

use super::credential::{self, VerifiedCredential};
use super::join::Newcomer;
use super::{Credential, Enrolment, EnrolmentChallenge, TokenId, answer, sealed, spki};
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::EnrolmentId;
use crate::provider::Provider;
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::{Reading, Writing};
use crate::time::Timestamp;
use countersign_jose::{KeyType, PublicKey};
use countersign_protocol::authenticator::EnrolmentAnswer;
use countersign_protocol::x1280::{EnrollAnswer, EnrollChallenge, EnrollRequest};

/// Makes a challenge for the proof of possession, single use.
///
/// # Errors
/// A fault of the store.
pub async fn challenge(provider: &Provider) -> Outcome<EnrollChallenge> {
    let (now, lifetime) = (provider.clock.now(), provider.policy.x1280.challenge);
    let text = OpaqueToken::new(&*provider.entropy, now);
    let row = EnrolmentChallenge {
        digest: text.digest(),
        created_at: now,
        expires_at: now + lifetime,
        spent_at: None,
    };
    provider
        .store
        .write(move |tx| Ok(tx.enrolments_mut().insert_challenge(&row)?))
        .await?;
    Ok(EnrollChallenge {
        challenge: text.reveal().to_owned(),
        expires_in: lifetime.as_secs(),
    })
}

/// Enrols a credential on a phone.
///
/// # Errors
/// `invalid_request`: credential, key, proof or challenge is not good, or phone and credential belong to two people;
/// `conflict`: the credential is revoked, or is on a phone already.
pub async fn enrol(provider: &Provider, request: EnrollRequest) -> Outcome<EnrollAnswer> {
    let now = provider.clock.now();
    check_device_id(&request.device_id)?;
    let key = read_key(&request.public_key_pem)?;
    let credential = credential::verify(provider, &request.vds_data).await?;
    let challenge = check_proof(provider, &request, &key, &credential.token_id)?;
    let work = Work {
        id: EnrolmentId::new(&*provider.entropy),
        newcomer: Newcomer::new(provider, &request.device_id, &key, &credential.person)?,
        sealed_claims: sealed::seal_claims(provider, &credential.person)?,
        credential,
        device_id: request.device_id,
        thumbprint: key.jwk().thumbprint(),
        challenge,
        issuer: provider.host.issuer(),
        now,
    };
    let audit_key = provider.audit_key();
    provider.store.write(move |tx| work.write(tx, &audit_key)).await
}

/// It is a part of a signed text whose parts are joined by `|`.
fn check_device_id(text: &str) -> Result<(), Refusal> {
    let legal = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'|';
    if (1..=128).contains(&text.len()) && text.bytes().all(legal) && !text.trim().is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid_request(
            "deviceId must be 1 to 128 printable ASCII characters other than |",
        ))
    }
}

fn read_key(pem: &str) -> Result<PublicKey, Refusal> {
    spki::from_pem(pem)
        .filter(|key| key.key_type() == KeyType::P256)
        .ok_or_else(|| Refusal::invalid_request("publicKeyPem is not one public key on P-256 in PEM"))
}

/// The digest of the challenge that the phone answered; `None` for a phone that need not prove anything.
fn check_proof(
    provider: &Provider,
    request: &EnrollRequest,
    key: &PublicKey,
    token: &TokenId,
) -> Result<Option<TokenDigest>, Refusal> {
    let (challenge, proof) = match (&request.challenge, &request.proof_base64) {
        (Some(challenge), Some(proof)) => (challenge, proof),
        (None, None) if provider.policy.x1280.danger_enroll_without_proof => return Ok(None),
        _ => {
            return Err(Refusal::invalid_request(
                "challenge and proofBase64 are both needed; get a challenge at /enroll/challenge",
            ));
        }
    };
    let message = EnrollRequest::proof_message(challenge, token.as_str(), &request.device_id);
    let signature = answer::decode(proof)
        .ok_or_else(|| Refusal::invalid_request("proofBase64 is neither base64 nor base64url"))?;
    if !answer::is_signature(key, &message, &signature) {
        return Err(Refusal::invalid_request(
            "proofBase64 is not a signature by publicKeyPem over challenge, tokenId and deviceId",
        ));
    }
    Ok(Some(OpaqueToken::presented(challenge).digest()))
}

/// Everything that the transaction needs.
struct Work {
    id: EnrolmentId,
    newcomer: Newcomer,
    credential: VerifiedCredential,
    sealed_claims: Vec<u8>,
    device_id: String,
    thumbprint: String,
    challenge: Option<TokenDigest>,
    issuer: String,
    now: Timestamp,
}

impl Work {
    /// All refusals stand before the first row of a person or a phone: a refusal commits.
    fn write(self, tx: &mut dyn Writing, audit_key: &AuditKey) -> Outcome<EnrollAnswer> {
        if let Some(challenge) = &self.challenge {
            spend(tx, challenge, self.now)?;
        }
        let known = self.check_credential(&*tx)?;
        let owner = known.as_ref().and_then(|known| known.user_id);
        let proven = self.challenge.is_some();
        let joined = self
            .newcomer
            .join(tx, audit_key, &self.thumbprint, proven, owner, self.now)?;
        let credential = Credential {
            token_id: self.credential.token_id.clone(),
            origin: Some(self.credential.origin.clone()),
            user_id: Some(joined.user.id),
            sealed_claims: Some(self.sealed_claims),
            recorded_at: self.now,
            revoked: None,
        };
        let enrolment = Enrolment {
            id: self.id,
            token_id: credential.token_id.clone(),
            authenticator_id: joined.phone.id,
            device_id: self.device_id,
            enrolled_at: self.now,
            revoked_at: None,
        };
        if !tx.credentials_mut().put(&credential)? || !tx.enrolments_mut().insert(&enrolment)? {
            return Err(Fault::corrupt(
                "credentials",
                &enrolment.token_id,
                "it changed within a transaction",
            )
            .into());
        }
        let event = AuditEvent::new(
            self.now,
            format!("authenticator:{}", joined.phone.id),
            "credential.enrol",
            format!("credential:{}", enrolment.token_id),
        )
        .with("user", joined.user.id)
        .with("issuer", &self.credential.origin.issuer)
        .with("proven", proven);
        record(tx, audit_key, event)?;
        let ends = self.credential.origin.expires_at;
        Ok(EnrollAnswer {
            enrolled: true,
            token_id: enrolment.token_id.to_string(),
            expires_at: ends.map(Timestamp::rfc3339),
            authenticator: EnrolmentAnswer {
                id: joined.phone.id.0,
                client_id: joined.phone.client_id.to_string(),
                user_id: joined.user.id.0,
                username: joined.user.username.to_string(),
                issuer: self.issuer,
            },
        })
    }

    /// What is known of the credential; it may be enrolled.
    fn check_credential(&self, tx: &dyn Reading) -> Outcome<Option<Credential>> {
        let token = &self.credential.token_id;
        let known = tx.credentials().by_id(token)?;
        if let Some(known) = &known {
            if known.revoked.is_some() {
                return Err(Refusal::conflict("this credential is revoked").into());
            }
            let issuer = known.origin.as_ref().map(|origin| &origin.issuer);
            if issuer.is_some_and(|issuer| *issuer != self.credential.origin.issuer) {
                return Err(
                    Refusal::invalid_request("a credential of another issuer has this tokenId").into(),
                );
            }
        }
        // X.1280 profile §5: one credential, one active phone.
        if tx
            .enrolments()
            .of_token(token)?
            .is_some_and(|enrolment| enrolment.revoked_at.is_none())
        {
            return Err(Refusal::conflict(
                "this credential is on a phone already; that phone has to be revoked first",
            )
            .into());
        }
        Ok(known)
    }
}

fn spend(tx: &mut dyn Writing, digest: &TokenDigest, now: Timestamp) -> Outcome<()> {
    let living = tx
        .enrolments()
        .challenge(digest)?
        .is_some_and(|challenge| now < challenge.expires_at);
    if living && tx.enrolments_mut().spend_challenge(digest, now)? {
        return Ok(());
    }
    Err(Refusal::invalid_request("the challenge is not known, was used or has ended; get a new one").into())
}

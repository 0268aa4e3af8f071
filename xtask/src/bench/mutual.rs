//! Who takes part in mutual sign-in (X.1280) on our side: services with their credentials, and people whose phones have
//! enrolled theirs.

use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url, public_pem};
use countersign_protocol::x1280::{
    EnrollAnswer, EnrollChallenge, EnrollRequest, IdentityScope, InitiateAnswer, InitiateRequest,
    VerifyRequest, verification_message,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::net::SocketAddr;

use super::sign::{BATCH, unix_seconds};
use super::wire::{self, Answer, Connection};

/// People, each with a credential and a phone: so many browsers can wait, each for another person.
pub(crate) const PEOPLE: usize = BATCH;
/// Services: each pair of a service and a person may have one session, so thousands can wait together.
pub(crate) const SERVICES: usize = 10;

/// What every service asks for.
pub(crate) const SCOPES: [IdentityScope; 2] = [IdentityScope::Name, IdentityScope::AgeOver18];

/// Services and people that know each other.
pub(crate) struct Mutual {
    /// `serviceVds` of each service.
    services: Vec<String>,
    people: Vec<Person>,
}

/// A person with an enrolled credential.
struct Person {
    token_id: String,
    /// That of the phone.
    key: PrivateKey,
}

/// A credential that was issued to a person.
pub(crate) struct Issued {
    pub(crate) text: String,
    pub(crate) token_id: String,
}

impl Mutual {
    /// Enrols each credential on a phone of its own (X.1280 profile §5).
    ///
    /// # Errors
    /// The server refuses one.
    pub(crate) async fn enrol(
        address: SocketAddr,
        services: Vec<String>,
        issued: Vec<Issued>,
    ) -> Result<Self, String> {
        let mut connection = Connection::open(address).await?;
        let mut people = Vec::with_capacity(issued.len());
        for credential in issued {
            people.push(Person::enrol(&mut connection, credential).await?);
        }
        Ok(Self { services, people })
    }

    /// A service asks for a person, and proves who it is.
    ///
    /// # Errors
    /// There is no such pair.
    pub(crate) fn initiate(&self, service: usize, person: usize) -> Result<Vec<u8>, String> {
        let request = InitiateRequest {
            token_id: self.person(person)?.token_id.clone(),
            service_id: None,
            service_vds: self.services.get(service).cloned(),
            service_assertion: None,
            scopes: Some(scopes()),
        };
        wire::json("/auth/initiate", None, &request)
    }

    /// A person approves: the phone signs.
    ///
    /// # Errors
    /// There is no such person, or no signature.
    pub(crate) fn verify(&self, person: usize, session: &InitiateAnswer) -> Result<Vec<u8>, String> {
        let person = self.person(person)?;
        let (timestamp, granted) = (unix_seconds(), scopes());
        let (id, otp) = (&session.session_id, &session.auto_password);
        let message = verification_message(id, otp, timestamp, Some(&granted));
        let request = VerifyRequest {
            session_id: id.clone(),
            token_id: person.token_id.clone(),
            otp: otp.clone(),
            timestamp,
            signature_base64: person.sign(&message)?,
            granted_scopes: Some(granted),
        };
        wire::json("/auth/verify", None, &request)
    }

    fn person(&self, person: usize) -> Result<&Person, String> {
        let person = self.people.get(person);
        person.ok_or_else(|| "there is no such person".to_owned())
    }
}

impl Person {
    async fn enrol(connection: &mut Connection, issued: Issued) -> Result<Self, String> {
        const DEVICE: &str = "bench";
        let key = PrivateKey::generate(KeyType::P256).map_err(|error| format!("a phone's key: {error}"))?;
        let Issued { text, token_id } = issued;
        let person = Self { token_id, key };
        let request = wire::json("/enroll/challenge", None, &json!({}))?;
        let challenge = read::<EnrollChallenge>(&connection.exchange(&request).await?)?.challenge;
        let proof = EnrollRequest::proof_message(&challenge, &person.token_id, DEVICE);
        let request = EnrollRequest {
            vds_data: text,
            public_key_pem: public_pem(person.key.public()),
            device_id: DEVICE.to_owned(),
            fcm_token: None,
            challenge: Some(challenge),
            proof_base64: Some(person.sign(&proof)?),
        };
        let request = wire::json("/enroll", None, &request)?;
        read::<EnrollAnswer>(&connection.exchange(&request).await?)?;
        Ok(person)
    }

    /// Signs a text, r‖s in base64url.
    fn sign(&self, text: &str) -> Result<String, String> {
        let signature = self.key.sign(Algorithm::Es256, text.as_bytes());
        signature
            .map(|bytes| base64url::encode(&bytes))
            .map_err(|error| format!("a phone's signature: {error}"))
    }
}

fn scopes() -> Vec<String> {
    SCOPES.map(|scope| scope.as_str().to_owned()).to_vec()
}

/// Reads a good answer.
///
/// # Errors
/// It is none.
pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, String> {
    if answer.status != 200 {
        return Err(format!("a mutual sign-in was refused: {}", answer.text()));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| format!("an answer to a mutual sign-in: {error}: {}", answer.text()))
}

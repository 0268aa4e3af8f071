//! Who takes part in mutual sign-in (X.1280) on our side: services with their credentials, and people who have enrolled
//! theirs on their phones.

use countersign_protocol::x1280::{
    EnrollAnswer, EnrollChallenge, EnrollRequest, IdentityScope, InitiateAnswer, InitiateRequest,
    VerifyRequest, verification_message,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;

use super::load::LANES;
use super::phone::Phone;
use super::sign::unix_seconds;
use super::wire::{self, Answer, Connection};

/// Services: each pair of a service and a person may have one session, so thousands can wait together.
pub(crate) const SERVICES: usize = 10 * LANES;

/// What every service asks for.
pub(crate) const SCOPES: [IdentityScope; 2] = [IdentityScope::Name, IdentityScope::AgeOver18];

/// Services and people that know each other.
pub(crate) struct Mutual {
    /// `serviceVds` of each service.
    services: Vec<String>,
    /// `tokenId` of each person's credential, enrolled on the phone at the same place.
    credentials: Vec<String>,
    phones: Arc<Vec<Phone>>,
}

/// A credential that was issued to a person.
pub(crate) struct Issued {
    pub(crate) text: String,
    pub(crate) token_id: String,
}

impl Mutual {
    /// Enrols each credential on the phone at the same place (X.1280 profile §5).
    ///
    /// # Errors
    /// The server refuses one.
    pub(crate) async fn enrol(
        address: SocketAddr,
        phones: Arc<Vec<Phone>>,
        services: Vec<String>,
        issued: Vec<Issued>,
    ) -> Result<Self, String> {
        let mut connection = Connection::open(address).await?;
        let mut credentials = Vec::with_capacity(issued.len());
        for (phone, credential) in phones.iter().zip(issued) {
            credentials.push(enrol(&mut connection, phone, credential).await?);
        }
        Ok(Self {
            services,
            credentials,
            phones,
        })
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> usize {
        self.credentials.len()
    }

    /// A service asks for a person, and proves who it is.
    ///
    /// # Errors
    /// There is no such pair.
    pub(crate) fn initiate(&self, service: usize, person: usize) -> Result<Vec<u8>, String> {
        let request = InitiateRequest {
            token_id: self.credential(person)?.to_owned(),
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
        let phone = self.phones.get(person).ok_or("there is no such phone")?;
        let (timestamp, granted) = (unix_seconds(), scopes());
        let (id, otp) = (&session.session_id, &session.auto_password);
        let message = verification_message(id, otp, timestamp, Some(&granted));
        let request = VerifyRequest {
            session_id: id.clone(),
            token_id: self.credential(person)?.to_owned(),
            otp: otp.clone(),
            timestamp,
            signature_base64: phone.sign_text(&message)?,
            granted_scopes: Some(granted),
        };
        wire::json("/auth/verify", None, &request)
    }

    fn credential(&self, person: usize) -> Result<&str, String> {
        let credential = self.credentials.get(person);
        credential
            .map(String::as_str)
            .ok_or_else(|| "there is no such credential".to_owned())
    }
}

fn scopes() -> Vec<String> {
    SCOPES.map(|scope| scope.as_str().to_owned()).to_vec()
}

/// The phone's key is that of a person who is known already: the credential joins them.
async fn enrol(connection: &mut Connection, phone: &Phone, issued: Issued) -> Result<String, String> {
    const DEVICE: &str = "bench";
    let request = wire::json("/enroll/challenge", None, &json!({}))?;
    let challenge = read::<EnrollChallenge>(&connection.exchange(&request).await?)?.challenge;
    let proof = EnrollRequest::proof_message(&challenge, &issued.token_id, DEVICE);
    let request = EnrollRequest {
        vds_data: issued.text,
        public_key_pem: phone.public_pem(),
        device_id: DEVICE.to_owned(),
        fcm_token: None,
        challenge: Some(challenge),
        proof_base64: Some(phone.sign_text(&proof)?),
    };
    let request = wire::json("/enroll", None, &request)?;
    Ok(read::<EnrollAnswer>(&connection.exchange(&request).await?)?.token_id)
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

//! The device of our side: registered and approved as machines are, it shows codes and asks for personal data.

use countersign_jose::KeyType;
use countersign_protocol::consent::{ClaimName, ConsentRequest, ContentAsked};
use countersign_protocol::device::{
    DeviceRole, RegistrationAnswer, RegistrationRequest, RegistrationStatusAnswer,
};
use countersign_protocol::qr::{MakeRequest, StatusRequest};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;

use super::sign::{DEVICE, Service};
use super::wire::{self, Answer, Connection};

/// Host name of the device's application: it asks for personal data in this one's name and no other.
pub(crate) const HOSTNAME: &str = "shop.bench.example";

/// A device with an application, and whom it asks.
pub(crate) struct Device {
    /// Its client.
    pub(crate) service: Service,
    /// User ids.
    people: Vec<String>,
}

impl Device {
    /// Registers a machine with an RSA key, as published clients have it; `approve` is the operator, who gets the
    /// verification code.
    ///
    /// # Errors
    /// The server or the operator refuses it.
    pub(crate) async fn register(
        address: SocketAddr,
        people: Vec<String>,
        approve: impl FnOnce(&str) -> Result<(), String>,
    ) -> Result<Self, String> {
        let mut service = Service::new(DEVICE, KeyType::Rsa2048)?;
        let request = RegistrationRequest {
            public_key: service.jwks(),
            title: "Benchmark".to_owned(),
            location: "Bench".to_owned(),
            domain: "bench.example".to_owned(),
            role: DeviceRole::Server.as_str().to_owned(),
            operating_system: String::new(),
            operating_system_release: String::new(),
            system_architecture: String::new(),
            system_memory: 0,
        };
        let mut connection = Connection::open(address).await?;
        let request = wire::json("/devices/registration", None, &request)?;
        let code = read::<RegistrationAnswer>(&connection.exchange(&request).await?, 201)?.verification_code;
        approve(&code)?;
        let request = wire::get(&format!("/devices/registration/status/{code}"), None);
        let status: RegistrationStatusAnswer = read(&connection.exchange(&request).await?, 200)?;
        service.id = status
            .client_id
            .ok_or("the device is approved and has no client id")?
            .to_string();
        Ok(Self { service, people })
    }

    /// Makes a QR session.
    ///
    /// # Errors
    /// The request cannot be written.
    pub(crate) fn make_session(token: &str) -> Result<Vec<u8>, String> {
        wire::json("/oidc/qr/make", Some(token), &MakeRequest::default())
    }

    /// Looks at a QR session.
    ///
    /// # Errors
    /// The request cannot be written.
    pub(crate) fn look_at_session(token: &str, session_id: String) -> Result<Vec<u8>, String> {
        wire::json("/oidc/qr/status", Some(token), &StatusRequest { session_id })
    }

    /// Asks for consent; each lane asks its own person.
    ///
    /// # Errors
    /// The request cannot be written.
    pub(crate) fn ask_consent(&self, token: &str, n: usize) -> Result<Vec<u8>, String> {
        let subject = n.checked_rem(self.people.len()).and_then(|n| self.people.get(n));
        let asked = |name: ClaimName, required| ContentAsked {
            name: name.as_str().to_owned(),
            required: Some(required),
        };
        let request = ConsentRequest {
            subject: subject.cloned().unwrap_or_default(),
            resource: format!("https://{HOSTNAME}"),
            content: vec![asked(ClaimName::Email, true), asked(ClaimName::FirstName, false)],
            reason: "To send order 4711".to_owned(),
        };
        wire::json("/oidc/consent", Some(token), &request)
    }

    /// Reads how a consent stands.
    pub(crate) fn look_at_consent(token: &str, id: &str) -> Vec<u8> {
        wire::get(&format!("/oidc/consent/{id}"), Some(token))
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, status: u16) -> Result<T, String> {
    if answer.status != status {
        return Err(format!("the device was refused: {}", answer.text()));
    }
    serde_json::from_slice(&answer.body).map_err(|error| format!("an answer to the device: {error}"))
}

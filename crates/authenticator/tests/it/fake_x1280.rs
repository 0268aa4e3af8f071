//! The X.1280 surface of the fake provider. It checks what the phone signs with the key that the phone enrolled.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::post;
use countersign_authenticator::Credential;
use countersign_jose::{Algorithm, Jwk, PublicKey, base64url};
use countersign_protocol::approval::{ApprovalItem, ApprovalStatus};
use countersign_protocol::authenticator::EnrolmentAnswer;
use countersign_protocol::x1280::{
    EnrollAnswer, EnrollChallenge, EnrollRequest, RejectRequest, VerifyAnswer, VerifyRequest, X1280Error,
    rejection_message, verification_message,
};
use serde_json::json;
use uuid::Uuid;

use crate::fake_provider::{FakeProvider, Memory, Phone};

/// What happened, and what goes wrong.
#[derive(Default)]
pub(crate) struct Surface {
    pub(crate) challenges: Vec<String>,
    pub(crate) enrolments: Vec<EnrollRequest>,
    pub(crate) verifications: Vec<VerifyRequest>,
    pub(crate) rejections: Vec<RejectRequest>,
    /// Status, code and sentence to refuse everything with.
    pub(crate) refusal: Option<(u16, &'static str, &'static str)>,
    /// The client id to name in every enrolment, if not the right one.
    pub(crate) other_client: Option<String>,
    /// The credential to name in every enrolment, if not the right one.
    pub(crate) other_token: Option<String>,
}

pub(crate) fn routes() -> Router<FakeProvider> {
    Router::new()
        .route("/enroll/challenge", post(challenge))
        .route("/enroll", post(enroll))
        .route("/auth/verify", post(verify))
        .route("/auth/reject", post(reject))
}

fn refused(status: u16, error: &str, message: &str) -> Response {
    let body = X1280Error {
        error: error.to_owned(),
        message: message.to_owned(),
    };
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn refusal(memory: &Memory) -> Option<Response> {
    let (status, error, message) = memory.x1280.refusal?;
    Some(refused(status, error, message))
}

/// The key in a PEM block of P-256: the point is at the end of the DER (RFC 5480 §2.2).
fn key(pem: &str) -> PublicKey {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.collect();
    let der = base64url::decode(&base64.replace('+', "-").replace('/', "_").replace('=', "")).unwrap();
    let (x, y) = der[der.len() - 64..].split_at(32);
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y) });
    PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap()
}

fn is_signed(key: &PublicKey, message: &str, signature: &str) -> bool {
    let signature = base64url::decode(signature).unwrap();
    key.verify(Algorithm::Es256, message.as_bytes(), &signature)
        .is_ok()
}

async fn challenge(State(provider): State<FakeProvider>) -> Response {
    provider.with(|memory| {
        if let Some(refusal) = refusal(memory) {
            return refusal;
        }
        let challenge = format!("challenge-{}", memory.x1280.challenges.len());
        memory.x1280.challenges.push(challenge.clone());
        Json(EnrollChallenge {
            challenge,
            expires_in: 300,
        })
        .into_response()
    })
}

async fn enroll(State(provider): State<FakeProvider>, Json(request): Json<EnrollRequest>) -> Response {
    provider.with(|memory| {
        let credential = Credential::read(&request.vds_data).unwrap();
        let key = key(&request.public_key_pem);
        let challenge = request.challenge.clone().unwrap();
        assert_eq!(memory.x1280.challenges.last(), Some(&challenge));
        let proven = EnrollRequest::proof_message(&challenge, credential.token_id(), &request.device_id);
        assert!(is_signed(&key, &proven, request.proof_base64.as_deref().unwrap()));
        let thumbprint = key.jwk().thumbprint();
        let known = memory
            .phones
            .iter()
            .position(|phone| phone.thumbprint == thumbprint);
        let number = known.unwrap_or(memory.phones.len());
        let client_id = format!("RJq3ENpGMioYZetmY01r{number}");
        if known.is_none() {
            memory.phones.push(Phone {
                client_id: client_id.clone(),
                thumbprint,
                key,
            });
        }
        let token_id = credential.token_id().to_owned();
        memory.x1280.enrolments.push(request);
        let host = memory
            .other_issuer
            .clone()
            .unwrap_or_else(|| format!("{}/oidc", memory.host));
        Json(EnrollAnswer {
            enrolled: true,
            token_id: memory.x1280.other_token.clone().unwrap_or(token_id),
            expires_at: None,
            authenticator: EnrolmentAnswer {
                id: Uuid::from_u128(0xA),
                client_id: memory.x1280.other_client.clone().unwrap_or(client_id),
                user_id: Uuid::from_u128(0xB),
                username: "ann@example".to_owned(),
                issuer: host,
            },
        })
        .into_response()
    })
}

fn item(memory: &Memory, session_id: &str) -> ApprovalItem {
    let asks = |item: &&ApprovalItem| {
        item.mutual
            .as_ref()
            .is_some_and(|mutual| mutual.session_id == session_id)
    };
    memory.pending.iter().find(asks).unwrap().clone()
}

fn is_by_a_phone(memory: &Memory, message: &str, signature: &str) -> bool {
    let mut phones = memory.phones.iter();
    phones.any(|phone| is_signed(&phone.key, message, signature))
}

async fn verify(State(provider): State<FakeProvider>, Json(request): Json<VerifyRequest>) -> Response {
    provider.with(|memory| {
        if let Some(refusal) = refusal(memory) {
            return refusal;
        }
        let granted = request.granted_scopes.as_deref();
        let message = verification_message(&request.session_id, &request.otp, request.timestamp, granted);
        if !is_by_a_phone(memory, &message, &request.signature_base64) {
            return refused(
                401,
                "invalid_signature",
                "the answer is not signed by the enrolled key",
            );
        }
        let id = item(memory, &request.session_id).id;
        memory.x1280.verifications.push(request);
        memory.settle(id, ApprovalStatus::Approved);
        Json(VerifyAnswer {
            jwt: "e30.e30.AA".to_owned(),
            hash: "h".to_owned(),
            random: "00".to_owned(),
            expires_at: "2026-01-02T04:04:05Z".to_owned(),
        })
        .into_response()
    })
}

async fn reject(State(provider): State<FakeProvider>, Json(request): Json<RejectRequest>) -> Response {
    provider.with(|memory| {
        let message = rejection_message(&request.session_id, request.timestamp);
        assert!(is_by_a_phone(memory, &message, &request.signature_base64));
        let id = item(memory, &request.session_id).id;
        memory.x1280.rejections.push(request);
        memory.settle(id, ApprovalStatus::Denied);
        StatusCode::NO_CONTENT.into_response()
    })
}

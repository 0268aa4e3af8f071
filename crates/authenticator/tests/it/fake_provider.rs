//! A provider as far as a phone sees one, over real HTTP. It checks what the phone signs with the phone's key.
//!
//! The real provider lives in another crate, which tests the two together.
#![expect(
    clippy::result_large_err,
    reason = "a handler's refusal is a whole response of axum"
)]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::{delete, get, post};
use countersign_authenticator::Invitation;
use countersign_jose::{Jwk, PublicKey, UnverifiedJws, base64url};
use countersign_protocol::approval::{
    ApprovalHistory, ApprovalItem, ApprovalList, ApprovalStatus, Decision, DecisionAnswer, DecisionClaims,
    DecisionRequest, SettledItem,
};
use countersign_protocol::authenticator::{
    EnrolmentAnswer, EnrolmentProof, EnrolmentRequest, LoginHintTokenAnswer,
};
use countersign_protocol::consent::{ConsentItem, ConsentList};
use countersign_protocol::token::{CLIENT_ASSERTION_TYPE, JwtClaims, TokenAnswer};
use countersign_protocol::{ErrorBody, ErrorCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use url::form_urlencoded;
use uuid::Uuid;

use crate::fake_x1280::{self, Surface};

/// What the provider remembers; tests look into it and change it.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) host: String,
    pub(crate) invitations: Vec<(String, String)>,
    pub(crate) enrolments: Vec<(EnrolmentRequest, EnrolmentProof)>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) assertions: Vec<JwtClaims>,
    pub(crate) tokens: Vec<String>,
    pub(crate) pending: Vec<ApprovalItem>,
    pub(crate) history: Vec<SettledItem>,
    pub(crate) scans: Vec<Value>,
    pub(crate) scan_authorizations: Vec<Option<String>>,
    /// What to answer every scan with, instead of taking it.
    pub(crate) instead_of_a_scan: Option<fn() -> Response>,
    pub(crate) decisions: Vec<(String, DecisionClaims)>,
    pub(crate) consents: Vec<ConsentItem>,
    pub(crate) events: Vec<String>,
    pub(crate) resumed_from: Vec<Option<String>>,
    /// The issuer to name in the next enrolment, if not the right one.
    pub(crate) other_issuer: Option<String>,
    /// What to answer every request for the list with, instead of the list.
    pub(crate) instead_of_the_list: Option<fn() -> Response>,
    /// How many connections to the events are still refused with 503.
    pub(crate) events_down: usize,
    /// What happened on the X.1280 surface.
    pub(crate) x1280: Surface,
    streams: Vec<mpsc::UnboundedSender<String>>,
}

pub(crate) struct Phone {
    pub(crate) client_id: String,
    pub(crate) thumbprint: String,
    pub(crate) key: PublicKey,
}

#[derive(Clone)]
pub(crate) struct FakeProvider(Arc<Mutex<Memory>>);

impl FakeProvider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self(Arc::new(Mutex::new(Memory {
            host,
            ..Memory::default()
        })));
        let router = Router::new()
            .route("/authenticators", post(enrol))
            .route("/oidc/token", post(token))
            .route("/approvals", get(approvals))
            .route("/approvals/history", get(history))
            .route("/approvals/events", get(events))
            .route("/approvals/{id}/decision", post(decision))
            .route("/login-hint-tokens", post(login_hint_token))
            .route("/auth/oidc/bc-authorize", post(scan))
            .merge(fake_x1280::routes())
            .route("/consents", get(consents))
            .route("/consents/{id}", delete(revoke_consent))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Looks into the memory, or changes it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    pub(crate) fn host(&self) -> String {
        self.with(|memory| memory.host.clone())
    }

    /// Makes an invitation for a person: base64url(32 bytes || host).
    pub(crate) fn invite(&self, username: &str) -> String {
        self.with(|memory| {
            let number = u8::try_from(memory.invitations.len() + memory.enrolments.len()).unwrap();
            let text = base64url::encode(&[&[number; 32], memory.host.as_bytes()].concat());
            memory.invitations.push((text.clone(), username.to_owned()));
            text
        })
    }

    pub(crate) fn invitation(&self, username: &str) -> Invitation {
        Invitation::parse(&self.invite(username), None).unwrap()
    }

    /// A request arrives: it is pending, and every open stream hears of it.
    pub(crate) fn arrive(&self, item: &ApprovalItem) {
        self.with(|memory| {
            memory.pending.push(item.clone());
            memory.tell("approval", &json!(item));
        });
    }

    pub(crate) fn settle(&self, id: Uuid, status: ApprovalStatus) {
        self.with(|memory| memory.settle(id, status));
    }

    /// Breaks every open stream.
    pub(crate) fn cut_streams(&self) {
        self.with(|memory| memory.streams.clear());
    }
}

impl Memory {
    fn tell(&mut self, name: &str, data: &Value) {
        let id = self.events.len() + 1;
        let event = format!(": keep-alive\n\nid: {id}\nevent: {name}\ndata: {data}\n\n");
        self.streams.retain(|stream| stream.send(event.clone()).is_ok());
        self.events.push(event);
    }

    pub(crate) fn settle(&mut self, id: Uuid, status: ApprovalStatus) {
        self.pending.retain(|item| item.id != id);
        self.tell("settled", &json!({ "id": id, "status": status }));
    }

    fn phone_of(&self, headers: &HeaderMap) -> Result<&Phone, Response> {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = bearer
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let known = self.tokens.iter().any(|have| have == token);
        let phone = self.phones.iter().find(|phone| token.ends_with(&phone.client_id));
        phone
            .filter(|_| known)
            .ok_or_else(|| refuse(ErrorCode::InvalidToken, "the token is not known"))
    }
}

pub(crate) fn refuse(code: ErrorCode, description: &str) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap();
    let body = ErrorBody {
        error: code.to_string(),
        error_description: description.to_owned(),
    };
    (status, Json(body)).into_response()
}

/// Verifies a JWS by `key` and that its header says what the wire promises.
fn verified<T: serde::de::DeserializeOwned>(jws: &str, typ: &str, kid: &str, key: &PublicKey) -> T {
    let jws = UnverifiedJws::parse(jws).unwrap();
    assert_eq!(jws.header().typ(), Some(typ));
    assert_eq!(jws.header().kid(), Some(kid));
    jws.verify(key, key.natural_algorithm())
        .unwrap()
        .claims()
        .unwrap()
}

async fn enrol(State(provider): State<FakeProvider>, Json(request): Json<EnrolmentRequest>) -> Response {
    provider.with(|memory| {
        let Some(at) = memory
            .invitations
            .iter()
            .position(|(text, _)| *text == request.invitation)
        else {
            return refuse(ErrorCode::InvalidGrant, "the invitation is used or unknown");
        };
        let (_, username) = memory.invitations.remove(at);
        let jwk = Jwk::parse(&request.jwk).unwrap();
        let (thumbprint, key) = (jwk.thumbprint(), PublicKey::from_jwk(&jwk).unwrap());
        let proof: EnrolmentProof = verified(&request.proof, "enrolment+jwt", &thumbprint, &key);
        memory.enrolments.push((request, proof));
        let client_id = format!("RJq3ENpGMioYZetmY01r{}", memory.phones.len());
        memory.phones.push(Phone {
            client_id: client_id.clone(),
            thumbprint,
            key,
        });
        let answer = EnrolmentAnswer {
            id: Uuid::from_u128(0xA),
            client_id,
            user_id: Uuid::from_u128(0xB),
            username,
            issuer: memory
                .other_issuer
                .clone()
                .unwrap_or_else(|| format!("{}/oidc", memory.host)),
        };
        (StatusCode::CREATED, Json(answer)).into_response()
    })
}

async fn token(State(provider): State<FakeProvider>, body: Bytes) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        form.iter()
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.as_str())
            .unwrap()
    };
    assert_eq!(field("grant_type"), "client_credentials");
    assert_eq!(field("client_assertion_type"), CLIENT_ASSERTION_TYPE);
    provider.with(|memory| {
        let Some(phone) = memory
            .phones
            .iter()
            .find(|phone| phone.client_id == field("client_id"))
        else {
            return refuse(ErrorCode::InvalidClient, "the client is revoked");
        };
        let claims = verified(field("client_assertion"), "JWT", &phone.thumbprint, &phone.key);
        let token = format!("token-{}-{}", memory.tokens.len(), phone.client_id);
        memory.assertions.push(claims);
        memory.tokens.push(token.clone());
        Json(TokenAnswer {
            access_token: token,
            token_type: "Bearer".into(),
            expires_in: 600,
            scope: None,
            id_token: None,
            refresh_token: None,
        })
        .into_response()
    })
}

async fn approvals(State(provider): State<FakeProvider>, headers: HeaderMap) -> Result<Response, Response> {
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        if let Some(answer) = memory.instead_of_the_list {
            return Ok(answer());
        }
        Ok(Json(ApprovalList {
            approvals: memory.pending.clone(),
        })
        .into_response())
    })
}

async fn history(State(provider): State<FakeProvider>, headers: HeaderMap) -> Result<Response, Response> {
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        Ok(Json(ApprovalHistory {
            approvals: memory.history.clone(),
        })
        .into_response())
    })
}

async fn login_hint_token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    assert!(body.is_empty());
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        let answer = LoginHintTokenAnswer {
            kind: "login_hint_token".into(),
            value: "hint-1".into(),
            expires_in: 300,
        };
        Ok(Json(answer).into_response())
    })
}

async fn consents(State(provider): State<FakeProvider>, headers: HeaderMap) -> Result<Response, Response> {
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        Ok(Json(ConsentList {
            consents: memory.consents.clone(),
        })
        .into_response())
    })
}

async fn revoke_consent(
    State(provider): State<FakeProvider>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        let consent = memory.consents.iter_mut().find(|consent| consent.id == id);
        let Some(consent) = consent else {
            return Err(refuse(ErrorCode::NotFound, "there is no such consent"));
        };
        consent.revoked_at = Some("2026-01-02T03:05:00Z".into());
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

async fn scan(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    provider.with(|memory| {
        if let Some(answer) = memory.instead_of_a_scan {
            return answer();
        }
        let authorization = headers.get(header::AUTHORIZATION);
        memory
            .scan_authorizations
            .push(authorization.map(|value| value.to_str().unwrap().to_owned()));
        memory.scans.push(request);
        Json(json!({ "status": "scanned" })).into_response()
    })
}

async fn events(State(provider): State<FakeProvider>, headers: HeaderMap) -> Result<Response, Response> {
    provider.with(|memory| {
        memory.phone_of(&headers)?;
        if memory.events_down > 0 {
            memory.events_down -= 1;
            return Err(refuse(ErrorCode::TemporarilyUnavailable, "starting"));
        }
        let last = headers
            .get("last-event-id")
            .map(|id| id.to_str().unwrap().to_owned());
        let (sender, receiver) = mpsc::unbounded_channel();
        if let Some(seen) = last.as_deref().map(|id| id.parse::<usize>().unwrap()) {
            for missed in &memory.events[seen..] {
                sender.send(missed.clone()).unwrap();
            }
        }
        memory.resumed_from.push(last);
        memory.streams.push(sender);
        let pieces = futures_util::stream::unfold(receiver, |mut receiver| async {
            let piece = receiver.recv().await?;
            Some((Ok::<_, Infallible>(piece), receiver))
        });
        Ok((
            [(header::CONTENT_TYPE, "text/event-stream")],
            Body::from_stream(pieces),
        )
            .into_response())
    })
}

async fn decision(
    State(provider): State<FakeProvider>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<DecisionRequest>,
) -> Result<Response, Response> {
    provider.with(|memory| {
        let phone = memory.phone_of(&headers)?;
        let claims: DecisionClaims =
            verified(&request.decision, "approval+jwt", &phone.thumbprint, &phone.key);
        let Some(item) = memory.pending.iter().find(|item| item.id == id) else {
            return Err(refuse(ErrorCode::Conflict, "another phone decided first"));
        };
        assert_eq!(claims.digest, item.digest);
        let status = match claims.decision {
            Decision::Approved => ApprovalStatus::Approved,
            Decision::Denied => ApprovalStatus::Denied,
        };
        memory.decisions.push((request.decision, claims));
        memory.settle(id, status);
        Ok(Json(DecisionAnswer { id, status }).into_response())
    })
}

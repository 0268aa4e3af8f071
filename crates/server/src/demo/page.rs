//! A service's web page, which asks for a person and waits (X.1280 profile §1, §2).

use super::Told;
use super::service::{Answer, client, read};
use countersign_jose::{base64url, hash};
use countersign_protocol::x1280::{InitiateAnswer, SocketEvent};
use futures_util::StreamExt as _;
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything takes that the page waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A page whose session waits for the phone.
pub(super) struct Page {
    /// What the provider answered.
    pub(super) session: InitiateAnswer,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What the page is told in the end.
pub(super) struct Identity {
    /// The JWT.
    pub(super) jwt: String,
    /// The hash over session, JWT and random.
    hash: String,
}

impl Page {
    /// Asks for a person, and opens the socket of the session.
    pub(super) async fn ask(host: &str, request: &Value) -> Told<Self> {
        let (status, body) = post(host, request).await?;
        let session: InitiateAnswer = serde_json::from_value(body.clone())
            .map_err(|_| format!("the provider answered {status}: {body}"))?;
        let address = format!(
            "{}/ws/session/{}?token={}",
            host.replacen("http", "ws", 1),
            session.session_id,
            session.ws_token
        );
        let (socket, _) = connect_async(address)
            .await
            .map_err(|error| format!("the socket does not open: {error}"))?;
        let mut page = Self { session, socket };
        match page.next().await? {
            SocketEvent::OtpReady { .. } => Ok(page),
            _ => Err("the socket does not begin with otp_ready".to_owned()),
        }
    }

    /// Waits for the person's yes.
    pub(super) async fn approved(&mut self) -> Told<Identity> {
        match self.next().await? {
            SocketEvent::Approved { jwt, hash, .. } => Ok(Identity { jwt, hash }),
            SocketEvent::Rejected { reason } => Err(format!("the page was told: {reason}")),
            _ => Err("the session ended".to_owned()),
        }
    }

    /// Whether the answer is the provider's: nobody else has the response key (X.1280 profile §3).
    pub(super) fn is_genuine(&self, identity: &Identity, response_key: &str) -> Told<bool> {
        let key = base64url::decode(response_key)
            .map_err(|error| format!("the response key cannot be read: {error}"))?;
        let InitiateAnswer {
            session_id, random, ..
        } = &self.session;
        let covered = format!("{session_id}|{}|{random}", identity.jwt);
        let expected = base64url::encode(&hash::hmac_sha256(&key, covered.as_bytes()));
        Ok(hash::ct_eq(expected.as_bytes(), identity.hash.as_bytes()))
    }

    async fn next(&mut self) -> Told<SocketEvent> {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match frame.map_err(|_| "the socket says nothing")? {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text)
                        .map_err(|error| format!("the socket said something else: {error}"));
                }
                Some(Ok(Message::Ping(_))) => {}
                _ => return Err("the socket ended without an answer".to_owned()),
            }
        }
    }
}

async fn post(host: &str, request: &Value) -> Told<Answer> {
    let request = client()?.post(format!("{host}/auth/initiate")).json(request);
    read(request.send().await).await
}

/// The keys that verify identities (X.1280 profile §4).
pub(super) async fn identity_keys(host: &str) -> Told<Value> {
    let keys = client()?.get(format!("{host}/.well-known/jwks.json"));
    let (status, keys) = read(keys.send().await).await?;
    if status == 200 {
        Ok(keys)
    } else {
        Err(format!("the key set answered {status}"))
    }
}

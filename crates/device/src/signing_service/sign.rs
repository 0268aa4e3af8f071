//! `POST /sign` and `POST /signature` (onesid.md §12).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::{Extension, Json};
use countersign_jose::base64url;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::run::Inside;
use super::statement::{Kind, Rules, Statement, judge};
use crate::local::{Connection, Foreign, Peer, read_json, refuse_foreign_host};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignRequest {
    device_id: String,
    message: String,
}

/// The answer: the third part of the JWS, unpadded base64url.
#[derive(Serialize)]
pub(super) struct SignAnswer {
    signature: String,
}

pub(super) async fn post(
    State(inside): State<Arc<Inside>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SignAnswer>, Refusal> {
    let now = inside.clock.now().as_second();
    let signed = sign(&inside, connection, &headers, body, now).await;
    if let Err(refusal) = &signed
        && let Err(error) = inside.audit.refused(connection.peer, refusal, now)
    {
        // The caller gets nothing either way; the operator learns of both.
        (inside.complain)(&format!("the audit log cannot be written: {error}"));
    }
    signed
}

async fn sign(
    inside: &Inside,
    connection: Connection,
    headers: &HeaderMap,
    body: Body,
    now: i64,
) -> Result<Json<SignAnswer>, Refusal> {
    refuse_web_page(connection, headers)?;
    let peer = registered(inside, connection)?;
    let body = read_json(headers, body).await?;
    let request: SignRequest = serde_json::from_slice(&body).map_err(|_| Refusal::Shape)?;
    if !request.device_id.eq_ignore_ascii_case(&inside.device_id) {
        return Err(Refusal::Device);
    }
    let statement = judged(inside, peer, &request.message, now)?;
    let signature = inside
        .signer
        .sign(request.message.as_bytes())
        .await
        .map_err(|error| {
            (inside.complain)(&format!("the key cannot sign: {error}"));
            Refusal::Key
        })?;
    inside.audit.signed(peer, &statement, now).map_err(|error| {
        (inside.complain)(&format!("the audit log cannot be written: {error}"));
        Refusal::Audit
    })?;
    Ok(Json(SignAnswer {
        signature: base64url::encode(&signature),
    }))
}

/// A browser names the page that asks in `Origin` or `Sec-Fetch-Site`; programs send neither. Node's `fetch` sends
/// `Sec-Fetch-Mode`, which therefore tells nothing.
pub(super) fn refuse_web_page(connection: Connection, headers: &HeaderMap) -> Result<(), Foreign> {
    refuse_foreign_host(connection, headers)?;
    if headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site") {
        return Err(Foreign::Page);
    }
    Ok(())
}

fn registered(inside: &Inside, connection: Connection) -> Result<Peer, Refusal> {
    let peer = connection.peer.ok_or(Refusal::Unregistered(None))?;
    if inside.settings.callers.admits(peer) {
        Ok(peer)
    } else {
        Err(Refusal::Unregistered(Some(peer.uid)))
    }
}

fn judged(inside: &Inside, peer: Peer, message: &str, now: i64) -> Result<Statement, Refusal> {
    let rules = Rules {
        client_id: &inside.client_id,
        issuer: &inside.issuer,
        now,
        owner: inside.settings.callers.owns(peer),
    };
    match judge(message, &rules) {
        Err(_) if inside.settings.danger_sign_anything => Ok(Statement {
            kind: Kind::Anything,
            jti: None,
        }),
        judged => Ok(judged?),
    }
}

//! Sign-in by a code on the screen: the person's phone says who they are, and nobody types a username.

use super::sign_in::Cast;
use super::{Places, expect, text};
use crate::demo::Told;
use crate::demo::stage::Stage;
use countersign_core::qr::picture;
use serde_json::{Value, json};

/// Plays it.
pub(super) async fn play(stage: &mut Stage, places: &Places, cast: &Cast) -> Told<()> {
    stage.chapter("qr", "A sign-in by QR code");
    stage.step("The service shows a code");
    let token = cast.service.token(stage)?;
    let session = show(stage, cast, &token).await?;
    let hint = scan(stage, places, cast, &token, &session).await?;
    let auth_req_id = ask(stage, cast, &token, &session, &hint).await?;
    collect(stage, places, cast, &auth_req_id).await
}

async fn status(cast: &Cast, token: &str, session_id: &str) -> Told<Value> {
    let asked = json!({ "sessionId": session_id });
    expect(
        200,
        cast.service.post_json(token, "/qr/status", Some(&asked)).await?,
    )
}

async fn show(stage: &mut Stage, cast: &Cast, token: &str) -> Told<Value> {
    let session = expect(200, cast.service.post_json(token, "/qr/make", None).await?)?;
    let session_id = text(&session, "sessionId")?;
    stage.transcript.name(&session_id, "{sessionId}");
    let content = text(&session, "qrContent")?;
    if let Some(picture) = picture::terminal(&content) {
        stage.draw(&picture);
    }
    stage.say(&format!(
        "The provider makes a session; the code says `{content}`."
    ));
    stage.tell_calls(&["POST /oidc/token", "POST /oidc/qr/make"])?;
    Ok(session)
}

async fn scan(stage: &mut Stage, places: &Places, cast: &Cast, token: &str, session: &Value) -> Told<String> {
    stage.step("The phone scans it");
    let content = text(session, "qrContent")?;
    stage.run(
        "countersign-authenticator",
        &["--store", &places.phone, "scan", &content],
    )?;
    let seen = status(cast, token, &text(session, "sessionId")?).await?;
    let hint = text(&seen, "loginHintToken")?;
    stage.transcript.name(&hint, "{login_hint_token}");
    stage.say("The phone gave a login hint token that names its person, once; the service sees one for this session.");
    stage.tell_calls(&["POST /auth/oidc/bc-authorize", "POST /oidc/qr/status"])?;
    Ok(hint)
}

async fn ask(stage: &mut Stage, cast: &Cast, token: &str, session: &Value, hint: &str) -> Told<String> {
    stage.step("The service asks for the sign-in");
    let session_id = text(session, "sessionId")?;
    let parameters = json!({
        "scope": "openid profile", "login_hint_token": hint, "qr_session_id": session_id,
        "binding_message": "Sign in to Example.com on this screen",
    });
    let first = expect(200, cast.service.ask(stage, &parameters).await?)?;
    let again = expect(200, cast.service.ask(stage, &parameters).await?)?;
    let auth_req_id = text(&first, "auth_req_id")?;
    if auth_req_id != text(&again, "auth_req_id")? {
        return Err("asking twice for one session made two requests".to_owned());
    }
    stage.transcript.name(&auth_req_id, "{auth_req_id}");
    stage.say(
        "Published clients ask at every poll of the session; however often, one session makes one request.",
    );
    let seen = status(cast, token, &session_id).await?;
    if seen.get("authRequestId").and_then(Value::as_str) != Some(&auth_req_id) {
        return Err(format!("the session does not show its request: {seen}"));
    }
    stage.say("The session shows the request, and the login hint token is gone from it.");
    stage.tell_calls(&["POST /oidc/backchannel", "POST /oidc/qr/status"])?;
    Ok(auth_req_id)
}

async fn collect(stage: &mut Stage, places: &Places, cast: &Cast, auth_req_id: &str) -> Told<()> {
    stage.step("The person approves, the service collects");
    let list = stage.run_json(
        "countersign-authenticator",
        &["--store", &places.phone, "list", "--json"],
    )?;
    let id = text(list.get(0).ok_or("the phone shows no request")?, "id")?;
    stage.transcript.name(&id, "{approvalId}");
    stage.run(
        "countersign-authenticator",
        &["--store", &places.phone, "approve", &id],
    )?;
    let tokens = expect(200, cast.service.poll(stage, auth_req_id).await?)?;
    let claims = cast.service.validate(&text(&tokens, "id_token")?).await?;
    if text(&claims, "sub")? != cast.user_id {
        return Err("the ID token is about somebody else".to_owned());
    }
    stage.say(&format!(
        "The ID token is about {}: nobody typed that.",
        text(&claims, "preferred_username")?
    ));
    stage.tell_calls(&["POST /approvals/{id}/decision", "POST /oidc/token"])
}

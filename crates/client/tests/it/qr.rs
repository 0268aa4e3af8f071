//! Sign-in by a code that the person's phone scans.

use crate::fake_provider::{Answer, FakeProvider};
use crate::served::Served;
use countersign_client::{OpenIdconnectClient, QrCiba, QrSession, QrState};
use serde_json::{Value, json};
use std::time::Duration;

fn ciba() -> QrCiba {
    QrCiba::new("openid profile", "Till 4")
}

#[tokio::test]
async fn whoever_scans_the_code_is_asked_once_and_signed_in() {
    let served = Served::start().await;
    let client = served.client().await;
    let session = client.make_qr_auth_session_idp().await.unwrap();
    assert_eq!(session.state(), QrState::Waiting);
    assert_eq!(
        (session.expires_in().as_secs(), session.interval().as_secs()),
        (300, 3)
    );
    let content = session.content();
    assert!(content.cb_url.ends_with("/auth/oidc/bc-authorize"), "{content}");
    assert_eq!(content.session_id, session.session_id());

    let seen = client
        .verify_qr_auth_session_idp(&session, &ciba())
        .await
        .unwrap();
    assert_eq!((seen.state(), seen.auth_request_id()), (QrState::Waiting, None));
    served.scan(&content).await;
    let seen = client
        .verify_qr_auth_session_idp(&session, &ciba())
        .await
        .unwrap();
    assert_eq!(seen.state(), QrState::Requested);
    let again = client
        .verify_qr_auth_session_idp(&session, &ciba())
        .await
        .unwrap();
    assert_eq!(again.auth_request_id(), seen.auth_request_id());
    // Another process of the service knows nothing but the id.
    let elsewhere = QrSession::named(session.session_id());
    let elsewhere = served
        .client()
        .await
        .verify_qr_auth_session_idp(&elsewhere, &ciba())
        .await
        .unwrap();
    assert_eq!(elsewhere.auth_request_id(), seen.auth_request_id());

    served.decide("approved").await;
    let pending = client.ciba().resume(seen.request().unwrap().clone());
    let tokens = pending.wait().await.unwrap();
    let person = client.validate_id_token(&tokens).await.unwrap();
    assert_eq!(person.username.as_deref(), Some(served.phone.username.as_str()));
}

#[tokio::test]
async fn a_code_that_nobody_scans_ends() {
    let served = Served::start().await;
    let client = served.client().await;
    let session = client.make_qr_auth_session_idp().await.unwrap();
    let told = client.wait_for_qr_scan(&session, &ciba()).await.unwrap_err();
    assert_eq!(told.to_string(), "the QR session has ended; make a new one");
    let told = client
        .verify_qr_auth_session_idp(&session, &ciba())
        .await
        .unwrap_err();
    assert_eq!(told.to_string(), "the QR session has ended; make a new one");
}

#[tokio::test]
async fn a_code_that_was_scanned_before_the_waiting_began_is_found() {
    let served = Served::start().await;
    let client = served.client().await;
    let session = client.make_qr_auth_session_idp().await.unwrap();
    served.scan(&session.content()).await;
    let pending = client.wait_for_qr_scan(&session, &ciba()).await.unwrap();
    served.decide("approved").await;
    pending.wait().await.unwrap();
}

#[tokio::test]
async fn an_animated_code_changes_and_can_be_scanned_while_it_is_fresh() {
    let served = Served::start().await;
    let client = served.client().await;
    let session = client.make_animated_qr_auth_session_idp().await.unwrap();
    assert_eq!(session.refresh_in(), Some(Duration::from_secs(1)));
    served.world.clock.advance(Duration::from_secs(10));
    let fresh = client
        .verify_qr_auth_session_idp(&session, &ciba())
        .await
        .unwrap();
    assert_ne!(fresh.content(), session.content());
    assert!(fresh.content().m.is_some());
    served.scan(&fresh.content()).await;
    let seen = client.verify_qr_auth_session_idp(&fresh, &ciba()).await.unwrap();
    assert_eq!(seen.state(), QrState::Requested);
}

/// A provider whose session was scanned and that answers every request.
async fn scanned_fake() -> (FakeProvider, OpenIdconnectClient, QrSession) {
    let fake = FakeProvider::start().await;
    let device = json!({ "access_token": "device", "token_type": "Bearer", "expires_in": 600 });
    fake.on("/oidc/token", Answer::Json(200, device));
    fake.on("/oidc/qr/make", Answer::Json(200, session(&json!({}))));
    fake.on(
        "/oidc/qr/status",
        Answer::Json(200, session(&json!({ "loginHintToken": "of the phone" }))),
    );
    let started = json!({ "auth_req_id": "the-handle", "expires_in": 600, "interval": 3 });
    fake.on("/oidc/backchannel", Answer::Json(200, started));
    let client = fake.client().await;
    let made = client.make_qr_auth_session_idp().await.unwrap();
    (fake, client, made)
}

/// The session object of onesid.md §10.1 with what is required.
fn session(further: &Value) -> Value {
    let mut session = json!({
        "kind": "qr", "sessionId": "s1", "cbUrl": "https://idp.example/auth/oidc/bc-authorize", "expIn": 300,
        "interval": 3, "cibaRequestInvoked": false,
    });
    session
        .as_object_mut()
        .unwrap()
        .extend(further.as_object().unwrap().clone());
    session
}

#[tokio::test]
async fn fifty_looks_at_once_send_one_request_for_a_session() {
    let (fake, client, made) = scanned_fake().await;
    let ciba = ciba();
    let looks = (0..50).map(|_| client.verify_qr_auth_session_idp(&made, &ciba));
    for seen in futures_util::future::join_all(looks).await {
        assert_eq!(seen.unwrap().auth_request_id(), Some("the-handle"));
    }
    assert_eq!(fake.received("/oidc/backchannel").len(), 1);
}

#[tokio::test]
async fn a_request_that_was_refused_is_told_and_tried_again_at_the_next_look() {
    let (fake, client, made) = scanned_fake().await;
    let refused = Answer::Json(
        400,
        json!({ "error": "invalid_scope", "error_description": "no such scope" }),
    );
    let started = Answer::Json(200, json!({ "auth_req_id": "the-handle", "expires_in": 600 }));
    fake.on_each("/oidc/backchannel", vec![refused, started]);
    let told = client
        .verify_qr_auth_session_idp(&made, &ciba())
        .await
        .unwrap_err();
    assert_eq!(told.error(), Some("invalid_scope"));
    let seen = client.verify_qr_auth_session_idp(&made, &ciba()).await.unwrap();
    assert_eq!(seen.auth_request_id(), Some("the-handle"));
}

#[tokio::test]
async fn the_front_end_sees_the_session_but_never_the_token_that_names_the_person() {
    let (_, client, made) = scanned_fake().await;
    let seen = client.verify_qr_auth_session_idp(&made, &ciba()).await.unwrap();
    let written = serde_json::to_value(&seen).unwrap();
    assert_eq!(written["sessionId"], "s1");
    assert_eq!(
        (&written["authRequestId"], &written["cibaRequestInvoked"]),
        (&json!("the-handle"), &json!(true))
    );
    assert!(written.get("loginHintToken").is_none());
    let printed = format!("{seen:?}");
    assert!(
        !printed.contains("s1") && !printed.contains("the-handle"),
        "{printed}"
    );
}

#[tokio::test]
async fn making_a_session_sends_no_body() {
    let (fake, ..) = scanned_fake().await;
    let made = fake.received("/oidc/qr/make").pop().unwrap();
    assert_eq!((made.method.as_str(), made.body.as_str()), ("POST", ""));
    assert_eq!(made.authorization.as_deref(), Some("Bearer device"));
}

#[tokio::test]
async fn a_code_is_drawn_for_a_terminal_and_for_a_page() {
    let (_, _, made) = scanned_fake().await;
    let drawn = made.terminal_picture().unwrap();
    let lines: Vec<&str> = drawn.lines().collect();
    let width = lines[0].chars().count();
    assert!(lines.iter().all(|line| line.chars().count() == width), "{drawn}");
    // Two modules in a character, and the light border that phones insist on.
    assert_eq!(lines.len(), width.div_ceil(2));
    assert!(lines[0].chars().all(|c| c == '█'), "{drawn}");
    assert!(made.svg().unwrap().contains("<svg"));
}

#[tokio::test]
async fn a_session_without_sense_is_an_error_and_not_a_panic() {
    let (fake, client, made) = scanned_fake().await;
    for answer in [
        Answer::Json(200, json!({})),
        Answer::Json(200, json!([])),
        Answer::Json(200, json!({ "kind": "zebra" })),
        Answer::Text(200, "text/html", "<html>".to_owned()),
        Answer::Text(200, "application/json", String::new()),
        Answer::Endless,
        Answer::Redirect("https://elsewhere.example/".to_owned()),
    ] {
        fake.on("/oidc/qr/status", answer);
        client
            .verify_qr_auth_session_idp(&made, &ciba())
            .await
            .unwrap_err();
    }
    // A code whose text is not what we know is drawn from the two members that every session has.
    fake.on(
        "/oidc/qr/status",
        Answer::Json(200, session(&json!({ "qrContent": "nonsense" }))),
    );
    let seen = client.verify_qr_auth_session_idp(&made, &ciba()).await.unwrap();
    assert_eq!(seen.content().session_id, "s1");
}

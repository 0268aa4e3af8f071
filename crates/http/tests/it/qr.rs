//! QR sign-in over HTTP (onesid.md §10, C7, C8).

use crate::limits::{limited, told_to_wait};
use crate::site::{Answer, Site, post};
use countersign_http::{Limits, Rate};
use countersign_testkit::SoftPhone;
use serde_json::{Value, json};
use std::time::Duration;

const SCAN: &str = "/auth/oidc/bc-authorize";
const HINT: &str = "user.name@OnesID1";

fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Makes a session as published clients do: no body, no content type.
async fn make(site: &Site, path: &str, token: &str) -> Value {
    site.send(post(path, Some(token), None, Vec::new()))
        .await
        .succeeds(200)
}

async fn look(site: &Site, token: &str, session: &Value) -> Value {
    let body = json!({ "sessionId": session["sessionId"] });
    site.post_json("/oidc/qr/status", Some(token), &body)
        .await
        .succeeds(200)
}

async fn hint(site: &Site, phone_token: &str) -> Value {
    let request = post("/login-hint-tokens", Some(phone_token), None, Vec::new());
    site.send(request).await.succeeds(200)["value"].clone()
}

/// What a phone posts after it has read the code of a session (the message of onesid.md section 11).
async fn scan(site: &Site, phone_token: &str, session_id: &Value, content: &Value) -> Answer {
    let mut body = json!({
        "loginHintKind": "login_hint_token", "userIdentifier": hint(site, phone_token).await, "sessionId": session_id,
        "resource": "idp", "scope": "openid offline_access profile",
    });
    for member in ["t", "m"] {
        if !content[member].is_null() {
            body[member] = content[member].clone();
        }
    }
    site.post_json(SCAN, None, &body).await
}

fn content(session: &Value) -> Value {
    serde_json::from_str(session["qrContent"].as_str().unwrap()).unwrap()
}

async fn approve(site: &Site, phone: &SoftPhone, token: &str) -> Value {
    let item = site.get("/approvals", Some(token)).await.succeeds(200)["approvals"][0].clone();
    let path = format!("/approvals/{}/decision", item["id"].as_str().unwrap());
    let decision = site.decision(phone, &item, "approved");
    site.post_json(&path, Some(token), &decision).await.succeeds(200);
    item
}

#[tokio::test]
async fn a_session_has_every_member_that_published_clients_read_under_both_names() {
    let site = Site::new().await;
    let (device, token) = site.device().await;
    for path in ["/oidc/qr/make", "/oidc/token/oidc/qr/make"] {
        let session = make(&site, path, &token).await;
        assert_eq!(
            members(&session),
            [
                "aud",
                "cbUrl",
                "cibaRequestInvoked",
                "exp",
                "expIn",
                "interval",
                "kind",
                "qrContent",
                "refreshIn",
                "sessionId"
            ]
        );
        assert_eq!(
            (&session["kind"], &session["expIn"], &session["interval"]),
            (&json!("qr"), &json!(300), &json!(3))
        );
        assert_eq!(session["aud"], device.client_id);
        assert_eq!(session["cbUrl"], "https://idp.example/auth/oidc/bc-authorize");
        assert_eq!(members(&content(&session)), ["cbUrl", "sessionId"]);
        for path in ["/oidc/qr/status", "/oidc/token/oidc/qr/status"] {
            // The 0.2 clients send the whole session back (onesid.md section 15).
            let seen = site.post_json(path, Some(&token), &session).await.succeeds(200);
            assert_eq!(seen, session);
        }
    }
}

#[tokio::test]
async fn a_code_becomes_a_sign_in() {
    let site = Site::new().await;
    let (device, token) = site.device().await;
    let (phone, phone_token) = site.phone(HINT).await;
    let session = make(&site, "/oidc/qr/make", &token).await;
    let answer = scan(&site, &phone_token, &session["sessionId"], &Value::Null).await;
    assert_eq!(answer.succeeds(200), json!({ "status": "scanned" }));
    let scanned = look(&site, &token, &session).await;
    assert_eq!(scanned["cibaRequestInvoked"], false);
    let parameters = json!({
        "scope": "openid profile", "binding_message": "Authorize login",
        "login_hint_token": scanned["loginHintToken"], "qr_session_id": session["sessionId"],
    });
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = device.request_object(&site.world.issuer(), site.world.now(), &parameters);
        let started = site
            .post_as(&device, "/oidc/backchannel", &[("request", &request)])
            .await;
        ids.push(started.succeeds(200)["auth_req_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1], "sent twice, asked once");
    let requested = look(&site, &token, &session).await;
    assert_eq!(requested["authRequestId"].as_str(), Some(ids[0].as_str()));
    assert_eq!(
        (&requested["cibaRequestInvoked"], &requested["loginHintToken"]),
        (&json!(true), &Value::Null)
    );
    approve(&site, &phone, &phone_token).await;
    let poll = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", &ids[0]),
    ];
    let tokens = site.post_as(&device, "/oidc/token", &poll).await.succeeds(200);
    assert_eq!(tokens["scope"], "openid profile");
    assert_eq!(
        look(&site, &token, &session).await,
        requested,
        "it can be read after the approval (C8)"
    );
}

#[tokio::test]
async fn a_session_that_is_unknown_foreign_or_over_is_null() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (_, other) = site.device().await;
    let session = make(&site, "/oidc/qr/make", &token).await;
    for (token, session) in [
        (&other, session.clone()),
        (&token, json!({ "sessionId": "AAAAAAAAAAAAAAAAAAAAAA" })),
        (&token, json!({ "sessionId": "" })),
    ] {
        assert_eq!(look(&site, token, &session).await, Value::Null);
    }
    site.world.clock.advance(Duration::from_secs(300));
    assert_eq!(look(&site, &token, &session).await, Value::Null);
}

#[tokio::test]
async fn a_relayed_animated_code_is_refused_and_the_one_on_the_screen_is_taken() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (_, phone_token) = site.phone(HINT).await;
    let animated = json!({ "animated": true });
    let session = site
        .post_json("/oidc/qr/make", Some(&token), &animated)
        .await
        .succeeds(200);
    assert_eq!(session["refreshIn"], 1);
    let old = content(&session);
    assert_eq!(members(&old), ["cbUrl", "m", "sessionId", "t"]);
    site.world.clock.advance(Duration::from_secs(6));
    let relayed = scan(&site, &phone_token, &session["sessionId"], &old).await;
    relayed.refuses(403, "access_denied");
    let bare = scan(&site, &phone_token, &session["sessionId"], &Value::Null).await;
    bare.refuses(400, "invalid_request");
    let current = content(&look(&site, &token, &session).await);
    scan(&site, &phone_token, &session["sessionId"], &current)
        .await
        .succeeds(200);
    let second = scan(&site, &phone_token, &session["sessionId"], &current).await;
    second.refuses(409, "conflict");
}

#[tokio::test]
async fn a_scan_is_refused_in_words_that_say_what_to_change() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (_, phone_token) = site.phone(HINT).await;
    let session = make(&site, "/oidc/qr/make", &token).await;
    let good = hint(&site, &phone_token).await;
    let body = |kind: &str, user: &Value| json!({ "loginHintKind": kind, "userIdentifier": user, "sessionId": session["sessionId"] });
    let at = &site;
    let send = |body: Value| async move { at.post_json(SCAN, None, &body).await };
    let refused = send(body("login_hint", &json!(HINT))).await;
    assert!(
        refused
            .refuses(400, "invalid_request")
            .contains("login_hint_token")
    );
    send(body("other", &good)).await.refuses(400, "invalid_request");
    send(body("login_hint_token", &json!("x")))
        .await
        .refuses(400, "unknown_user_id");
    send(body("login_hint_token", &json!(7)))
        .await
        .refuses(400, "invalid_request");
    let nowhere = json!({ "loginHintKind": "login_hint_token", "userIdentifier": good });
    send(nowhere).await.refuses(400, "invalid_request");
    let unknown = json!({ "loginHintKind": "login_hint_token", "userIdentifier": good, "sessionId": "x" });
    send(unknown).await.refuses(404, "not_found");
    send(body("login_hint_token", &good)).await.succeeds(200);
    send(body("login_hint_token", &good))
        .await
        .refuses(400, "expired_login_hint_token");
}

#[tokio::test]
async fn an_older_code_becomes_a_token() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (phone, phone_token) = site.phone(HINT).await;
    let session = site.get("/auth/qr", Some(&token)).await.succeeds(200);
    assert_eq!(
        (members(&session), &session["exp"]),
        (vec!["auth_req_id", "exp"], &json!(300))
    );
    let path = format!("/auth/qr/{}", session["auth_req_id"].as_str().unwrap());
    let pending = site.get(&path, Some(&token)).await.succeeds(200);
    assert_eq!(
        (members(&pending), &pending["status"]),
        (vec!["deviceId", "status"], &json!("pending"))
    );
    scan(&site, &phone_token, &session["auth_req_id"], &Value::Null)
        .await
        .succeeds(200);
    let item = approve(&site, &phone, &phone_token).await;
    assert_eq!(item["bindingMessage"], "Sign in on Test server");
    let approved = site.get(&path, Some(&token)).await.succeeds(200);
    assert_eq!(
        members(&approved),
        [
            "access_token",
            "deviceId",
            "expires_in",
            "issue_time",
            "status",
            "token_type"
        ]
    );
    assert_eq!(
        (&approved["status"], &approved["deviceId"]),
        (&json!("approved"), &pending["deviceId"])
    );
    assert_eq!(
        site.get(&path, Some(&token)).await.succeeds(200),
        approved,
        "the same at every look"
    );
    let person = site
        .get("/oidc/identify", approved["access_token"].as_str())
        .await
        .succeeds(200);
    assert_eq!(person["username"], HINT);
    site.world.clock.advance(Duration::from_secs(300));
    let ended = site.get(&path, Some(&token)).await.succeeds(200);
    assert_eq!(
        (members(&ended), &ended["status"]),
        (vec!["deviceId", "status"], &json!("expired"))
    );
}

#[tokio::test]
async fn an_older_session_is_found_by_its_own_device_only() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (_, other) = site.device().await;
    let session = site.get("/auth/qr", Some(&token)).await.succeeds(200);
    let path = format!("/auth/qr/{}", session["auth_req_id"].as_str().unwrap());
    site.get(&path, Some(&other)).await.refuses(404, "not_found");
    for path in [
        "/auth/qr/x",
        "/auth/qr/%20",
        "/auth/qr/0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11",
    ] {
        site.get(path, Some(&token)).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn only_a_device_makes_and_sees_sessions() {
    let site = Site::new().await;
    let (_, phone) = site.phone(HINT).await;
    let status = json!({ "sessionId": "x" });
    for path in [
        "/oidc/qr/make",
        "/oidc/token/oidc/qr/make",
        "/oidc/qr/status",
        "/oidc/token/oidc/qr/status",
    ] {
        site.post_json(path, Some(&phone), &status)
            .await
            .refuses(403, "insufficient_scope");
        site.post_json(path, None, &status)
            .await
            .refuses(401, "invalid_token");
    }
    for path in ["/auth/qr", "/auth/qr/x"] {
        site.get(path, Some(&phone))
            .await
            .refuses(403, "insufficient_scope");
        site.get(path, None).await.refuses(401, "invalid_token");
    }
}

#[tokio::test]
async fn sessions_and_scans_are_limited_and_told_how_long_to_wait() {
    let site = limited(Limits {
        scans: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    let (_, token) = site.device().await;
    for _ in 0..30 {
        make(&site, "/oidc/qr/make", &token).await;
    }
    let more = site
        .send(post("/oidc/qr/make", Some(&token), None, Vec::new()))
        .await;
    assert_eq!(told_to_wait(&more), 60);
    told_to_wait(&site.get("/auth/qr", Some(&token)).await);
    let nobody = json!({ "loginHintKind": "login_hint_token", "userIdentifier": "x", "sessionId": "x" });
    site.post_json(SCAN, None, &nobody)
        .await
        .refuses(400, "unknown_user_id");
    told_to_wait(&site.post_json(SCAN, None, &nobody).await);
}

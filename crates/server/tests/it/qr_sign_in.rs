//! QR sign-in with the real programs (onesid.md §10): a service shows a code, a phone scans it, the person approves.

use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use image::{GrayImage, Luma};
use qrcode::{Color, QrCode};
use serde_json::{Value, json};
use std::time::Duration;

const PERSON: &str = "user.name@OnesID1";

/// A service that shows a code, and a person in front of it.
struct Scene {
    server: TestServer,
    service: Machine,
    phone: Phone,
    token: String,
}

impl Scene {
    async fn set() -> Self {
        let server = TestServer::start();
        let service = Machine::register(&server);
        let phone = Phone::of_new_person(&server, PERSON);
        let token = service.token().await;
        Self {
            server,
            service,
            phone,
            token,
        }
    }

    async fn make(&self, body: &Value) -> Value {
        let made = self.service.post_json("/oidc/qr/make", &self.token, body).await;
        made.succeeds(200)
    }

    async fn look(&self, session: &Value) -> Value {
        let body = json!({ "sessionId": session["sessionId"] });
        let seen = self
            .service
            .post_json("/oidc/qr/status", &self.token, &body)
            .await;
        seen.succeeds(200)
    }

    /// Sends the request of a session that a phone has scanned, and gives its `auth_req_id`.
    async fn ask(&self, session: &Value, login_hint_token: &str) -> String {
        let request = json!({
            "scope": "openid offline_access profile", "binding_message": "Till 4", "login_hint_token": login_hint_token,
            "qr_session_id": session["sessionId"],
        });
        text(
            &self.service.ask_with(&request).await.succeeds(200),
            "auth_req_id",
        )
    }

    /// From a scanned session to tokens, whose person it gives.
    async fn signed_in(&self, session: &Value) -> Value {
        let hint = text(&self.look(session).await, "loginHintToken");
        let auth_req_id = self.ask(session, &hint).await;
        self.phone.approve();
        let tokens = self.service.poll(&auth_req_id).await.succeeds(200);
        let claims = self.service.validate_id_token(&text(&tokens, "id_token")).await;
        claims["sub"].clone()
    }

    fn person(&self) -> Value {
        self.server.command(["user", "show", PERSON])["id"].clone()
    }

    async fn legacy(&self, path: &str) -> Value {
        self.service
            .get(&format!("/auth/qr{path}"), &self.token)
            .await
            .succeeds(200)
    }
}

#[tokio::test]
async fn a_service_makes_a_session_the_phone_scans_it_and_the_person_signs_in() {
    let scene = Scene::set().await;
    let session = scene.make(&json!({})).await;
    assert_eq!(
        (&session["kind"], &session["aud"]),
        (&json!("qr"), &json!(scene.service.party.client_id))
    );
    assert_eq!(session["cibaRequestInvoked"], false);
    // The service draws what the published ones draw: two members, in this order.
    let drawn = format!(
        r#"{{"cbUrl":{},"sessionId":{}}}"#,
        session["cbUrl"], session["sessionId"]
    );
    assert_eq!(session["qrContent"], drawn);

    let scanned: Value = scene.phone.run(&["scan", &drawn, "--json"]).json();
    assert_eq!(
        (&scanned["event"], &scanned["data"]["sessionId"]),
        (&json!("scanned"), &session["sessionId"])
    );
    let seen = scene.look(&session).await;
    let hint = text(&seen, "loginHintToken");
    assert_eq!(
        (&seen["qrContent"], &seen["authRequestId"]),
        (&Value::Null, &Value::Null)
    );
    assert!(scene.phone.list().is_empty(), "the service has not asked yet");

    let auth_req_id = scene.ask(&session, &hint).await;
    assert_eq!(scene.ask(&session, &hint).await, auth_req_id);
    let seen = scene.look(&session).await;
    assert_eq!(
        (&seen["authRequestId"], &seen["cibaRequestInvoked"]),
        (&json!(auth_req_id), &json!(true))
    );
    assert_eq!(seen["loginHintToken"], Value::Null);
    assert_eq!(scene.phone.item()["bindingMessage"], "Till 4");
    let pending = scene.service.poll(&auth_req_id).await;
    pending.refuses(400, "authorization_pending");

    scene.phone.approve();
    let tokens = scene.service.poll(&auth_req_id).await.succeeds(200);
    let claims = scene.service.validate_id_token(&text(&tokens, "id_token")).await;
    assert_eq!(claims["sub"], scene.person());
    assert!(scene.service.is_active(&text(&tokens, "access_token")).await);
    // The session is not deleted by the person's yes (onesid.md C8).
    assert_eq!(scene.look(&session).await["authRequestId"], auth_req_id);
}

#[tokio::test]
async fn the_session_shows_the_code_that_the_person_types() {
    let scene = Scene::set().await;
    let client = scene.service.party.client_id.as_str();
    let mode = ["--verification-mode", "transfer"];
    let add = [
        "app",
        "add",
        "Till",
        "--hostname",
        "till.example",
        "--client",
        client,
    ];
    scene.server.command([&add[..], &mode[..]].concat());
    let session = scene.make(&json!({})).await;
    scene
        .phone
        .run(&["scan", &text(&session, "qrContent")])
        .succeeds();
    let seen = scene.look(&session).await;
    assert_eq!(seen.get("verification"), None, "nobody is asked yet");

    let auth_req_id = scene.ask(&session, &text(&seen, "loginHintToken")).await;
    let seen = scene.look(&session).await;
    assert_eq!(seen["verification"]["mode"], "transfer");
    let item = scene.phone.item();
    assert_eq!(item["verification"].get("code"), None, "the phone is not told");
    let code = text(&seen["verification"], "code");
    scene
        .phone
        .run(&["approve", &text(&item, "id"), "--code", &code])
        .succeeds();
    scene.service.poll(&auth_req_id).await.succeeds(200);
    assert_eq!(scene.look(&session).await.get("verification"), None);
}

/// A photograph of a code, eight pixels a module, with the light border that readers insist on.
fn photograph(content: &str) -> GrayImage {
    const SCALE: u32 = 8;
    const BORDER: u32 = 4;
    let code = QrCode::new(content).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    let modules = code.into_colors();
    let side = (width + 2 * BORDER) * SCALE;
    GrayImage::from_fn(side, side, |x, y| {
        let module = |at: u32| (at / SCALE).checked_sub(BORDER).filter(|at| *at < width);
        let color = module(x).zip(module(y));
        let dark = color.is_some_and(|(x, y)| modules[(y * width + x) as usize] == Color::Dark);
        Luma([if dark { 0 } else { 255 }])
    })
}

#[tokio::test]
async fn a_picture_of_the_code_is_as_good_as_its_text() {
    let scene = Scene::set().await;
    let session = scene.make(&json!({})).await;
    let file = scene.server.scratch().join("code.png");
    photograph(&text(&session, "qrContent")).save(&file).unwrap();
    scene.phone.run(&["scan", file.to_str().unwrap()]).succeeds();
    assert_eq!(scene.signed_in(&session).await, scene.person());
}

/// Waits until the code that the screen shows is seven seconds old or older, and gives it.
async fn later(scene: &Scene, session: &Value) -> Value {
    loop {
        let shown = text(&scene.look(session).await, "qrContent");
        let shown: Value = serde_json::from_str(&shown).unwrap();
        if shown["t"].as_u64().unwrap() >= 7 {
            return shown;
        }
        // The code follows the clock of the server, which is another process.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn an_animated_code_that_was_photographed_or_forged_is_refused_and_the_fresh_one_taken() {
    let scene = Scene::set().await;
    let session = scene.make(&json!({ "animated": true })).await;
    assert_eq!(session["refreshIn"], 1);
    let photographed = text(&session, "qrContent");
    let mut forged = later(&scene, &session).await;

    let refusal = scene.phone.run(&["scan", &photographed]).fails();
    assert!(refusal.contains("too old"), "{refusal}");
    let without = json!({ "cbUrl": session["cbUrl"], "sessionId": session["sessionId"] });
    let refusal = scene.phone.run(&["scan", &without.to_string()]).fails();
    assert!(refusal.contains("animated"), "{refusal}");
    // The `m` of the photograph under the `t` of now.
    forged["m"] = serde_json::from_str::<Value>(&photographed).unwrap()["m"].clone();
    let refusal = scene.phone.run(&["scan", &forged.to_string()]).fails();
    assert!(refusal.contains("no code of the session"), "{refusal}");
    assert_eq!(scene.look(&session).await["loginHintToken"], Value::Null);

    let fresh = text(&scene.look(&session).await, "qrContent");
    scene.phone.run(&["scan", &fresh]).succeeds();
    assert_eq!(scene.signed_in(&session).await, scene.person());
    let refused = scene
        .server
        .command(["audit", "list", "--action", "qr.refuse", "--limit", "10"]);
    assert_eq!(refused.as_array().unwrap().len(), 3, "{refused}");
}

#[tokio::test]
async fn one_session_takes_one_phone() {
    let scene = Scene::set().await;
    let other = Phone::of_new_person(&scene.server, "other.name@OnesID1");
    let session = scene.make(&json!({})).await;
    let code = text(&session, "qrContent");
    scene.phone.run(&["scan", &code]).succeeds();
    let seen = scene.look(&session).await;

    let refusal = other.run(&["scan", &code]).fails();
    assert!(refusal.contains("another scan was first"), "{refusal}");
    let after = scene.look(&session).await;
    assert_eq!(after["loginHintToken"], seen["loginHintToken"]);
    assert_eq!(scene.signed_in(&session).await, scene.person());
    assert!(other.list().is_empty());
}

#[tokio::test]
async fn a_code_of_the_older_form_gives_the_device_the_persons_token() {
    let scene = Scene::set().await;
    let session = scene.legacy("").await;
    let auth_req_id = text(&session, "auth_req_id");
    let path = format!("/{auth_req_id}");
    let code = json!({ "auth_req_id": auth_req_id, "deviceId": scene.service.device_id }).to_string();
    let seen = scene.legacy(&path).await;
    assert_eq!(
        (&seen["status"], &seen["deviceId"]),
        (&json!("pending"), &json!(scene.service.device_id))
    );

    // The scan itself asks the person.
    scene.phone.run(&["scan", &code]).succeeds();
    assert_eq!(scene.phone.item()["bindingMessage"], "Sign in on Example.com");
    assert_eq!(scene.legacy(&path).await["status"], "pending");
    scene.phone.approve();
    let seen = scene.legacy(&path).await;
    assert_eq!(
        (&seen["status"], &seen["token_type"]),
        (&json!("approved"), &json!("Bearer"))
    );
    let token = text(&seen, "access_token");
    assert_eq!(scene.legacy(&path).await["access_token"], token);
    assert_eq!(scene.service.introspect(&token).await["sub"], scene.person());
    let me = scene.service.get("/users/me", &token).await.succeeds(200);
    assert!(text(&me, "username").eq_ignore_ascii_case(PERSON), "{me}");
    assert_eq!(me["usernameWithoutDomain"], "user.name");
}

#[tokio::test]
async fn a_device_that_shows_an_older_code_is_told_of_the_persons_no() {
    let scene = Scene::set().await;
    let auth_req_id = text(&scene.legacy("").await, "auth_req_id");
    let code = json!({ "auth_req_id": auth_req_id, "deviceId": scene.service.device_id }).to_string();
    scene.phone.run(&["scan", &code]).succeeds();
    scene.phone.deny();
    let seen = scene.legacy(&format!("/{auth_req_id}")).await;
    assert_eq!(
        (&seen["status"], seen.get("access_token")),
        (&json!("denied"), None)
    );
}

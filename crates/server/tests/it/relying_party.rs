//! The relying party of the test kit on the real server (onesid.md §10.2, §11): the browser talks with the service, the
//! phone with both, and the service with the provider.

use crate::actors::wire::{CIBA, client, now, text};
use crate::actors::{Answer, Machine, Phone};
use crate::recorded_flow::RecordedFlow;
use crate::support::TestServer;
use countersign_core::time::{Clock, Timestamp};
use countersign_testkit::relying_party::{QrHosting, RelyingParty, RelyingPartyConfig};
use countersign_testkit::{Party, SeededEntropy};
use serde_json::{Value, json};
use std::sync::Arc;

const PERSON: &str = "user.name@OnesID1";

/// The clock of this machine, which the server reads as well.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// A provider, a service, and a person with a phone.
struct Scene {
    server: TestServer,
    machine: Machine,
    service: RelyingParty,
    phone: Phone,
    browser: reqwest::Client,
    flow: RecordedFlow,
}

impl Scene {
    async fn set(qr_hosting: QrHosting) -> Self {
        let server = TestServer::start();
        let machine = Machine::register(&server);
        let phone = Phone::of_new_person(&server, PERSON);
        let party = Party {
            client_id: machine.party.client_id.clone(),
            key: machine.party.key.clone(),
            algorithm: machine.party.algorithm,
        };
        let service = RelyingParty::serve(RelyingPartyConfig {
            party,
            device_id: machine.device_id.parse().unwrap(),
            issuer: server.issuer(),
            provider: server.host().to_owned(),
            resource: "https://shop.example".to_owned(),
            scope: "openid offline_access profile".to_owned(),
            binding_message: "Sign in to the shop".to_owned(),
            qr_hosting,
            clock: Arc::new(WallClock),
            entropy: Arc::new(SeededEntropy::new(42)),
        })
        .await;
        Self {
            server,
            machine,
            service,
            phone,
            browser: client(),
            flow: RecordedFlow::default(),
        }
    }

    /// What the helpers in the browser send.
    async fn post(&self, path: &str, body: &Value) -> Answer {
        let url = format!("{}/api{path}", self.service.host);
        let answer = Answer::to(self.browser.post(url).json(body)).await;
        self.flow
            .call(&self.service.host, &format!("/api{path}"), body, &answer);
        answer
    }

    async fn make(&self) -> Value {
        self.post("/auth/qr/make", &json!({})).await.succeeds(201)
    }

    async fn look(&self, session: &Value) -> Value {
        let body = json!({ "sessionId": session["sessionId"] });
        self.post("/auth/qr/status", &body).await.succeeds(201)
    }

    async fn poll(&self, auth_req_id: &str) -> Answer {
        let body = json!({ "grant_type": CIBA, "authRequestId": auth_req_id });
        self.post("/auth/oidc/token", &body).await
    }

    async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token });
        self.post("/auth/oidc/token", &body).await
    }

    /// From a session whose person is being asked to tokens.
    async fn signed_in(&self, session: &Value) -> Value {
        let auth_req_id = text(&self.look(session).await, "authRequestId");
        assert_eq!(self.phone.item()["bindingMessage"], "Sign in to the shop");
        self.poll(&auth_req_id)
            .await
            .refuses(400, "authorization_pending");
        self.phone.approve();
        let tokens = self.poll(&auth_req_id).await.succeeds(201);
        let claims = self.machine.validate_id_token(&text(&tokens, "id_token")).await;
        assert_eq!(claims["sub"], self.server.command(["user", "show", PERSON])["id"]);
        tokens
    }
}

fn code(session: &Value) -> String {
    json!({ "cbUrl": session["cbUrl"], "sessionId": session["sessionId"] }).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_service_signs_in_and_the_browser_renews_through_the_service() {
    let scene = Scene::set(QrHosting::RelyingParty).await;
    scene.flow.say("The browser asks its service for a code.");
    let session = scene.make().await;
    assert_eq!(session["kind"], "qr_client");
    assert!(text(&session, "cbUrl").starts_with(&scene.service.host));
    // The code is not of the phone's own provider: nothing is sent until the person says that it is meant.
    let refusal = scene.phone.run(&["scan", &code(&session)]).fails_with(2);
    assert!(refusal.contains("--yes"), "{refusal}");
    scene.flow.say("Nobody has scanned yet.");
    assert_eq!(scene.look(&session).await.get("authRequestId"), None);

    scene.phone.run(&["scan", &code(&session), "--yes"]).succeeds();
    scene.flow.say(
        "The person's phone asked before it said who they are to this host, and posted a login hint token to `cbUrl`; the\n\
         service sent it on to the provider. The browser looks, polls, and gets the tokens once the person approved.",
    );
    let tokens = scene.signed_in(&session).await;
    assert!(scene.machine.is_active(&text(&tokens, "access_token")).await);

    scene
        .flow
        .say("Later the browser renews them through its service.");
    let spent = text(&tokens, "refresh_token");
    let renewed = scene.refresh(&spent).await.succeeds(201);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert!(scene.machine.is_active(&text(&renewed, "access_token")).await);
    scene
        .flow
        .say("A refresh token is used once: the provider's own words reach the browser.");
    // The provider's own words reach the browser, and the one who stole a token ends all of them.
    scene.refresh(&spent).await.refuses(400, "invalid_grant");
    assert!(!scene.machine.is_active(&text(&renewed, "access_token")).await);
    scene.flow.same_as_committed(
        "qr-hosted-by-the-service.md",
        "A sign-in by a QR code of the service itself",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_service_takes_one_phone() {
    let scene = Scene::set(QrHosting::RelyingParty).await;
    let other = Phone::of_new_person(&scene.server, "other.name@OnesID1");
    let session = scene.make().await;
    scene.phone.run(&["scan", &code(&session), "--yes"]).succeeds();
    let refusal = other.run(&["scan", &code(&session), "--yes"]).fails();
    assert!(refusal.contains("another phone has scanned"), "{refusal}");
    scene.signed_in(&session).await;
    assert!(other.list().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_provider_signs_in_through_the_service() {
    let scene = Scene::set(QrHosting::Provider).await;
    let session = scene.make().await;
    assert_eq!(session["kind"], "qr");
    scene
        .phone
        .run(&["scan", &text(&session, "qrContent")])
        .succeeds();
    let seen = scene.look(&session).await;
    // What names the person at the provider is not for the browser.
    assert_eq!(seen.get("loginHintToken"), None);
    scene.signed_in(&session).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_older_form_is_made_through_the_service() {
    let scene = Scene::set(QrHosting::Provider).await;
    let url = format!("{}/api/auth/qr", scene.service.host);
    let code = Answer::to(scene.browser.get(url)).await.succeeds(200);
    assert_eq!(code["deviceId"], scene.machine.device_id);
    scene.phone.run(&["scan", &code.to_string()]).succeeds();
    scene.phone.approve();
    let path = format!("/auth/qr/{}", text(&code, "auth_req_id"));
    let seen = scene
        .machine
        .get(&path, &scene.machine.token().await)
        .await
        .succeeds(200);
    assert!(scene.machine.is_active(&text(&seen, "access_token")).await);
}

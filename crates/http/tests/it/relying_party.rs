//! Flows that need a service, with a real one over TCP on both sides (onesid.md §10.2, §11).

use crate::served::served;
use crate::site::Site;
use countersign_core::application::ApplicationType;
use countersign_core::application::add::{NewApplication, add};
use countersign_core::id::ClientId;
use countersign_jose::{KeyType, UnverifiedJws};
use countersign_testkit::relying_party::{QrHosting, RelyingParty, RelyingPartyConfig};
use countersign_testkit::{SeededEntropy, SoftPhone};
use reqwest::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// A provider, a relying party, and a person with a phone.
struct Stage {
    site: Site,
    rp: RelyingParty,
    client_id: String,
    phone: SoftPhone,
    http: Client,
    provider: String,
}

impl Stage {
    async fn new(qr_hosting: QrHosting) -> Self {
        let site = Site::new().await;
        let provider = format!("http://{}", served(&site).await);
        let party = site.world.device(KeyType::Rsa2048).await;
        let client_id = party.client_id.clone();
        let new = NewApplication {
            hostname: Some("rp.example".to_owned()),
            client_id: Some(client_id.clone()),
            ..NewApplication::new("Test service", ApplicationType::Server)
        };
        add(&site.world.provider, new, "test").await.unwrap();
        let id = ClientId::parse(&client_id).unwrap();
        let store = &site.world.provider.store;
        let device = store
            .read(move |tx| Ok(tx.devices().by_client(&id)?))
            .await
            .unwrap();
        let rp = RelyingParty::serve(RelyingPartyConfig {
            party,
            device_id: device.unwrap().id.0,
            issuer: site.world.issuer(),
            provider: provider.clone(),
            resource: "https://rp.example".to_owned(),
            scope: "openid offline_access profile".to_owned(),
            binding_message: "Sign in to the test service".to_owned(),
            qr_hosting,
            clock: site.world.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(42)),
        })
        .await;
        let (_, phone) = site.world.person("user.name@OnesID1").await;
        let http = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self {
            site,
            rp,
            client_id,
            phone,
            http,
            provider,
        }
    }

    /// What the browser's helpers send.
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_to(&format!("{}{path}", self.rp.host), body).await
    }

    async fn post_to(&self, url: &str, body: &Value) -> (u16, Value) {
        let answer = self.http.post(url).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn poll(&self, auth_req_id: &Value) -> (u16, Value) {
        let body = json!({ "grant_type": CIBA, "authRequestId": auth_req_id });
        self.post("/api/auth/oidc/token", &body).await
    }

    /// What the phone posts when it has read a code.
    async fn scan(&self, session: &Value) -> (u16, Value) {
        let token = self.site.token_of(&self.phone.party).await;
        let request = self.http.post(format!("{}/login-hint-tokens", self.provider));
        let hint: Value = request
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let scan = json!({
            "loginHintKind": "login_hint_token", "userIdentifier": hint["value"], "sessionId": session["sessionId"],
        });
        let url = session["cbUrl"]
            .as_str()
            .unwrap()
            .replace("https://idp.example", &self.provider);
        self.post_to(&url, &scan).await
    }

    async fn decide(&self, decision: &str) {
        let provider = &self.site.world.provider;
        let item = self.phone.approvals(provider).await.unwrap().pop().unwrap();
        assert_eq!(
            item.binding_message.as_deref(),
            Some("Sign in to the test service")
        );
        self.phone
            .decide(provider, &item, decision, &json!({}))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_code_of_the_service_signs_in_the_person_who_scans_it() {
    let stage = Stage::new(QrHosting::RelyingParty).await;
    let (status, session) = stage.post("/api/auth/qr/make", &json!({})).await;
    assert_eq!((status, &session["kind"]), (201, &json!("qr_client")));
    assert_eq!(
        session["cbUrl"],
        format!("{}/auth/oidc/bc-authorize", stage.rp.host)
    );
    assert_eq!(session["cibaRequestInvoked"], false);
    let look = json!({ "sessionId": session["sessionId"] });

    let (status, scanned) = stage.scan(&session).await;
    assert_eq!(status, 201, "{scanned}");
    assert!(scanned["auth_req_id"].is_string() && scanned.get("verification").is_none());
    assert_eq!(stage.scan(&session).await.0, 409);

    let (status, seen) = stage.post("/api/auth/qr/status", &look).await;
    let auth_req_id = &seen["authRequestId"];
    assert_eq!((status, auth_req_id), (201, &scanned["auth_req_id"]));
    let (status, pending) = stage.poll(auth_req_id).await;
    assert_eq!(
        (status, &pending["error"]),
        (400, &json!("authorization_pending"))
    );
    assert!(pending["error_description"].is_string());

    stage.decide("approved").await;
    let (status, tokens) = stage.poll(auth_req_id).await;
    assert_eq!((status, &tokens["token_type"]), (201, &json!("Bearer")));
    // onesid.md §10.2: the published test reads the session after the approval.
    let (status, seen) = stage.post("/api/auth/qr/status", &look).await;
    assert_eq!((status, &seen["authRequestId"]), (201, auth_req_id));

    stage.site.world.clock.advance(Duration::from_secs(301));
    let (status, gone) = stage.post("/api/auth/qr/status", &look).await;
    assert_eq!(
        (status, &gone["error_description"]),
        (404, &json!("Session not found"))
    );
    assert_eq!(stage.scan(&session).await.0, 404);
}

#[tokio::test]
async fn a_code_of_the_provider_signs_in_through_the_service() {
    let stage = Stage::new(QrHosting::Provider).await;
    let (status, session) = stage.post("/auth/qr/make", &json!({})).await;
    assert_eq!((status, &session["kind"]), (201, &json!("qr")));
    let look = json!({ "sessionId": session["sessionId"] });
    let (_, waiting) = stage.post("/auth/qr/status", &look).await;
    assert_eq!(waiting["cibaRequestInvoked"], false);
    assert!(waiting.get("authRequestId").is_none());
    let (status, scanned) = stage.scan(&session).await;
    assert_eq!(status, 200, "{scanned}");

    let (status, seen) = stage.post("/auth/qr/status", &look).await;
    assert_eq!(status, 201, "{seen}");
    // The browser never sees the token that names the person.
    assert!(seen.get("loginHintToken").is_none());
    let (_, again) = stage.post("/auth/qr/status", &look).await;
    assert_eq!(again["authRequestId"], seen["authRequestId"]);
    stage.decide("approved").await;
    let (status, tokens) = stage.poll(&seen["authRequestId"]).await;
    assert_eq!(status, 201, "{tokens}");
    let unknown = json!({ "sessionId": "nothing" });
    assert_eq!(stage.post("/auth/qr/status", &unknown).await.0, 404);
}

#[tokio::test]
async fn tokens_are_renewed_through_the_service() {
    let stage = Stage::new(QrHosting::RelyingParty).await;
    let start =
        json!({ "loginHintKind": "login_hint", "userIdentifier": "user.name@OnesID1", "resource": "idp" });
    let (status, started) = stage.post("/api/auth/oidc/bc-authorize", &start).await;
    assert_eq!((status, &started["interval"]), (201, &json!(3)));
    stage.decide("approved").await;
    let (_, tokens) = stage.poll(&started["auth_req_id"]).await;
    assert_eq!(tokens["scope"], "openid offline_access profile");
    assert!(!tokens["access_token"].as_str().unwrap().contains('.'));

    let renew = json!({ "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"] });
    let (status, renewed) = stage.post("/api/auth/oidc/token", &renew).await;
    assert_eq!((status, &renewed["scope"]), (201, &tokens["scope"]));
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    // The provider's refusal comes through as it is.
    let wrong = json!({ "grant_type": "refresh_token", "refresh_token": "nothing" });
    let (status, refused) = stage.post("/api/auth/oidc/token", &wrong).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_token_for_the_service_itself_is_a_jwt_for_its_client() {
    let stage = Stage::new(QrHosting::RelyingParty).await;
    let start = json!({
        "loginHintKind": "login_hint", "userIdentifier": "user.name@OnesID1", "resource": "device",
        "scope": "openid offline_access profile api:read api:write",
    });
    let (_, started) = stage.post("/auth/oidc/bc-authorize", &start).await;
    stage.decide("approved").await;
    let (status, tokens) = stage.poll(&started["auth_req_id"]).await;
    assert_eq!((status, &tokens["scope"]), (201, &json!("")));
    let token = tokens["access_token"].as_str().unwrap();
    UnverifiedJws::parse(token).unwrap();
    let claims = countersign_jose::base64url::decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["aud"], stage.client_id);
}

#[tokio::test]
async fn what_the_person_and_the_provider_refuse_is_told_to_the_browser() {
    let stage = Stage::new(QrHosting::RelyingParty).await;
    let start = json!({ "loginHintKind": "login_hint", "userIdentifier": "nobody@OnesID1" });
    let (status, refused) = stage.post("/auth/oidc/bc-authorize", &start).await;
    assert_eq!((status, &refused["error"]), (400, &json!("unknown_user_id")));

    let start = json!({ "loginHintKind": "login_hint", "userIdentifier": "user.name@OnesID1" });
    let (_, started) = stage.post("/auth/oidc/bc-authorize", &start).await;
    stage.decide("denied").await;
    let (status, refused) = stage.poll(&started["auth_req_id"]).await;
    assert_eq!((status, &refused["error"]), (400, &json!("access_denied")));
    let (_, session) = stage.post("/auth/qr/make", &json!({})).await;
    let typed = json!({
        "loginHintKind": "login_hint", "userIdentifier": "user.name@OnesID1", "sessionId": session["sessionId"],
    });
    assert_eq!(stage.post("/auth/oidc/bc-authorize", &typed).await.0, 400);
}

#[tokio::test]
async fn a_code_of_the_older_form_names_the_device() {
    let stage = Stage::new(QrHosting::Provider).await;
    let url = format!("{}/auth/qr", stage.rp.host);
    let answer = stage.http.get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let code: Value = answer.json().await.unwrap();
    assert_eq!(code["exp"], 300);
    assert!(code["auth_req_id"].is_string() && code["deviceId"].is_string());
}

//! Consent for personal data over HTTP: asked, given in part, read, withdrawn.

use crate::site::{Answer, Site, request};
use axum::body::Body;
use axum::http::Method;
use countersign_core::application::ApplicationType;
use countersign_core::application::add::{self, NewApplication};
use countersign_core::user::{IdpRole, data};
use countersign_protocol::consent::ClaimName;
use countersign_testkit::SoftPhone;
use serde_json::{Value, json};

struct Scene {
    site: Site,
    subject: String,
    phone: SoftPhone,
    phone_token: String,
    device_token: String,
}

impl Scene {
    async fn new() -> Self {
        let site = Site::new().await;
        let user = site.world.user("ada@OnesID1", IdpRole::User).await;
        let phone = site.world.phone_of(&user).await;
        let phone_token = site.token_of(&phone.party).await;
        let (device, device_token) = site.device().await;
        let application = NewApplication {
            hostname: Some("rp.example".to_owned()),
            client_id: Some(device.client_id.clone()),
            ..NewApplication::new("Engine shop", ApplicationType::Server)
        };
        add::add(&site.world.provider, application, "cli").await.unwrap();
        let email = [(ClaimName::Email, "ada@analytical.example".to_owned().into())];
        data::set(&site.world.provider, "ada@OnesID1", &email, "cli")
            .await
            .unwrap();
        Self {
            subject: user.id.to_string(),
            site,
            phone,
            phone_token,
            device_token,
        }
    }

    async fn ask(&self, changed: &Value) -> Answer {
        let mut body = json!({
            "subject": self.subject, "resource": "https://rp.example", "reason": "To send you the engine",
            "content": [{ "name": "email", "required": true }, { "name": "phoneNumber" }],
        });
        body.as_object_mut()
            .unwrap()
            .extend(changed.as_object().unwrap().clone());
        self.site
            .post_json("/oidc/consent", Some(&self.device_token), &body)
            .await
    }

    async fn status(&self, id: &Value) -> Answer {
        let path = format!("/oidc/consent/{}", id.as_str().unwrap());
        self.site.get(&path, Some(&self.device_token)).await
    }

    async fn item(&self) -> Value {
        let list = self
            .site
            .get("/approvals", Some(&self.phone_token))
            .await
            .succeeds(200);
        list["approvals"][0].clone()
    }

    async fn approve(&self) {
        let item = self.item().await;
        let body = self.site.decision(&self.phone, &item, "approved");
        let path = format!("/approvals/{}/decision", item["id"].as_str().unwrap());
        self.site
            .post_json(&path, Some(&self.phone_token), &body)
            .await
            .succeeds(200);
    }

    async fn withdraw(&self, id: &str, token: Option<&str>) -> Answer {
        let request = request(Method::DELETE, &format!("/consents/{id}"), token);
        self.site.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn a_consent_is_asked_given_read_and_withdrawn() {
    let scene = Scene::new().await;
    let asked = scene.ask(&json!({})).await.succeeds(201);
    let id = asked["id"].clone();
    assert_eq!(
        asked,
        json!({ "id": id, "status": "pending", "expiresIn": 600, "interval": 3 })
    );
    let item = scene.item().await;
    assert_eq!(item["kind"], "consent");
    assert_eq!(item["claims"], json!(["email", "phoneNumber"]));
    assert_eq!(item["requiredClaims"], json!(["email"]));
    assert_eq!(item["reason"], "To send you the engine");
    assert_eq!(item["context"]["ip"], "192.0.2.7");
    scene.approve().await;
    let answer = scene.status(&id).await;
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store"),
        "values are cached nowhere"
    );
    let approved = answer.succeeds(200);
    assert_eq!(
        approved["content"],
        json!([{ "name": "email", "value": "ada@analytical.example" }])
    );
    let list = scene
        .site
        .get("/consents", Some(&scene.phone_token))
        .await
        .succeeds(200);
    assert_eq!(list["consents"][0]["id"], id);
    assert_eq!(list["consents"][0]["names"], json!(["email", "phoneNumber"]));
    assert_eq!(list["consents"][0]["application"]["host"], "rp.example");
    let gone = scene
        .withdraw(id.as_str().unwrap(), Some(&scene.phone_token))
        .await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    let denied = scene.status(&id).await.succeeds(200);
    assert_eq!(
        (&denied["status"], denied.get("content")),
        (&json!("denied"), None)
    );
    assert_eq!(denied["receipt"], approved["receipt"]);
    assert!(denied["revokedAt"].is_string());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_its_code() {
    let scene = Scene::new().await;
    for changed in [
        json!({ "content": [] }),
        json!({ "content": "email" }),
        json!({ "content": [{}] }),
        json!({ "content": ["email"] }),
        json!({ "content": [{ "name": "address" }] }),
        json!({ "content": [{ "name": "email" }, { "name": "email" }] }),
        json!({ "content": [{ "name": "email", "required": "yes" }] }),
        json!({ "reason": "" }),
        json!({ "reason": 7 }),
        json!({ "reason": "\u{202e}" }),
        json!({ "reason": "x".repeat(60_000) }),
        json!({ "subject": null }),
        json!({ "resource": ["https://rp.example"] }),
    ] {
        scene.ask(&changed).await.refuses(400, "invalid_request");
    }
    for resource in ["", "rp.example", "https://other.example"] {
        let asked = scene.ask(&json!({ "resource": resource })).await;
        asked.refuses(400, "invalid_target");
    }
    for subject in ["", "ada@OnesID1", "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11"] {
        let asked = scene.ask(&json!({ "subject": subject })).await;
        asked.refuses(400, "unknown_user_id");
    }
}

#[tokio::test]
async fn an_id_that_names_nothing_for_the_caller_is_not_found() {
    let scene = Scene::new().await;
    let asked = scene.ask(&json!({})).await.succeeds(201);
    let (_, other) = scene.site.device().await;
    let path = format!("/oidc/consent/{}", asked["id"].as_str().unwrap());
    scene
        .site
        .get(&path, Some(&other))
        .await
        .refuses(404, "not_found");
    for id in ["0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11", "x", "%00", "..%2F"] {
        scene.status(&json!(id)).await.refuses(404, "not_found");
        let answer = scene.withdraw(id, Some(&scene.phone_token)).await;
        answer.refuses(404, "not_found");
    }
    let id = asked["id"].as_str().unwrap();
    scene
        .withdraw(id, Some(&scene.phone_token))
        .await
        .refuses(404, "not_found");
    scene
        .withdraw(id, Some(&scene.device_token))
        .await
        .refuses(403, "insufficient_scope");
    scene.withdraw(id, None).await.refuses(401, "invalid_token");
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        scene.ask(&json!({})).await.succeeds(201);
    }
    let answer = scene.ask(&json!({})).await;
    answer.refuses(429, "too_many_requests");
    assert_eq!(answer.header("retry-after"), Some("60"));
}

#[tokio::test]
async fn a_persons_report_reaches_the_device_as_access_denied() {
    let scene = Scene::new().await;
    let asked = scene.ask(&json!({})).await.succeeds(201);
    scene.approve().await;
    scene.ask(&json!({})).await.succeeds(201);
    let (item, host) = (scene.item().await, scene.site.world.provider.host.as_str());
    let item = serde_json::from_value(item).unwrap();
    let report = json!({ "reason": "not_me" });
    let claims = scene
        .phone
        .decision_claims(host, &item, "denied", scene.site.world.now(), &report);
    let decision = scene.phone.party.sign(&json!({ "typ": "approval+jwt" }), &claims);
    let path = format!("/approvals/{}/decision", item.id);
    let body = json!({ "decision": decision });
    scene
        .site
        .post_json(&path, Some(&scene.phone_token), &body)
        .await
        .succeeds(200);
    scene.ask(&json!({})).await.refuses(403, "access_denied");
    scene.status(&asked["id"]).await.refuses(403, "access_denied");
}

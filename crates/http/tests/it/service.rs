//! `{host}/services` for operators (X.1280 profile §7).

use crate::application::delete;
use crate::site::{Site, operators_alone};
use countersign_core::user::IdpRole;
use countersign_core::x1280::service::find;
use countersign_jose::{KeyType, base64url};
use countersign_testkit::Party;
use serde_json::{Value, json};

/// What an operator says of a shop.
fn shop() -> Value {
    json!({
        "name": "Shop", "audience": "shop", "allowedScopes": ["identity:basic", "identity:age_over_18"],
        "defaultScopes": ["identity:age_over_18"], "origins": ["https://shop.example/"], "claimStyle": "camel",
        "consentRequired": true, "logoUrl": "https://shop.example/logo.png",
        "privacyUrl": "https://shop.example/privacy", "expires": "1y",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut request = shop();
    request[name] = value;
    request
}

async fn add(site: &Site, token: &str, request: &Value) -> Value {
    site.post_json("/services", Some(token), request)
        .await
        .succeeds(201)
}

fn path(service: &Value) -> String {
    format!("/services/{}", service["serviceId"].as_str().unwrap())
}

/// Asks for a person with a credential of a service.
async fn initiate(site: &Site, token_id: &str, vds: &Value) -> crate::site::Answer {
    let body = json!({ "tokenId": token_id, "serviceVds": vds, "scopes": ["identity:name"] });
    site.post_json("/auth/initiate", None, &body).await
}

#[tokio::test]
async fn a_service_is_registered_read_and_disabled() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let handed = add(&site, &master, &shop()).await;
    assert_eq!(handed["serviceVdsExpiresAt"], "2027-11-21T09:00:00Z");
    assert!(handed["serviceVds"].as_str().unwrap().starts_with("HC1:"));
    let key = base64url::decode(handed["responseKey"].as_str().unwrap()).unwrap();
    assert_eq!((key.len(), handed.as_object().unwrap().len()), (32, 4));
    let mut known = shop();
    known.as_object_mut().unwrap().remove("expires");
    for (name, value) in [
        ("serviceId", handed["serviceId"].clone()),
        ("status", json!("enabled")),
        ("origins", json!(["https://shop.example"])),
        ("serviceVdsIssuedAt", json!("2026-11-21T09:00:00Z")),
        ("serviceVdsExpiresAt", json!("2027-11-21T09:00:00Z")),
        ("createdAt", json!("2026-11-21T09:00:00Z")),
    ] {
        known[name] = value;
    }
    let path = path(&handed);
    assert_eq!(site.get(&path, Some(&master)).await.succeeds(200), known);
    let all = site.get("/services", Some(&master)).await.succeeds(200);
    assert_eq!(all, json!({ "services": [known], "total": 1 }));

    let disabled = delete(&site, &path, &master).await;
    assert_eq!((disabled.status.as_u16(), disabled.body.len()), (204, 0));
    known["status"] = json!("disabled");
    known["disabledAt"] = json!("2026-11-21T09:00:00Z");
    assert_eq!(site.get(&path, Some(&master)).await.succeeds(200), known);
    delete(&site, &path, &master).await.refuses(409, "conflict");
}

#[tokio::test]
async fn what_a_service_is_handed_over_works_until_it_is_rotated_or_disabled() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let marie = site.world.marie().await;
    let handed = add(&site, &master, &shop()).await;
    let rotate = format!("{}/rotate", path(&handed));
    initiate(&site, &marie.token_id, &handed["serviceVds"])
        .await
        .succeeds(200);

    let rotated = site
        .post_json(
            &rotate,
            Some(&master),
            &json!({ "only": "credential", "expires": "90d" }),
        )
        .await
        .succeeds(200);
    assert_eq!(rotated["serviceVdsExpiresAt"], "2027-02-19T09:00:01Z");
    assert_eq!(rotated.get("responseKey"), None, "it stays as it is");
    site.world.clock.advance(std::time::Duration::from_secs(1));
    initiate(&site, &marie.token_id, &handed["serviceVds"])
        .await
        .refuses(401, "invalid_service");
    initiate(&site, &marie.token_id, &rotated["serviceVds"])
        .await
        .succeeds(200);

    let key = site
        .post_json(&rotate, Some(&master), &json!({ "only": "responseKey" }))
        .await
        .succeeds(200);
    assert_eq!(key.as_object().unwrap().len(), 2, "{key}");
    assert_ne!(key["responseKey"], handed["responseKey"]);
    let nothing = crate::site::post(&rotate, Some(&master), None, Vec::new());
    let both = site.send(nothing).await.succeeds(200);
    assert!(both["serviceVds"] != rotated["serviceVds"] && both["responseKey"] != key["responseKey"]);

    delete(&site, &path(&handed), &master).await;
    site.world.clock.advance(std::time::Duration::from_secs(1));
    initiate(&site, &marie.token_id, &both["serviceVds"])
        .await
        .refuses(401, "invalid_service");
}

#[tokio::test]
async fn a_service_with_keys_proves_itself_with_them() {
    let site = Site::new().await;
    let admin = site.person("admin@OnesID1", IdpRole::Admin).await;
    let marie = site.world.marie().await;
    let mut party = Party::new("", KeyType::P256);
    let handed = add(&site, &admin, &with("jwks", party.jwks())).await;
    party.client_id = handed["serviceId"].as_str().unwrap().to_owned();
    let assertion = party.assertion(&site.world.issuer(), site.world.now());
    let body = json!({ "tokenId": marie.token_id, "serviceAssertion": assertion });
    site.post_json("/auth/initiate", None, &body).await.succeeds(200);
}

#[tokio::test]
async fn a_request_that_cannot_be_is_refused_and_registers_nothing() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    for (name, value) in [
        ("name", json!("")),
        ("name", json!(7)),
        ("audience", json!("a b")),
        ("audience", Value::Null),
        ("allowedScopes", json!([])),
        ("allowedScopes", json!("identity:name")),
        ("allowedScopes", json!(["openid"])),
        ("defaultScopes", json!(["identity:photo"])),
        ("origins", json!(["*"])),
        ("origins", json!(["http://shop.example"])),
        ("origins", json!(vec!["https://shop.example"; 33])),
        ("claimStyle", json!("kebab")),
        ("consentRequired", json!("yes")),
        ("logoUrl", json!("http://shop.example/logo.png")),
        ("privacyUrl", json!("javascript:alert(1)")),
        ("expires", json!("21y")),
    ] {
        site.post_json("/services", Some(&master), &with(name, value.clone()))
            .await
            .refuses(400, "invalid_request");
    }
    for jwks in [
        json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }),
        json!([]),
        json!("x"),
    ] {
        site.post_json("/services", Some(&master), &with("jwks", jwks))
            .await
            .refuses(400, "invalid_client_metadata");
    }
    let all = site.get("/services", Some(&master)).await.succeeds(200);
    assert_eq!(all["total"], 0);
}

#[tokio::test]
async fn an_id_that_names_nothing_is_not_found_and_a_name_is_no_id() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    add(&site, &master, &shop()).await;
    for id in ["svc_AAAAAAAAAAAAAAAAAAAAAA", "Shop", "svc_", "svc_%00", "1"] {
        let path = format!("/services/{id}");
        site.get(&path, Some(&master)).await.refuses(404, "not_found");
        delete(&site, &path, &master).await.refuses(404, "not_found");
        site.post_json(&format!("{path}/rotate"), Some(&master), &json!({}))
            .await
            .refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_rotation_that_cannot_be_changes_nothing() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let handed = add(&site, &master, &shop()).await;
    let id = handed["serviceId"].as_str().unwrap();
    let before = find(&site.world.provider, id).await.unwrap();
    for body in [
        json!({ "only": "both" }),
        json!({ "only": ["credential"] }),
        json!({ "expires": "never" }),
        json!({ "expires": "21y" }),
        json!({ "expires": 90 }),
    ] {
        site.post_json(&format!("{}/rotate", path(&handed)), Some(&master), &body)
            .await
            .refuses(400, "invalid_request");
    }
    assert_eq!(find(&site.world.provider, id).await.unwrap(), before);
}

#[tokio::test]
async fn operators_register_auditors_read_and_others_do_neither() {
    let site = Site::new().await;
    let path = site.world.mutual_service(|_| ()).await.service.id.to_string();
    let path = format!("/services/{path}");
    operators_alone(
        &site,
        &["/services", &path],
        &[("/services", &shop()), (&format!("{path}/rotate"), &json!({}))],
        &[&path],
    )
    .await;
}

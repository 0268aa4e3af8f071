//! `{host}/applications` for operators, and `GET {host}/users/me`.

use crate::site::{Answer, Site, request};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use countersign_core::user::IdpRole;
use countersign_core::user::data::set;
use countersign_protocol::consent::ClaimName;
use serde_json::{Value, json};

const MERGE_PATCH: &str = "application/merge-patch+json";

async fn patch(site: &Site, path: &str, token: &str, content_type: &str, body: &str) -> Answer {
    let request = request(Method::PATCH, path, Some(token)).header(CONTENT_TYPE, content_type);
    site.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

pub(crate) async fn delete(site: &Site, path: &str, token: &str) -> Answer {
    let request = request(Method::DELETE, path, Some(token));
    site.send(request.body(Body::empty()).unwrap()).await
}

/// The body that the published test of the Nest module sends.
fn published(client_id: &str) -> Value {
    json!({
        "name": "Files",
        "type": "SERVER",
        "metadata": { "hostname": "files.example", "isDependent": false, "clientIdentifier": "files-server" },
        "device": { "clientId": client_id },
        "isEnabled": true,
    })
}

#[tokio::test]
async fn an_application_is_added_read_changed_and_removed() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let (device, device_token) = site.device().await;
    let added = site
        .post_json("/applications", Some(&master), &published(&device.client_id))
        .await
        .succeeds(201);
    let path = format!("/applications/{}", added["id"].as_str().unwrap());
    let mut expected = published(&device.client_id);
    expected["id"] = added["id"].clone();
    expected["createdAt"] = json!("2026-11-21T09:00:00Z");
    expected["type"] = json!("server");
    expected["metadata"]["isHidden"] = json!(false);
    expected["device"]["id"] = added["device"]["id"].clone();
    assert!(added["device"]["id"].is_string());
    assert_eq!(added, expected);
    assert_eq!(site.get(&path, Some(&master)).await.succeeds(200), added);

    let listed = site.get("/applications", Some(&master)).await.succeeds(200);
    assert!(listed["applications"].as_array().unwrap().contains(&added));
    assert_eq!(
        listed["total"].as_u64().unwrap(),
        u64::try_from(listed["applications"].as_array().unwrap().len()).unwrap()
    );

    let body = r#"{"name":"Papers","metadata":{"clientIdentifier":null}}"#;
    let changed = patch(&site, &path, &master, MERGE_PATCH, body)
        .await
        .succeeds(200);
    expected["name"] = json!("Papers");
    expected["metadata"]
        .as_object_mut()
        .unwrap()
        .remove("clientIdentifier");
    assert_eq!(changed, expected);
    let known = site
        .get("/applications/.well-known", Some(&device_token))
        .await
        .succeeds(200);
    assert_eq!(known["applications"][0]["name"], "Papers");

    let removed = delete(&site, &path, &master).await;
    assert_eq!((removed.status.as_u16(), removed.body.len()), (204, 0));
    site.get(&path, Some(&master)).await.refuses(404, "not_found");
    delete(&site, &path, &master).await.refuses(404, "not_found");
    patch(&site, &path, &master, MERGE_PATCH, "{}")
        .await
        .refuses(404, "not_found");
}

#[tokio::test]
async fn a_host_name_is_given_once() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let (device, _) = site.device().await;
    let body = published(&device.client_id);
    site.post_json("/applications", Some(&master), &body)
        .await
        .succeeds(201);
    site.post_json("/applications", Some(&master), &body)
        .await
        .refuses(409, "conflict");
    let other = json!({ "name": "Other", "type": "server_oauth2" });
    let other = site
        .post_json("/applications", Some(&master), &other)
        .await
        .succeeds(201);
    let path = format!("/applications/{}", other["id"].as_str().unwrap());
    let body = r#"{"metadata":{"hostname":"FILES.example"}}"#;
    patch(&site, &path, &master, MERGE_PATCH, body)
        .await
        .refuses(409, "conflict");
}

#[tokio::test]
async fn operators_write_auditors_read_and_others_do_neither() {
    let site = Site::new().await;
    let admin = site.person("admin@OnesID1", IdpRole::Admin).await;
    let added = site
        .post_json(
            "/applications",
            Some(&admin),
            &json!({ "name": "Files", "type": "server" }),
        )
        .await
        .succeeds(201);
    let path = format!("/applications/{}", added["id"].as_str().unwrap());
    let auditor = site.person("auditor@OnesID1", IdpRole::Auditor).await;
    for path in ["/applications", &path] {
        site.get(path, Some(&auditor)).await.succeeds(200);
    }
    let (_, device) = site.device().await;
    let (_, phone) = site.phone("user.name@OnesID1").await;
    let person = site.person("plain@OnesID1", IdpRole::User).await;
    for token in [&device, &phone, &person] {
        for path in ["/applications", &path] {
            site.get(path, Some(token))
                .await
                .refuses(403, "insufficient_scope");
        }
    }
    for token in [&device, &phone, &person, &auditor] {
        let body = json!({ "name": "Mine", "type": "server" });
        site.post_json("/applications", Some(token), &body)
            .await
            .refuses(403, "insufficient_scope");
        patch(&site, &path, token, MERGE_PATCH, "{}")
            .await
            .refuses(403, "insufficient_scope");
        delete(&site, &path, token)
            .await
            .refuses(403, "insufficient_scope");
    }
    site.get(&path, Some(&admin)).await.succeeds(200);
}

#[tokio::test]
async fn a_patch_that_is_none_is_refused() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let body = json!({ "name": "Files", "type": "server" });
    let added = site
        .post_json("/applications", Some(&master), &body)
        .await
        .succeeds(201);
    let path = format!("/applications/{}", added["id"].as_str().unwrap());
    for content_type in ["text/plain", "application/json-patch+json", "application/jsonp"] {
        patch(&site, &path, &master, content_type, "{}")
            .await
            .refuses(415, "unsupported_media_type");
    }
    let deep = "{\"metadata\":".repeat(5000) + "1" + &"}".repeat(5000);
    for body in [
        "",
        "null",
        "[]",
        "7",
        "{",
        "{} {}",
        r#"{"name":"a","name":"b"}"#,
        r#"{"name":7}"#,
        r#"{"nmae":"a"}"#,
        r#"{"metadata":{"hostname":7}}"#,
        r#"{"metadata":{"isHidden":"yes"}}"#,
        r#"{"device":{"id":"x"}}"#,
        r#"{"device":[]}"#,
        r#"{"isEnabled":null}"#,
        &deep,
    ] {
        for content_type in [MERGE_PATCH, "application/json; charset=utf-8"] {
            patch(&site, &path, &master, content_type, body)
                .await
                .refuses(400, "invalid_request");
        }
    }
    let huge = " ".repeat(64 * 1024 + 1);
    patch(&site, &path, &master, MERGE_PATCH, &huge)
        .await
        .refuses(413, "payload_too_large");
    assert_eq!(site.get(&path, Some(&master)).await.succeeds(200), added);
}

#[tokio::test]
async fn an_id_that_names_nothing_is_not_found() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    for id in [
        "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11",
        "files.example",
        "1",
        "..%2f",
        "%00",
    ] {
        let path = format!("/applications/{id}");
        site.get(&path, Some(&master)).await.refuses(404, "not_found");
        patch(&site, &path, &master, MERGE_PATCH, "{}")
            .await
            .refuses(404, "not_found");
        delete(&site, &path, &master).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn users_me_has_every_member_that_published_readers_index() {
    let site = Site::new().await;
    let token = site.person("user.name@OnesID1", IdpRole::User).await;
    let me = site.get("/users/me", Some(&token)).await.succeeds(200);
    assert_eq!(
        me,
        json!({
            "createdAt": "2026-11-21T09:00:00Z", "username": "user.name@OnesID1", "usernameWithoutDomain": "user.name",
            "email": "", "phoneNumber": "", "title": "", "firstName": "", "lastName": "",
            "additionalInfo": { "localizedTitle": "", "localizedFirstName": "", "localizedLastName": "" },
        })
    );
    let (device_party, device) = site.device().await;
    let (contacted, phone) = site.phone("other@OnesID1").await;
    let values = [
        (ClaimName::Email, "other@mail.example".to_owned().into()),
        (ClaimName::FullName, "Ann Other".to_owned().into()),
    ];
    let provider = &site.world.provider;
    set(provider, "other@OnesID1", &values, "cli").await.unwrap();
    for (scope, email) in [("openid profile", ""), ("openid contact", "other@mail.example")] {
        let tokens = site.world.signed_in(&device_party, &contacted, scope).await;
        let me = site.get("/users/me", Some(&tokens.access_token)).await;
        assert_eq!(me.succeeds(200)["email"], email, "{scope}");
        assert!(!String::from_utf8_lossy(&me.body).contains("Ann"));
    }
    for wrong in [&device, &phone] {
        site.get("/users/me", Some(wrong))
            .await
            .refuses(403, "insufficient_scope");
    }
}

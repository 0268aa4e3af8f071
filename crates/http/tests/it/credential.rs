//! `{host}/credentials` for operators (X.1280 profile §6).

use crate::application::delete;
use crate::site::{Site, operators_alone};
use countersign_core::user::IdpRole;
use countersign_core::x1280::TokenId;
use countersign_core::x1280::credential::{self, Issued};
use countersign_jose::{base64url, hash};
use countersign_testkit::IdentityPhone;
use serde_json::{Value, json};

/// What an operator says of Marie Dupont.
fn marie() -> Value {
    json!({
        "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "1990-05-17", "nationality": "FRA",
        "documentNumber": "X-4711", "trustLevel": 2,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut request = marie();
    request[name] = value;
    request
}

async fn issue(site: &Site, token: &str, request: &Value) -> Value {
    site.post_json("/credentials", Some(token), request)
        .await
        .succeeds(201)
}

async fn list(site: &Site, token: &str) -> Value {
    site.get("/credentials", Some(token)).await.succeeds(200)
}

/// A phone takes on what was issued.
async fn enrolled(site: &Site, issued: &Value) -> IdentityPhone {
    let provider = &site.world.provider;
    let text = issued["credential"].as_str().unwrap();
    let issued = Issued {
        credential: text.to_owned(),
        token_id: TokenId::parse(issued["tokenId"].as_str().unwrap()).unwrap(),
        expires_at: site.world.now(),
    };
    IdentityPhone::enrol(provider, &issued).await.unwrap()
}

#[tokio::test]
async fn a_credential_is_issued_enrolled_listed_and_revoked() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let issued = issue(&site, &master, &marie()).await;
    let token_id = issued["tokenId"].as_str().unwrap();
    assert!(issued["credential"].as_str().unwrap().starts_with("HC1:"));
    assert_eq!(issued["expiresAt"], "2028-11-21T09:00:00Z", "two years");
    assert_eq!(issued.as_object().unwrap().len(), 3);
    let mut known = json!({
        "tokenId": token_id, "status": "issued", "issuer": "https://idp.example",
        "expiresAt": "2028-11-21T09:00:00Z", "recordedAt": "2026-11-21T09:00:00Z",
    });
    assert_eq!(
        list(&site, &master).await,
        json!({ "credentials": [known], "total": 1 })
    );

    enrolled(&site, &issued).await;
    let listed = list(&site, &master).await["credentials"][0].clone();
    assert!(listed["userId"].is_string());
    known["userId"] = listed["userId"].clone();
    known["status"] = json!("enrolled");
    assert_eq!(listed, known);

    let path = format!("/credentials/{token_id}?reason=phone+lost");
    let revoked = delete(&site, &path, &master).await;
    assert_eq!((revoked.status.as_u16(), revoked.body.len()), (204, 0));
    known["status"] = json!("revoked");
    known["revokedAt"] = json!("2026-11-21T09:00:00Z");
    known["reason"] = json!("phone lost");
    assert_eq!(list(&site, &master).await["credentials"][0], known);
    delete(&site, &path, &master).await.refuses(409, "conflict");
}

#[tokio::test]
async fn what_a_credential_says_is_told_once_and_never_listed() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let issued = issue(&site, &master, &marie()).await;
    let text = issued["credential"].as_str().unwrap();
    let verified = credential::verify(&site.world.provider, text).await.unwrap();
    assert_eq!(
        (verified.person.given_name.as_deref(), verified.person.trust_level),
        (Some("Marie"), Some(2))
    );
    enrolled(&site, &issued).await;
    let answer = site.get("/credentials", Some(&master)).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = String::from_utf8(answer.body).unwrap();
    for personal in ["Marie", "Dupont", "1990", "FRA", "4711", "HC1"] {
        assert!(!answer.contains(personal), "{personal} is in {answer}");
    }
}

#[tokio::test]
async fn every_member_of_the_request_counts() {
    let site = Site::new().await;
    let admin = site.person("admin@OnesID1", IdpRole::Admin).await;
    site.phone("user.name@OnesID1").await;
    let picture = b"\x89PNG\r\n\x1a\n\xfb\xff";
    let mut request = marie();
    for (name, value) in [
        ("photoBase64", json!("iVBORw0KGgr7_w")),
        ("expires", json!("90d")),
        ("username", json!("user.name@OnesID1")),
    ] {
        request[name] = value;
    }
    let issued = issue(&site, &admin, &request).await;
    assert_eq!(issued["expiresAt"], "2027-02-19T09:00:00Z");
    let text = issued["credential"].as_str().unwrap();
    let person = credential::verify(&site.world.provider, text)
        .await
        .unwrap()
        .person;
    assert_eq!(person.family_name.as_deref(), Some("Dupont"));
    assert_eq!(person.date_of_birth.as_deref(), Some("1990-05-17"));
    assert_eq!(person.nationality.as_deref(), Some("FRA"));
    assert_eq!(person.document_number.as_deref(), Some("X-4711"));
    assert_eq!(person.photo.as_deref(), Some(&picture[..]));
    let phone = enrolled(&site, &issued).await;
    assert_eq!(phone.phone.username, "user.name@OnesID1");
}

/// A picture of 32 KiB, which no packing makes smaller.
fn large_picture() -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for number in 0..1024_u32 {
        bytes.extend(hash::sha256(&number.to_be_bytes()));
    }
    base64url::encode(&bytes)
}

#[tokio::test]
async fn a_request_that_cannot_be_is_refused_and_issues_nothing() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    for (name, value) in [
        ("givenName", json!("")),
        ("givenName", json!(7)),
        ("familyName", Value::Null),
        ("dateOfBirth", json!("17.05.1990")),
        ("dateOfBirth", json!("2026-11-22")),
        ("nationality", json!("France")),
        ("documentNumber", json!("a\nb")),
        ("trustLevel", json!(0)),
        ("trustLevel", json!(4)),
        ("trustLevel", json!(300)),
        ("photoBase64", json!("")),
        ("photoBase64", json!("no picture")),
        ("photoBase64", json!("AAAA")),
        ("photoBase64", json!(large_picture())),
        ("expires", json!("forever")),
        ("expires", json!("21y")),
        ("expires", json!("0d")),
    ] {
        site.post_json("/credentials", Some(&master), &with(name, value.clone()))
            .await
            .refuses(400, "invalid_request");
    }
    for member in ["givenName", "familyName", "dateOfBirth", "nationality"] {
        let mut less = marie();
        less.as_object_mut().unwrap().remove(member);
        site.post_json("/credentials", Some(&master), &less)
            .await
            .refuses(400, "invalid_request");
    }
    let stranger = with("username", json!("nobody@OnesID1"));
    site.post_json("/credentials", Some(&master), &stranger)
        .await
        .refuses(404, "not_found");
    assert_eq!(list(&site, &master).await["total"], 0);
}

#[tokio::test]
async fn a_credential_that_nobody_has_shown_yet_is_revoked_by_its_id() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let revoked = delete(&site, "/credentials/URN:UVCI:01:FR:W7V2%23L", &master).await;
    assert_eq!(revoked.status.as_u16(), 204);
    assert_eq!(
        list(&site, &master).await["credentials"],
        json!([{
            "tokenId": "URN:UVCI:01:FR:W7V2#L", "status": "revoked", "recordedAt": "2026-11-21T09:00:00Z",
            "revokedAt": "2026-11-21T09:00:00Z",
        }])
    );
}

#[tokio::test]
async fn an_id_that_cannot_be_and_a_reason_that_cannot_be_shown_are_refused() {
    let site = Site::new().await;
    let master = site.person("master@OnesID1", IdpRole::Master).await;
    let long = "t".repeat(129);
    for id in ["a%7Cb", "a%20b", "%00", "%22", long.as_str()] {
        delete(&site, &format!("/credentials/{id}"), &master)
            .await
            .refuses(404, "not_found");
    }
    let long = "r".repeat(201);
    for query in [
        "reason=",
        "reason=a%0Ab",
        "reason=%ff",
        "reason=a&reason=b",
        &format!("reason={long}"),
    ] {
        let answer = delete(&site, &format!("/credentials/tok_x?{query}"), &master).await;
        if query == "reason=" {
            // A parameter without a value counts as left out.
            assert_eq!(answer.status.as_u16(), 204);
        } else {
            answer.refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn operators_issue_and_revoke_auditors_list_and_others_do_neither() {
    let site = Site::new().await;
    operators_alone(
        &site,
        &["/credentials"],
        &[("/credentials", &marie())],
        &["/credentials/tok_x"],
    )
    .await;
}

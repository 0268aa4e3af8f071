//! `POST {host}/auth/initiate`: what it answers, and every refusal.

use super::{Stage, wire};
use crate::site::Site;
use countersign_core::x1280::credential;
use countersign_core::x1280::service::disable;
use serde_json::json;

#[tokio::test]
async fn a_session_has_every_member_that_the_quick_start_reads() {
    let stage = Stage::new().await;
    let answer = stage.post("/auth/initiate", &stage.request()).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let session = answer.succeeds(200);
    let mut members: Vec<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        ["autoPassword", "expiresAt", "random", "sessionId", "wsToken"]
    );
    assert_eq!(session["expiresAt"], "2026-11-21T09:01:00Z");
    let code = session["autoPassword"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
}

#[tokio::test]
async fn the_phone_shows_the_code_the_service_and_whether_it_proved_itself() {
    let stage = Stage::new().await;
    let token = stage.site.token_of(&stage.marie.phone.party).await;
    let mut by_vds = stage.request();
    by_vds.as_object_mut().unwrap().remove("serviceId");
    by_vds["serviceVds"] = json!(stage.service.service_vds);
    for (request, verified) in [(stage.request(), false), (by_vds, true)] {
        let session = stage.post("/auth/initiate", &request).await.succeeds(200);
        let list = stage.site.get("/approvals", Some(&token)).await.succeeds(200);
        let item = &list["approvals"][0];
        assert_eq!(item["verification"]["code"], session["autoPassword"]);
        assert_eq!(item["mutual"]["sessionId"], session["sessionId"]);
        assert_eq!(item["mutual"]["service"]["verified"], verified);
        // Where the request came from.
        assert_eq!(item["context"]["ip"], "192.0.2.7", "{item}");
    }
}

#[tokio::test]
async fn every_refusal_has_the_status_of_the_profile() {
    let stage = Stage::new().await;
    let with = |name: &str, value: serde_json::Value| {
        let mut request = stage.request();
        request[name] = value;
        request
    };
    for (request, status, code) in [
        (json!({}), 400, "invalid_request"),
        (json!({ "tokenId": stage.marie.token_id }), 400, "invalid_request"),
        (with("serviceVds", json!("HC1:")), 400, "invalid_request"),
        (with("scopes", json!("identity:name")), 400, "invalid_request"),
        (with("tokenId", json!(7)), 400, "invalid_request"),
        (with("tokenId", json!("tok_unknown")), 404, "not_found"),
        (with("serviceId", json!("svc_unknown")), 401, "invalid_service"),
        (
            with("scopes", json!(["identity:everything"])),
            422,
            "invalid_scope",
        ),
    ] {
        let answer = stage.post("/auth/initiate", &request).await;
        answer.refuses(status, code);
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn a_revoked_credential_is_403_and_a_disabled_service_401() {
    let stage = Stage::new().await;
    let provider = &stage.site.world.provider;
    disable(provider, stage.service.service.id.as_str(), "test")
        .await
        .unwrap();
    let answer = stage.post("/auth/initiate", &stage.request()).await;
    answer.refuses(401, "invalid_service");
    credential::revoke(provider, &stage.marie.token_id, None, "test")
        .await
        .unwrap();
    let answer = stage.post("/auth/initiate", &stage.request()).await;
    answer.refuses(403, "access_denied");
}

#[tokio::test]
async fn a_credential_that_is_revoked_before_the_answer_releases_nothing() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    credential::revoke(&stage.site.world.provider, &stage.marie.token_id, None, "test")
        .await
        .unwrap();
    let late = stage.post("/auth/verify", &wire(&stage.approval(&session))).await;
    late.refuses(404, "not_found");
}

#[tokio::test]
async fn a_fault_is_told_in_the_words_of_this_surface() {
    let site = Site::new().await;
    let broken = crate::faults::broken(&site, || countersign_core::Fault::new("secret detail"));
    let body = json!({ "tokenId": "tok_x", "serviceId": "svc_x" }).to_string();
    let request = crate::site::post("/auth/initiate", None, Some("application/json"), body.into());
    let answer = crate::site::send(&broken, request).await;
    let message = answer.refuses(500, "server_error");
    assert!(answer.json()["message"].is_string() && !message.contains("secret"));
    assert!(message.contains(answer.header("x-request-id").unwrap()));
}

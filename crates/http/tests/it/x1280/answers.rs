//! `POST {host}/auth/verify` and `POST {host}/auth/reject`: the phone answers.

use super::{Stage, wire};
use serde_json::{Value, json};

#[tokio::test]
async fn an_approval_releases_the_identity_under_both_names_of_the_path() {
    let stage = Stage::new().await;
    for path in ["/auth/verify", "/verify"] {
        let session = stage.begin().await;
        let mut request = wire(&stage.approval(&session));
        if path == "/verify" {
            let signature = request
                .as_object_mut()
                .unwrap()
                .remove("signatureBase64")
                .unwrap();
            request["signature"] = signature;
        }
        let answer = stage.post(path, &request).await.succeeds(200);
        let mut members: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["expiresAt", "hash", "jwt", "random"]);
        assert_eq!(answer["random"], session.random);
        // Single use, whoever sends it again.
        stage.post(path, &request).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn an_answer_for_another_session_or_with_changed_scopes_is_no_signature() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let now = stage.site.world.now();
    let granted: &[&str] = &["identity:age_over_18"];
    let signed = stage
        .marie
        .verification(&session.session_id, &session.auto_password, now, Some(granted));
    let mut more = wire(&signed);
    more["grantedScopes"] = json!(["identity:age_over_18", "identity:name"]);
    stage
        .post("/auth/verify", &more)
        .await
        .refuses(401, "invalid_signature");
    let mut all = wire(&signed);
    all.as_object_mut().unwrap().remove("grantedScopes");
    stage
        .post("/auth/verify", &all)
        .await
        .refuses(401, "invalid_signature");
    let answer = stage.post("/auth/verify", &wire(&signed)).await.succeeds(200);
    assert_eq!(claims(&answer)["scope"], "identity:age_over_18");

    let (other, session) = (session, stage.begin().await);
    let mut replayed = wire(&stage.approval(&other));
    replayed["sessionId"] = json!(session.session_id);
    replayed["otp"] = json!(session.auto_password);
    stage
        .post("/auth/verify", &replayed)
        .await
        .refuses(401, "invalid_signature");
}

#[tokio::test]
async fn every_refusal_of_an_answer_has_the_status_of_the_profile() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let good = wire(&stage.approval(&session));
    let with = |name: &str, value: Value| {
        let mut request = good.clone();
        request[name] = value;
        request
    };
    let now = good["timestamp"].as_i64().unwrap();
    let session_id = "sess_00000000000000000000000000000000";
    for (request, status, code) in [
        (json!({}), 400, "invalid_request"),
        (with("otp", json!(123_456)), 400, "invalid_request"),
        (with("signatureBase64", json!("%%%")), 400, "invalid_request"),
        (with("timestamp", json!(now - 31)), 400, "invalid_request"),
        (with("timestamp", json!(now + 31)), 400, "invalid_request"),
        (with("sessionId", json!(session_id)), 404, "not_found"),
        (with("tokenId", json!("tok_other")), 404, "not_found"),
        (with("timestamp", json!(now - 30)), 401, "invalid_signature"),
        (stage.wrong_code(&session), 401, "invalid_otp"),
    ] {
        stage.post("/auth/verify", &request).await.refuses(status, code);
    }
    // Two wrong answers are not three.
    stage.post("/auth/verify", &good).await.succeeds(200);
}

#[tokio::test]
async fn a_no_has_no_body_and_ends_the_session() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut forged = wire(&stage.marie.rejection(&session.session_id, stage.site.world.now()));
    forged["signatureBase64"] = wire(&stage.approval(&session))["signatureBase64"].clone();
    stage
        .post("/auth/reject", &forged)
        .await
        .refuses(401, "invalid_signature");
    let answer = stage.decline(&session).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    stage.decline(&session).await.refuses(404, "not_found");
    stage
        .post("/auth/verify", &wire(&stage.approval(&session)))
        .await
        .refuses(404, "not_found");
}

/// The claims of the identity in an answer.
pub(super) fn claims(answer: &Value) -> Value {
    let jws = countersign_jose::UnverifiedJws::parse(answer["jwt"].as_str().unwrap()).unwrap();
    jws.unverified_claims().unwrap()
}

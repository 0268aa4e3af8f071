//! What is secret stays so (law 8): not printed, not told in errors.

use crate::fake_provider::{Answer, FakeProvider};
use countersign_client::{AccessToken, IdToken, LoginHint, RefreshToken};
use serde_json::json;

#[test]
fn no_secret_has_a_debug_form() {
    assert_eq!(format!("{:?}", AccessToken::new("s3cr3t")), "AccessToken(..)");
    assert_eq!(format!("{:?}", RefreshToken::new("s3cr3t")), "RefreshToken(..)");
    assert_eq!(format!("{:?}", IdToken::new("s3cr3t")), "IdToken(..)");
    assert_eq!(
        format!("{:?}", LoginHint::token("s3cr3t")),
        "LoginHint { kind: LoginHintToken, .. }"
    );
}

#[tokio::test]
async fn a_whole_answer_can_be_logged() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let answer = json!({
        "access_token": "s3cr3t-a", "token_type": "Bearer", "expires_in": 600, "id_token": "s3cr3t-i",
        "refresh_token": "s3cr3t-r", "scope": "openid",
    });
    fake.on("/oidc/token", Answer::Json(200, answer));
    fake.on(
        "/oidc/backchannel",
        Answer::Json(200, json!({ "auth_req_id": "s3cr3t-q", "expires_in": 600 })),
    );
    let request = client
        .make_ciba_request(&LoginHint::token("s3cr3t-h"), "openid", "Sign in", None)
        .await
        .unwrap();
    let tokens = client.check_ciba_status(&request.auth_req_id).await.unwrap();
    let device = client.device_access_token().await.unwrap();
    let printed = format!(
        "{client:?} {request:?} {tokens:?} {device:?} {:?}",
        client.configuration()
    );
    assert!(!printed.contains("s3cr3t"), "{printed}");
}

#[tokio::test]
async fn an_error_about_a_token_does_not_repeat_it() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    for token in ["s3cr3t", "s3cr3t.s3cr3t.s3cr3t", "eyJhbGciOiJub25lIn0.s3cr3t.AA"] {
        let error = client.validate_token(token).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
    }
    let error = client.check_ciba_status("s3cr3t").await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
}

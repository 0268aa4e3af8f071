//! A provider, or whoever answers in its place, that misbehaves: a typed error in bounded time and memory.

use crate::fake_provider::{Answer, FakeProvider};
use countersign_client::{
    Advice, ClientError, Configuration, HttpError, LoginHint, OpenIdconnectClient, Retry, StatusCode,
    Timeouts,
};
use serde_json::json;
use std::time::Duration;

const TOKEN: &str = "/oidc/token";

async fn once(fake: &FakeProvider) -> OpenIdconnectClient {
    let configuration = Configuration {
        retry: Retry::NEVER,
        ..fake.configuration()
    };
    fake.try_client(configuration).await.unwrap()
}

async fn answered(answer: Answer) -> ClientError {
    let fake = FakeProvider::start().await;
    let client = once(&fake).await;
    fake.on(TOKEN, answer);
    let error = client.device_access_token().await.unwrap_err();
    assert!(error.to_string().len() < 600, "{error}");
    error
}

fn http(error: ClientError) -> HttpError {
    match error {
        ClientError::Http(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn html_with_status_200_is_not_an_answer() {
    let page = "<!doctype html><title>Welcome to the hotel</title>".to_owned();
    let error = answered(Answer::Text(200, "text/html", page)).await;
    assert_eq!(error.advice(), Advice::GiveUp);
    let error = http(error);
    assert!(matches!(error, HttpError::NotJson { .. }), "{error}");
    assert!(!error.to_string().contains("hotel"), "{error}");
}

#[tokio::test]
async fn html_with_status_500_is_the_providers_trouble() {
    let error = answered(Answer::Text(
        500,
        "text/html",
        "<html>\u{1b}[31m</html>".to_owned(),
    ))
    .await;
    assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!((error.error(), error.advice()), (None, Advice::Retry));
}

#[tokio::test]
async fn a_redirect_is_an_error_and_the_assertion_stays_here() {
    let elsewhere = FakeProvider::start().await;
    elsewhere.on(
        TOKEN,
        Answer::Json(
            200,
            json!({ "access_token": "evil", "token_type": "Bearer", "expires_in": 600 }),
        ),
    );
    let error = answered(Answer::Redirect(format!("{}/oidc/token", elsewhere.host))).await;
    assert_eq!(error.status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert!(
        error.to_string().contains("redirects are not followed"),
        "{error}"
    );
    assert!(elsewhere.received(TOKEN).is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let error = http(answered(Answer::Endless).await);
    assert!(
        matches!(error, HttpError::TooLarge { limit: 65_536, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_long_error_page_is_cut_off_as_well() {
    let error = http(answered(Answer::Text(400, "text/plain", "x".repeat(100_000))).await);
    assert!(matches!(error, HttpError::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn no_answer_at_all_ends_with_the_timeout() {
    let fake = FakeProvider::start().await;
    let configuration = Configuration {
        retry: Retry::NEVER,
        timeouts: Timeouts {
            connect: Duration::from_millis(200),
            answer: Duration::from_millis(200),
        },
        ..fake.configuration()
    };
    let client = fake.try_client(configuration).await.unwrap();
    fake.on(TOKEN, Answer::Silence);
    let error = client.device_access_token().await.unwrap_err();
    assert!(error.to_string().contains("no answer in time"), "{error}");
    assert_eq!(error.advice(), Advice::Retry);
}

#[tokio::test]
async fn json_without_bottom_is_refused() {
    let deep = format!(
        "{{\"access_token\":{}{}}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let error = http(answered(Answer::Text(200, "application/json", deep)).await);
    assert!(matches!(error, HttpError::NotJson { .. }), "{error}");
}

#[tokio::test]
async fn two_members_of_one_name_are_refused() {
    let twice = r#"{"access_token":"good","access_token":"evil","token_type":"Bearer","expires_in":600}"#;
    let error = http(answered(Answer::Text(200, "application/json", twice.to_owned())).await);
    assert!(
        error.to_string().contains("two members of the same name"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_member_is_named_and_no_value_is_quoted() {
    let error = answered(Answer::Json(
        200,
        json!({ "access_token": "s3cr3t", "expires_in": 600 }),
    ))
    .await;
    assert!(
        error.to_string().contains("missing field `token_type`"),
        "{error}"
    );
    let error = answered(Answer::Json(
        200,
        json!({ "access_token": ["s3cr3t"], "token_type": "Bearer", "expires_in": 1 }),
    ));
    let error = error.await;
    assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
}

#[tokio::test]
async fn a_token_of_another_type_is_not_used() {
    let error = answered(Answer::Json(
        200,
        json!({ "access_token": "x", "token_type": "DPoP", "expires_in": 600 }),
    ));
    assert!(matches!(error.await, ClientError::Answer { .. }));
}

#[tokio::test]
async fn a_refusal_without_description_is_still_a_refusal() {
    let error = answered(Answer::Json(401, json!({ "error": "invalid_client" }))).await;
    assert_eq!(
        (error.error(), error.error_description()),
        (Some("invalid_client"), None)
    );
    assert_eq!(error.advice(), Advice::Misuse);
}

#[tokio::test]
async fn what_a_provider_says_cannot_move_the_cursor() {
    let body = json!({ "error": "invalid_client", "error_description": "\u{1b}[2J\u{7}cleared" });
    let error = answered(Answer::Json(401, body)).await;
    assert_eq!(error.error_description(), Some("?[2J?cleared"));
    assert!(!error.to_string().contains('\u{1b}'));
}

#[tokio::test]
async fn a_lifetime_beyond_any_calendar_is_no_overflow() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let answer = json!({ "access_token": "x", "token_type": "bearer", "expires_in": u64::MAX });
    fake.on(TOKEN, Answer::Json(200, answer));
    client.device_access_token().await.unwrap();
}

#[tokio::test]
async fn a_provider_that_asks_for_patience_is_heard() {
    let error = answered(Answer::RetryAfter(503, "7")).await;
    assert_eq!(error.advice(), Advice::Wait(Duration::from_secs(7)));
    let error = answered(Answer::RetryAfter(429, "99999999")).await;
    assert_eq!(error.advice(), Advice::Wait(Duration::from_secs(3600)));
    let error = answered(Answer::RetryAfter(503, "Fri, 31 Dec 2100 23:59:59 GMT")).await;
    assert_eq!(error.advice(), Advice::Retry);
}

#[tokio::test]
async fn every_call_survives_every_kind_of_nonsense() {
    let fake = FakeProvider::start().await;
    let client = once(&fake).await;
    let nonsense = [
        Answer::Text(200, "application/json", String::new()),
        Answer::Text(200, "application/json", "null".to_owned()),
        Answer::Text(200, "application/json", "[]".to_owned()),
        Answer::Text(200, "application/json", "{\"active\":7}".to_owned()),
        Answer::Text(200, "application/json", "{\"keys\":[null,1,\"x\",{}]}".to_owned()),
        Answer::Text(200, "application/octet-stream", "\u{0}\u{ffff}".to_owned()),
        Answer::Text(418, "text/plain", "{".to_owned()),
        Answer::Redirect("javascript:alert(1)".to_owned()),
    ];
    let jwt = crate::fake_provider::access_token(&fake.access_claims());
    for answer in nonsense {
        for path in [
            "/token",
            "/backchannel",
            "/token/introspection",
            "/identify",
            "/jwks",
        ] {
            fake.on(&format!("/oidc{path}"), answer.clone());
        }
        client.device_access_token().await.unwrap_err();
        client.check_ciba_status("x").await.unwrap_err();
        client.refresh("x").await.unwrap_err();
        client.introspect("x").await.unwrap_err();
        client.identify("x").await.unwrap_err();
        client.validate_token("x").await.unwrap_err();
        client.validate_token(&jwt).await.unwrap_err();
        client.from_identifier("x").await.unwrap_err();
        client.well_known_applications().await.unwrap_err();
        let hint = LoginHint::username("x");
        client
            .make_ciba_request(&hint, "openid", "x", None)
            .await
            .unwrap_err();
    }
}

#[tokio::test]
async fn the_host_name_of_an_application_leads_nowhere_else() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(
        TOKEN,
        Answer::Json(
            200,
            json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 600 }),
        ),
    );
    for (hostname, url) in [
        ("app.example", Some("http://app.example/")),
        ("app.example:8443", Some("http://app.example:8443/")),
        ("app.example/evil", None),
        ("app.example@evil.example", None),
        ("app.example?x", None),
        ("", None),
    ] {
        let one = json!({ "id": "1", "type": "server_of_tomorrow", "name": "n", "hostname": hostname });
        fake.on(
            "/applications/.well-known",
            Answer::Json(200, json!({ "applications": [one], "total": 1 })),
        );
        let application = client.well_known_applications().await.unwrap().remove(0);
        let told = client.url_of(&application).ok().map(String::from);
        assert_eq!(told.as_deref(), url, "{hostname}");
    }
}

//! Opaque tokens: introspection and identification together (onesid.md §8).

use crate::clocks::BEGINNING;
use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, SUBJECT, with};
use countersign_client::{Advice, ClientError, Entity, TokenError, TokenKind, ValidatedToken};
use serde_json::{Value, json};

const INTROSPECTION: &str = "/oidc/token/introspection";
const IDENTIFY: &str = "/oidc/identify";

fn living(fake: &FakeProvider, changes: &Value) -> Value {
    let answer = json!({
        "active": true, "client_id": "rp", "iat": BEGINNING, "exp": BEGINNING + 600, "iss": fake.issuer(),
        "token_type": "Bearer",
    });
    with(&answer, changes)
}

struct Case {
    fake: FakeProvider,
}

impl Case {
    async fn new(introspection: Value, identify: Value) -> Self {
        let fake = FakeProvider::start().await;
        fake.on(INTROSPECTION, Answer::Json(200, living(&fake, &introspection)));
        fake.on(IDENTIFY, Answer::Json(200, identify));
        Self { fake }
    }

    async fn result(&self) -> Result<ValidatedToken, ClientError> {
        self.fake.client().await.validate_token("opaque").await
    }
}

fn user(subject: &str) -> Value {
    json!({ "subject_type": "user", "subject": subject, "username": "user.name@onesid1.com", "client_id": "phone" })
}

fn device() -> Value {
    json!({ "subject_type": "device", "subject": "d1", "username": null, "client_id": "machine" })
}

#[tokio::test]
async fn a_persons_token_has_a_subject() {
    let case = Case::new(
        json!({ "sub": SUBJECT, "scope": "openid profile", "idp_role": "user", "aud": [CLIENT_ID] }),
        user(SUBJECT),
    );
    let case = case.await;
    let token = case.result().await.unwrap();
    assert_eq!(
        (token.kind, token.entity),
        (TokenKind::UserAccessToken, Entity::User)
    );
    assert_eq!(token.username.as_deref(), Some("user.name@onesid1.com"));
    assert!(token.has_scope("profile"));
    let identified = case.fake.received(IDENTIFY).remove(0);
    assert_eq!(
        (identified.method.as_str(), identified.authorization.as_deref()),
        ("GET", Some("Bearer opaque"))
    );
}

#[tokio::test]
async fn identification_is_spared_when_introspection_says_all() {
    let case = Case::new(json!({ "sub": SUBJECT, "username": "u@o" }), device()).await;
    assert_eq!(case.result().await.unwrap().username.as_deref(), Some("u@o"));
    assert!(case.fake.received(IDENTIFY).is_empty());
}

#[tokio::test]
async fn a_phones_and_a_devices_token_differ_by_identification() {
    let phone = Case::new(json!({}), user(SUBJECT)).await.result().await.unwrap();
    assert_eq!(
        (phone.kind, phone.entity),
        (TokenKind::PhoneAccessToken, Entity::User)
    );
    assert_eq!(phone.subject, SUBJECT);
    let machine = Case::new(json!({}), device()).await.result().await.unwrap();
    assert_eq!(
        (machine.kind, machine.entity),
        (TokenKind::DeviceAccessToken, Entity::Device)
    );
    assert_eq!(machine.subject, "d1");
}

#[tokio::test]
async fn a_provider_without_identify_serves_people_but_not_the_nameless() {
    let named = Case::new(json!({ "sub": SUBJECT }), json!({})).await;
    named
        .fake
        .on(IDENTIFY, Answer::Json(404, json!({ "error": "invalid_request" })));
    assert_eq!(named.result().await.unwrap().username, None);
    let nameless = Case::new(json!({}), json!({})).await;
    nameless
        .fake
        .on(IDENTIFY, Answer::Json(404, json!({ "error": "invalid_request" })));
    assert_eq!(
        nameless.result().await.unwrap_err().status().unwrap().as_u16(),
        404
    );
}

#[tokio::test]
async fn what_is_not_alive_not_ours_or_not_an_access_token_is_refused() {
    for (changes, refusal) in [
        (json!({ "active": false }), TokenError::Inactive),
        (
            json!({ "token_type": "refresh_token" }),
            TokenError::NotAnAccessToken,
        ),
        (json!({ "iss": "https://evil.example" }), TokenError::Issuer),
        (json!({ "aud": "somebody" }), TokenError::Audience),
        (json!({ "aud": ["a", "b"] }), TokenError::Audience),
        (json!({ "exp": BEGINNING - 60 }), TokenError::Expired),
        (json!({ "nbf": BEGINNING + 61 }), TokenError::NotYetValid),
        (json!({ "sub": "another" }), TokenError::Contradiction),
    ] {
        let error = Case::new(changes.clone(), user(SUBJECT))
            .await
            .result()
            .await
            .unwrap_err();
        assert_eq!(error.advice(), Advice::GiveUp);
        assert!(
            matches!(&error, ClientError::Token(told) if *told == refusal),
            "{changes}: {error}"
        );
    }
    let error = Case::new(json!({ "sub": "d1" }), device())
        .await
        .result()
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::Token(TokenError::Contradiction)),
        "{error}"
    );
}

#[tokio::test]
async fn the_short_answer_about_a_dead_token_is_enough() {
    let fake = FakeProvider::start().await;
    fake.on(INTROSPECTION, Answer::Json(200, json!({ "active": false })));
    let error = fake.client().await.validate_token("opaque").await.unwrap_err();
    assert!(
        matches!(error, ClientError::Token(TokenError::Inactive)),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_that_ends_between_the_two_questions_is_not_active() {
    let case = Case::new(json!({}), json!({})).await;
    case.fake.on(
        IDENTIFY,
        Answer::Json(
            401,
            json!({ "error": "invalid_token", "error_description": "ended" }),
        ),
    );
    let error = case.result().await.unwrap_err();
    assert!(
        matches!(error, ClientError::Token(TokenError::Inactive)),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_that_could_not_be_judged_is_not_called_bad() {
    let case = Case::new(json!({}), json!({})).await;
    case.fake
        .on(INTROSPECTION, Answer::Text(503, "text/html", String::new()));
    let error = case.result().await.unwrap_err();
    assert_eq!(error.advice(), Advice::Retry);
}

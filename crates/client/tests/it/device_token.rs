//! The device access token: cached, renewed in time, asked for once by many (onesid.md §5.1).

use crate::clocks::BEGINNING;
use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, client_key};
use countersign_jose::UnverifiedJws;
use futures_util::future::join_all;
use serde_json::{Value, json};

const TOKEN: &str = "/oidc/token";

fn token(name: &str) -> Answer {
    Answer::Json(
        200,
        json!({ "access_token": name, "token_type": "Bearer", "expires_in": 600 }),
    )
}

#[tokio::test]
async fn a_token_is_kept_until_100_seconds_before_its_end() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on_each(TOKEN, vec![token("first"), token("second")]);
    for wait in [0, 499] {
        fake.clock.advance(wait);
        let token = client.device_access_token().await.unwrap();
        assert_eq!(token.access_token.secret(), "first");
        assert_eq!(token.expires_at.as_second(), BEGINNING + 600);
    }
    fake.clock.advance(1);
    let token = client.device_access_token().await.unwrap();
    assert_eq!(token.access_token.secret(), "second");
    assert_eq!(fake.received(TOKEN).len(), 2);
}

#[tokio::test]
async fn the_other_call_always_asks_and_the_cache_keeps_what_it_got() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on_each(TOKEN, vec![token("first"), token("second")]);
    client.device_access_token().await.unwrap();
    client.request_device_access_token().await.unwrap();
    let token = client.clone().device_access_token().await.unwrap();
    assert_eq!(token.access_token.secret(), "second");
}

#[tokio::test]
async fn many_callers_cause_one_request() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(TOKEN, token("one"));
    let tokens = join_all((0..64).map(|_| client.device_access_token())).await;
    assert!(
        tokens
            .iter()
            .all(|token| token.as_ref().unwrap().access_token.secret() == "one")
    );
    assert_eq!(fake.received(TOKEN).len(), 1);
}

#[tokio::test]
async fn many_callers_share_one_failure() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(
        TOKEN,
        Answer::Json(
            401,
            json!({ "error": "invalid_client", "error_description": "no" }),
        ),
    );
    let tokens = join_all((0..64).map(|_| client.device_access_token())).await;
    assert!(
        tokens
            .iter()
            .all(|token| token.as_ref().unwrap_err().error() == Some("invalid_client"))
    );
    assert_eq!(fake.received(TOKEN).len(), 1);
}

#[tokio::test]
async fn a_provider_that_is_away_does_not_take_away_a_living_token() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on_each(
        TOKEN,
        vec![token("old"), Answer::Text(503, "text/plain", String::new())],
    );
    client.device_access_token().await.unwrap();
    fake.clock.advance(550);
    assert_eq!(
        client.device_access_token().await.unwrap().access_token.secret(),
        "old"
    );
    fake.clock.advance(60);
    client.device_access_token().await.unwrap_err();
}

#[tokio::test]
async fn a_token_that_was_withdrawn_is_renewed_once_and_the_call_repeated() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let unauthorized = Answer::Json(
        401,
        json!({ "error": "invalid_token", "error_description": "ended" }),
    );
    let person = json!({ "subject": "s", "username": "u", "client_id": "c" });
    fake.on_each(TOKEN, vec![token("old"), token("new")]);
    fake.on_each(
        "/oidc/from-identifier",
        vec![unauthorized.clone(), Answer::Json(200, person)],
    );
    assert_eq!(client.from_identifier("u").await.unwrap().subject, "s");
    let bearers: Vec<_> = fake
        .received("/oidc/from-identifier")
        .into_iter()
        .map(|request| request.authorization.unwrap())
        .collect();
    assert_eq!(bearers, ["Bearer old", "Bearer new"]);

    fake.on("/oidc/from-identifier", unauthorized);
    let refused = client.from_identifier("u").await.unwrap_err();
    assert_eq!(refused.error(), Some("invalid_token"));
    assert_eq!(fake.received("/oidc/from-identifier").len(), 4);
}

#[tokio::test]
async fn the_assertion_is_for_this_provider_alone_and_good_for_five_minutes() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(TOKEN, token("one"));
    client.device_access_token().await.unwrap();
    let request = fake.received(TOKEN).remove(0);
    assert_eq!(request.field("grant_type").unwrap(), "client_credentials");
    assert_eq!(request.field("client_id").unwrap(), CLIENT_ID);
    assert_eq!(
        request.field("client_assertion_type").unwrap(),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let key = client_key();
    let assertion = UnverifiedJws::parse(&request.field("client_assertion").unwrap()).unwrap();
    let assertion = assertion
        .verify(key.public(), key.public().natural_algorithm())
        .unwrap();
    let claims: Value = assertion.claims().unwrap();
    let expected = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": fake.issuer(), "jti": claims["jti"],
        "iat": BEGINNING, "nbf": BEGINNING, "exp": BEGINNING + 300,
    });
    assert_eq!(claims, expected);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
}

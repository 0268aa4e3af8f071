//! The provider's keys: chosen by `kid`, fetched again when needed, never too often (onesid.md §1).

use crate::fake_provider::{Answer, FakeProvider, access_token, jwks, provider_key, signed};
use countersign_client::{Advice, ClientError, JwksError, OpenIdconnectClient, TokenError};
use countersign_jose::{KeyType, PrivateKey};
use futures_util::future::join_all;
use serde_json::{Value, json};

const JWKS: &str = "/oidc/jwks";

fn new_key() -> PrivateKey {
    PrivateKey::generate(KeyType::P256).unwrap()
}

fn token_of(fake: &FakeProvider, key: &PrivateKey, kid: &str) -> String {
    signed(
        key,
        &json!({ "typ": "at+jwt", "kid": kid }),
        &fake.access_claims(),
    )
}

async fn refusal(client: &OpenIdconnectClient, token: &str) -> ClientError {
    client.validate_token(token).await.unwrap_err()
}

fn is_unknown(error: &ClientError) -> bool {
    matches!(error, ClientError::Token(TokenError::UnknownKid))
}

#[tokio::test]
async fn the_keys_are_fetched_once_for_many_tokens() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let token = access_token(&fake.access_claims());
    let results = join_all((0..64).map(|_| client.validate_token(&token))).await;
    assert!(results.iter().all(Result::is_ok));
    client.clone().validate_token(&token).await.unwrap();
    assert_eq!(fake.received(JWKS).len(), 1);
}

#[tokio::test]
async fn a_rotation_is_noticed_by_the_kid() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    client
        .validate_token(&access_token(&fake.access_claims()))
        .await
        .unwrap();
    let next = new_key();
    fake.on(
        JWKS,
        Answer::Json(200, jwks(&[(&provider_key(), "k1"), (&next, "k2")])),
    );
    fake.clock.advance(10);
    client
        .validate_token(&token_of(&fake, &next, "k2"))
        .await
        .unwrap();
    client
        .validate_token(&access_token(&fake.access_claims()))
        .await
        .unwrap();
    assert_eq!(fake.received(JWKS).len(), 2);
}

#[tokio::test]
async fn nobody_can_make_us_hammer_the_provider_with_unknown_kids() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    client
        .validate_token(&access_token(&fake.access_claims()))
        .await
        .unwrap();
    let stranger = new_key();
    let storm = |client: OpenIdconnectClient| {
        let tokens: Vec<_> = (0..50)
            .map(|n| token_of(&fake, &stranger, &format!("evil-{n}")))
            .collect();
        async move {
            for token in tokens {
                assert!(is_unknown(&refusal(&client, &token).await));
            }
        }
    };
    storm(client.clone()).await;
    assert_eq!(
        fake.received(JWKS).len(),
        1,
        "fetched a moment ago, so nothing newer is to be had"
    );
    fake.clock.advance(10);
    storm(client.clone()).await;
    assert_eq!(fake.received(JWKS).len(), 2);
    client
        .validate_token(&access_token(&fake.access_claims()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_signature_by_another_key_under_a_known_kid_is_refused() {
    let fake = FakeProvider::start().await;
    let other = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let error = refusal(&fake.client().await, &token_of(&fake, &other, "k1")).await;
    assert!(matches!(error, ClientError::Token(TokenError::Jws(_))), "{error}");
    assert_eq!(fake.received(JWKS).len(), 1);
}

#[tokio::test]
async fn a_withdrawn_key_is_believed_for_an_hour_at_most() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let old = new_key();
    fake.on(JWKS, Answer::Json(200, jwks(&[(&old, "old")])));
    let token = token_of(&fake, &old, "old");
    client.validate_token(&token).await.unwrap();
    fake.on(JWKS, Answer::Json(200, jwks(&[(&provider_key(), "k1")])));
    fake.clock.advance(3599);
    client.validate_token(&token).await.unwrap();
    fake.clock.advance(1);
    assert!(is_unknown(&refusal(&client, &token).await));
}

#[tokio::test]
async fn a_provider_that_is_away_is_believed_for_six_hours_and_then_no_more() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let at = |second: i64| {
        let claims = crate::fake_provider::with(
            &fake.access_claims(),
            &json!({ "exp": crate::clocks::BEGINNING + second + 600 }),
        );
        access_token(&claims)
    };
    client.validate_token(&at(0)).await.unwrap();
    fake.on(JWKS, Answer::Text(503, "text/html", "<html>".to_owned()));
    fake.clock.advance(5 * 3600);
    client.validate_token(&at(5 * 3600)).await.unwrap();
    fake.clock.advance(3600);
    let error = refusal(&client, &at(6 * 3600)).await;
    assert_eq!(error.advice(), Advice::Retry, "{error}");
    let tried = fake.received(JWKS).len();
    let error = refusal(&client, &at(6 * 3600)).await;
    assert!(
        matches!(error, ClientError::Keys(JwksError::Unavailable)),
        "{error}"
    );
    assert_eq!(fake.received(JWKS).len(), tried, "tried a moment ago");
    fake.on(JWKS, Answer::Json(200, jwks(&[(&provider_key(), "k1")])));
    fake.clock.advance(10);
    client.validate_token(&at(6 * 3600)).await.unwrap();
}

#[tokio::test]
async fn a_token_without_kid_is_verified_when_there_is_one_key_only() {
    let fake = FakeProvider::start().await;
    let nameless = signed(
        &provider_key(),
        &json!({ "typ": "at+jwt" }),
        &fake.access_claims(),
    );
    fake.client().await.validate_token(&nameless).await.unwrap();
    fake.on(
        JWKS,
        Answer::Json(200, jwks(&[(&provider_key(), "k1"), (&new_key(), "k2")])),
    );
    let error = refusal(&fake.client().await, &nameless).await;
    assert!(matches!(error, ClientError::Token(TokenError::NoKid)), "{error}");
}

#[tokio::test]
async fn keys_that_we_cannot_use_do_not_take_the_others_away() {
    let fake = FakeProvider::start().await;
    let mut set = jwks(&[(&provider_key(), "k1")]);
    let foreign = [
        json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "h" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-65", "pub": "AA", "kid": "pq" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "b" }),
        json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "short" }),
        json!(7),
    ];
    set["keys"].as_array_mut().unwrap().extend(foreign);
    fake.on(JWKS, Answer::Json(200, set));
    fake.client()
        .await
        .validate_token(&access_token(&fake.access_claims()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_for_signatures_verifies_none() {
    let fake = FakeProvider::start().await;
    let mut set = jwks(&[(&provider_key(), "k1")]);
    set["keys"][0]["use"] = json!("enc");
    fake.on(JWKS, Answer::Json(200, set));
    let error = refusal(&fake.client().await, &access_token(&fake.access_claims())).await;
    assert!(is_unknown(&error), "{error}");
}

async fn refused_set(set: Value) -> ClientError {
    let fake = FakeProvider::start().await;
    fake.on(JWKS, Answer::Json(200, set));
    refusal(&fake.client().await, &access_token(&fake.access_claims())).await
}

#[tokio::test]
async fn a_set_beyond_the_limits_is_refused_whole() {
    let keys: Vec<Value> = (0..33)
        .map(|n| json!({ "kty": "oct", "kid": n.to_string() }))
        .collect();
    let error = refused_set(json!({ "keys": keys })).await;
    assert!(matches!(error, ClientError::Keys(JwksError::TooMany)), "{error}");
    assert_eq!(error.advice(), Advice::GiveUp);

    let error = refused_set(jwks(&[(&provider_key(), "k1"), (&new_key(), "k1")])).await;
    assert!(
        matches!(error, ClientError::Keys(JwksError::DuplicateKid)),
        "{error}"
    );

    let big = json!({ "keys": [], "padding": "x".repeat(70_000) });
    assert!(refused_set(big).await.to_string().contains("more than 64 KiB"));
}

#[tokio::test]
async fn an_empty_set_is_no_panic() {
    for set in [json!({ "keys": [] }), json!({ "keys": [null] })] {
        assert!(is_unknown(&refused_set(set).await));
    }
    for set in [json!({}), json!({ "keys": {} })] {
        assert_eq!(refused_set(set).await.advice(), Advice::GiveUp);
    }
}

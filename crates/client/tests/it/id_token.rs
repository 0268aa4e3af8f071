//! ID tokens (OpenID Connect Core §3.1.3.7 and §3.1.3.8).

use crate::clocks::BEGINNING;
use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, SUBJECT, id_token, jwks, signed, with};
use countersign_client::{Advice, ClientError, TokenError, TokenKind, TokenSet, ValidatedToken};
use countersign_jose::{KeyType, PrivateKey};
use serde_json::{Value, json};

async fn tokens(fake: &FakeProvider, access_token: &str, id_token: Option<String>) -> TokenSet {
    let mut answer = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 1 });
    if let Some(id_token) = id_token {
        answer["id_token"] = json!(id_token);
    }
    fake.on("/oidc/token", Answer::Json(200, answer));
    fake.client().await.check_ciba_status("x").await.unwrap()
}

async fn validated(changes: Value) -> Result<ValidatedToken, TokenError> {
    let fake = FakeProvider::start().await;
    let token = id_token(&with(&fake.id_claims(), &changes));
    let tokens = tokens(&fake, "SlAV32hkKG", Some(token)).await;
    match fake.client().await.validate_id_token(&tokens).await {
        Ok(token) => Ok(token),
        Err(ClientError::Token(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_good_id_token_says_who_signed_in_and_how() {
    let token = validated(json!({ "preferred_username": "user.name@onesid1.com" }))
        .await
        .unwrap();
    assert_eq!(
        (token.kind, token.subject.as_str()),
        (TokenKind::IdToken, SUBJECT)
    );
    assert_eq!(token.username.as_deref(), Some("user.name@onesid1.com"));
    assert_eq!(token.acr.as_deref(), Some("phr"));
    assert_eq!(token.amr, ["hwk", "user"]);
    assert_eq!(token.auth_time, Some(BEGINNING));
}

#[tokio::test]
async fn it_has_to_be_issued_to_us() {
    assert_eq!(
        validated(json!({ "azp": "other" })).await.unwrap_err(),
        TokenError::AuthorizedParty
    );
    let shared = json!({ "aud": [CLIENT_ID, "other"] });
    assert_eq!(validated(shared).await.unwrap_err(), TokenError::AuthorizedParty);
    validated(json!({ "aud": [CLIENT_ID, "other"], "azp": CLIENT_ID }))
        .await
        .unwrap();
    assert_eq!(
        validated(json!({ "aud": "other" })).await.unwrap_err(),
        TokenError::Audience
    );
}

#[tokio::test]
async fn an_access_token_in_its_place_is_refused() {
    let fake = FakeProvider::start().await;
    let access = crate::fake_provider::access_token(&fake.access_claims());
    let tokens = tokens(&fake, "x", Some(access)).await;
    let refused = fake.client().await.validate_id_token(&tokens).await.unwrap_err();
    assert!(
        matches!(refused, ClientError::Token(TokenError::Type)),
        "{refused}"
    );
}

#[tokio::test]
async fn the_access_token_beside_it_cannot_be_exchanged() {
    // OpenID Connect Core, appendix A.3: the access token `jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y`.
    let of_the_specification = json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" });
    let fake = FakeProvider::start().await;
    let token = id_token(&with(&fake.id_claims(), &of_the_specification));
    let right = tokens(
        &fake,
        "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
        Some(token.clone()),
    )
    .await;
    fake.client().await.validate_id_token(&right).await.unwrap();
    let wrong = tokens(&fake, "another", Some(token)).await;
    let refused = fake.client().await.validate_id_token(&wrong).await.unwrap_err();
    assert!(
        matches!(refused, ClientError::Token(TokenError::AccessTokenHash)),
        "{refused}"
    );
}

#[tokio::test]
async fn the_hash_is_that_of_the_algorithm() {
    // Left halves of SHA-384 and SHA-512 over `abc` (FIPS 180-4).
    for (kind, at_hash) in [
        (KeyType::P384, "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj"),
        (KeyType::P521, "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o"),
    ] {
        let key = PrivateKey::generate(kind).unwrap();
        let fake = FakeProvider::start().await;
        fake.on("/oidc/jwks", Answer::Json(200, jwks(&[(&key, "k")])));
        let claims = with(&fake.id_claims(), &json!({ "at_hash": at_hash }));
        let token = signed(&key, &json!({ "typ": "JWT", "kid": "k" }), &claims);
        let tokens = tokens(&fake, "abc", Some(token)).await;
        let result = fake.client().await.validate_id_token(&tokens).await;
        assert!(result.is_ok(), "{kind}: {result:?}");
    }
}

#[tokio::test]
async fn a_sign_in_without_openid_has_none() {
    let fake = FakeProvider::start().await;
    let tokens = tokens(&fake, "x", None).await;
    let refused = fake.client().await.validate_id_token(&tokens).await.unwrap_err();
    assert_eq!(refused.advice(), Advice::Misuse);
}

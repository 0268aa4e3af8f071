//! JWT access tokens: only what the provider signed, for us, in time (RFC 9068 §4, RFC 8725).

use crate::clocks::BEGINNING;
use crate::fake_provider::{
    Answer, CLIENT_ID, FakeProvider, SUBJECT, access_token, id_token, jwks, provider_key, signed, with,
};
use countersign_client::{Advice, ClientError, Configuration, Entity, TokenError, TokenKind};
use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url, hash, public_pem, sign};
use serde_json::{Value, json};

fn token_error(error: ClientError) -> TokenError {
    assert_eq!(error.advice(), Advice::GiveUp);
    match error {
        ClientError::Token(error) => error,
        other => panic!("{other:?}"),
    }
}

async fn refused(fake: &FakeProvider, token: &str) -> TokenError {
    token_error(fake.client().await.validate_token(token).await.unwrap_err())
}

async fn refused_with(changes: Value) -> TokenError {
    let fake = FakeProvider::start().await;
    let token = access_token(&with(&fake.access_claims(), &changes));
    refused(&fake, &token).await
}

#[tokio::test]
async fn a_good_access_token_says_who_may_do_what() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let token = access_token(&with(&fake.access_claims(), &json!({ "department": "engines" })));
    let token = client.validate_access_token(&token).await.unwrap();
    assert_eq!(
        (token.kind, token.entity),
        (TokenKind::JwtAccessToken, Entity::User)
    );
    assert_eq!(
        (token.subject.as_str(), token.client_id.as_deref()),
        (SUBJECT, Some("rp"))
    );
    assert_eq!(token.username.as_deref(), Some("user.name@onesid1.com"));
    assert!(token.has_scope("api:read") && !token.has_scope("api:write"));
    assert_eq!(token.audience, [CLIENT_ID]);
    assert_eq!(token.expires_at, Some(BEGINNING + 3600));
    assert_eq!(token.claim("department").unwrap(), "engines");
}

#[tokio::test]
async fn a_client_that_is_its_own_subject_is_a_device() {
    let fake = FakeProvider::start().await;
    let token = access_token(&with(&fake.access_claims(), &json!({ "sub": "rp" })));
    let token = fake.client().await.validate_token(&token).await.unwrap();
    assert_eq!(token.entity, Entity::Device);
}

#[tokio::test]
async fn another_issuer_is_refused() {
    for issuer in ["https://evil.example/oidc", "", "http://127.0.0.1/oidc"] {
        assert_eq!(refused_with(json!({ "iss": issuer })).await, TokenError::Issuer);
    }
}

#[tokio::test]
async fn a_token_for_somebody_else_or_for_nobody_is_refused() {
    for aud in [json!("somebody"), json!(["a", "b"]), json!([]), Value::Null] {
        assert_eq!(refused_with(json!({ "aud": aud })).await, TokenError::Audience);
    }
}

#[tokio::test]
async fn a_resource_that_this_service_answers_for_is_an_audience() {
    let fake = FakeProvider::start().await;
    let configuration = Configuration {
        audiences: vec!["https://api.example".to_owned()],
        ..fake.configuration()
    };
    let client = fake.try_client(configuration).await.unwrap();
    let token = access_token(&with(
        &fake.access_claims(),
        &json!({ "aud": ["x", "https://api.example"] }),
    ));
    client.validate_token(&token).await.unwrap();
    let near = access_token(&with(
        &fake.access_claims(),
        &json!({ "aud": "https://api.example.evil" }),
    ));
    let refused = token_error(client.validate_token(&near).await.unwrap_err());
    assert_eq!(refused, TokenError::Audience);
    let id = id_token(&with(&fake.id_claims(), &json!({ "aud": "https://api.example" })));
    let refused = token_error(client.validate_token(&id).await.unwrap_err());
    assert_eq!(refused, TokenError::Audience);
}

#[tokio::test]
async fn time_is_compared_with_a_leeway_of_a_minute() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    for (changes, refusal) in [
        (json!({ "exp": BEGINNING - 59 }), None),
        (json!({ "exp": BEGINNING - 60 }), Some(TokenError::Expired)),
        (json!({ "nbf": BEGINNING + 60 }), None),
        (json!({ "nbf": BEGINNING + 61 }), Some(TokenError::NotYetValid)),
        (json!({ "iat": BEGINNING + 60 }), None),
        (json!({ "iat": BEGINNING + 90 }), Some(TokenError::NotYetValid)),
        (json!({ "exp": i64::MIN }), Some(TokenError::Expired)),
        (
            json!({ "nbf": i64::MAX, "exp": i64::MAX }),
            Some(TokenError::NotYetValid),
        ),
    ] {
        let token = access_token(&with(&fake.access_claims(), &changes));
        let result = client.validate_token(&token).await;
        assert_eq!(result.err().map(token_error), refusal, "{changes}");
    }
}

#[tokio::test]
async fn a_clock_that_is_90_seconds_behind_is_told_so() {
    let fake = FakeProvider::start().await;
    let token = access_token(&with(
        &fake.access_claims(),
        &json!({ "iat": BEGINNING + 90, "nbf": BEGINNING + 90 }),
    ));
    let refused = refused(&fake, &token).await;
    assert!(refused.to_string().contains("clock"), "{refused}");
}

#[tokio::test]
async fn a_claim_that_is_missing_or_of_another_type_is_refused() {
    for (changes, told) in [
        (json!({ "exp": null }), "missing field `exp`"),
        (json!({ "iat": null }), "missing field `iat`"),
        (json!({ "sub": null }), "missing field `sub`"),
        (json!({ "iss": null }), "missing field `iss`"),
        (json!({ "exp": "tomorrow" }), "a claim has an unexpected value"),
        (json!({ "sub": { "id": 1 } }), "a claim has an unexpected value"),
    ] {
        let refused = refused_with(changes).await.to_string();
        assert!(refused.contains(told), "{refused}");
    }
}

#[tokio::test]
async fn an_unsecured_token_is_refused() {
    let fake = FakeProvider::start().await;
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let claims = part(&fake.access_claims());
    for alg in ["none", "None", "nOnE"] {
        let header = part(&json!({ "alg": alg, "typ": "at+jwt", "kid": "k1" }));
        let unsigned = refused(&fake, &format!("{header}.{claims}.")).await;
        assert!(unsigned.to_string().contains("no signature"), "{unsigned}");
        assert_eq!(
            refused(&fake, &format!("{header}.{claims}.AAAA")).await,
            TokenError::Algorithm
        );
    }
}

#[tokio::test]
async fn the_public_key_is_no_hmac_secret() {
    let fake = FakeProvider::start().await;
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let header = part(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": "k1" }));
    let input = format!("{header}.{}", part(&fake.access_claims()));
    let key = provider_key();
    let secrets = [
        public_pem(key.public()).as_bytes().to_vec(),
        key.public().spki_der().to_vec(),
    ];
    for secret in secrets {
        let mac = base64url::encode(&hash::hmac_sha256(&secret, input.as_bytes()));
        assert_eq!(
            refused(&fake, &format!("{input}.{mac}")).await,
            TokenError::Algorithm
        );
    }
}

#[tokio::test]
async fn the_key_decides_the_algorithm() {
    let fake = FakeProvider::start().await;
    let header = json!({ "typ": "at+jwt", "kid": "k1" });
    // The same RSA key could make this signature, but it is published for RS256.
    let token = sign(&provider_key(), Algorithm::Ps256, &header, &fake.access_claims()).unwrap();
    assert_eq!(refused(&fake, &token).await, TokenError::Algorithm);
    let other = PrivateKey::generate(KeyType::P256).unwrap();
    let token = signed(&other, &header, &fake.access_claims());
    assert_eq!(refused(&fake, &token).await, TokenError::Algorithm);
}

#[tokio::test]
async fn a_key_in_the_header_is_inert() {
    let fake = FakeProvider::start().await;
    let evil = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let header = json!({
        "typ": "at+jwt", "kid": "k1", "jwk": evil.public().jwk(), "jku": format!("{}/evil", fake.host),
    });
    let refused = refused(&fake, &signed(&evil, &header, &fake.access_claims())).await;
    assert!(matches!(refused, TokenError::Jws(_)), "{refused}");
    assert!(fake.received("/evil").is_empty());
}

#[tokio::test]
async fn a_changed_byte_breaks_the_seal() {
    let fake = FakeProvider::start().await;
    let token = access_token(&fake.access_claims());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let claims = with(&fake.access_claims(), &json!({ "sub": "somebody else" }));
    let claims = base64url::encode(claims.to_string().as_bytes());
    let refused = refused(&fake, &format!("{header}.{claims}.{signature}")).await;
    assert!(matches!(refused, TokenError::Jws(_)), "{refused}");
}

#[tokio::test]
async fn two_claims_of_one_name_are_refused_under_a_good_signature() {
    let fake = FakeProvider::start().await;
    let key = provider_key();
    let header = base64url::encode(br#"{"alg":"RS256","typ":"at+jwt","kid":"k1"}"#);
    let twice = fake
        .access_claims()
        .to_string()
        .replacen('{', r#"{"sub":"first","#, 1);
    let input = format!("{header}.{}", base64url::encode(twice.as_bytes()));
    let signature = key.sign(Algorithm::Rs256, input.as_bytes()).unwrap();
    let refused = refused(&fake, &format!("{input}.{}", base64url::encode(&signature))).await;
    assert!(refused.to_string().contains("same name"), "{refused}");
}

#[tokio::test]
async fn a_statement_of_another_kind_is_no_token() {
    let fake = FakeProvider::start().await;
    for typ in [
        "consent-receipt+jwt",
        "approval+jwt",
        "logout+jwt",
        "secevent+jwt",
        "dpop+jwt",
    ] {
        let token = signed(
            &provider_key(),
            &json!({ "typ": typ, "kid": "k1" }),
            &fake.access_claims(),
        );
        assert_eq!(refused(&fake, &token).await, TokenError::Type);
    }
    let header = json!({ "typ": "application/AT+JWT", "kid": "k1" });
    let token = signed(&provider_key(), &header, &fake.access_claims());
    fake.client().await.validate_access_token(&token).await.unwrap();
}

#[tokio::test]
async fn an_id_token_opens_no_interface() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let token = id_token(&fake.id_claims());
    assert_eq!(
        client.validate_token(&token).await.unwrap().kind,
        TokenKind::IdToken
    );
    let refused = token_error(client.validate_access_token(&token).await.unwrap_err());
    assert_eq!(refused, TokenError::NotAnAccessToken);
}

#[tokio::test]
async fn the_provider_itself_calls_with_permitted_scopes_only() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let own = |scope: &str| {
        access_token(&with(
            &fake.access_claims(),
            &json!({ "resource": "idp-server", "scope": scope }),
        ))
    };
    let token = client.validate_token(&own("idp-documents")).await.unwrap();
    assert_eq!(
        (token.kind, token.entity),
        (TokenKind::ServiceToken, Entity::Device)
    );
    for scope in ["", "idp-documents more", "openid"] {
        let refused = token_error(client.validate_token(&own(scope)).await.unwrap_err());
        assert_eq!(refused, TokenError::ServiceScope);
    }
}

#[tokio::test]
async fn text_that_is_no_token_never_reaches_the_provider() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let long = "a".repeat(16 * 1024 + 1);
    for text in ["", " ", "a b", "a\r\nX-Evil: 1", "ümlaut", "\u{0}", long.as_str()] {
        let refused = token_error(client.validate_token(text).await.unwrap_err());
        assert_eq!(refused, TokenError::Malformed, "{text:?}");
        client.identify(text).await.unwrap_err();
    }
    for text in [".", "..", "a.b", "a.b.c", "e30.e30.e30", "a.b.c.d.e"] {
        token_error(client.validate_token(text).await.unwrap_err());
    }
    assert!(fake.received("/oidc/token/introspection").is_empty());
    assert!(fake.received("/oidc/identify").is_empty());
}

#[tokio::test]
async fn every_algorithm_of_the_house_is_verified() {
    let fake = FakeProvider::start().await;
    for kind in [KeyType::P256, KeyType::P384, KeyType::P521, KeyType::Ed25519] {
        let key = PrivateKey::generate(kind).unwrap();
        fake.on("/oidc/jwks", Answer::Json(200, jwks(&[(&key, "k")])));
        let token = signed(
            &key,
            &json!({ "typ": "at+jwt", "kid": "k" }),
            &fake.access_claims(),
        );
        fake.client().await.validate_token(&token).await.unwrap();
    }
}

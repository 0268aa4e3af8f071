//! `GET {host}/.well-known/jwks.json`: what identities are verified with.

use super::Stage;
use countersign_jose::{Algorithm, PublicKey, UnverifiedJws};
use serde_json::json;

#[tokio::test]
async fn an_identity_verifies_with_the_published_keys_which_are_es256_alone() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.approve(&session).await;
    let published = stage.site.get("/.well-known/jwks.json", None).await;
    assert_eq!(published.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(published.header("access-control-allow-origin"), Some("*"));
    let keys = published.succeeds(200)["keys"].clone();
    for key in keys.as_array().unwrap() {
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"]),
            (&json!("EC"), &json!("P-256"), &json!("ES256"))
        );
        assert!(key.get("d").is_none());
    }
    let jws = UnverifiedJws::parse(answer["jwt"].as_str().unwrap()).unwrap();
    let kid = jws.header().kid().unwrap();
    let key = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == kid)
        .unwrap();
    let key = PublicKey::from_jwk(&serde_json::from_value(key.clone()).unwrap()).unwrap();
    let claims: serde_json::Value = jws.verify(&key, Algorithm::Es256).unwrap().claims().unwrap();
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!("https://idp.example"), &json!("shop-audience"))
    );
    assert_eq!(claims["idtoken"]["givenName"], "Marie");
    assert_eq!(claims["idtoken"]["age_over_18"], true);
}

#[tokio::test]
async fn the_first_to_ask_finds_a_key() {
    let site = crate::site::Site::new().await;
    let keys = site.get("/.well-known/jwks.json", None).await.succeeds(200);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    // Those of OpenID Connect are others.
    let others = site.get("/oidc/jwks", None).await.succeeds(200);
    for other in others["keys"].as_array().unwrap() {
        assert_ne!(other["kid"], keys["keys"][0]["kid"]);
    }
}

//! One token, judged again and again by keys that were fetched before.

use axum::routing::get;
use axum::{Json, Router};
use countersign_client::{
    Algorithm, ClientId, Clock as _, IssuerUrl, OpenIdconnectClient, PrivateKey, SystemClock,
};
use countersign_jose::{KeyType, sign};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Outcome, conclude, now, say, times};

const CLIENT_ID: &str = "0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d";
const KID: &str = "signer";
/// How long the token is good, in seconds: longer than the run.
const LIFETIME: i64 = 3600;

pub(crate) async fn run(algorithm: &str, count: &str) -> Outcome {
    let algorithm: Algorithm = algorithm.parse()?;
    let count: usize = count.parse()?;
    let provider = PrivateKey::generate(match algorithm {
        Algorithm::Es256 => KeyType::P256,
        _ => KeyType::Rsa2048,
    })?;
    let issuer = serve(&provider, algorithm).await?;
    let client = OpenIdconnectClient::discover(
        ClientId::new(CLIENT_ID.to_owned()),
        IssuerUrl::new(issuer.clone())?,
        PrivateKey::generate(KeyType::P256)?,
    )
    .await?;
    let token = sign(
        &provider,
        algorithm,
        &json!({ "typ": "at+jwt", "kid": KID }),
        &claims(&issuer),
    )?;
    // The keys, and the caches of the processor.
    for _ in 0..count / 8 {
        client.validate_token(&token).await?;
    }
    say(&json!("ready")).await?;
    let mut latencies = Vec::with_capacity(count);
    let begun = now();
    for _ in 0..count {
        let before = now();
        client.validate_token(&token).await?;
        latencies.push(before.elapsed());
    }
    let elapsed = begun.elapsed();
    say(&times(elapsed, &latencies)).await?;
    conclude(&json!("done"))
}

/// An access token as the provider issues it for a resource (onesid.md §7).
fn claims(issuer: &str) -> Value {
    let now = SystemClock.now().as_second();
    json!({
        "iss": issuer, "sub": "5f0f1f5e-6d0f-4a43-9f62-6c2f2a5c8c11", "aud": CLIENT_ID, "client_id": CLIENT_ID,
        "iat": now, "nbf": now, "exp": now + LIFETIME, "jti": "1ZcyNPWyGnDSd-8uQnLyfA",
        "scope": "openid profile api:read", "username": "user.name@OnesID1",
    })
}

/// A provider that has nothing but a description and a key.
async fn serve(key: &PrivateKey, algorithm: Algorithm) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://{}/oidc", listener.local_addr()?);
    let jwk = key.public().jwk().clone().with_alg(algorithm).with_use_sig();
    let keys = json!({ "keys": [jwk.with_kid(KID.to_owned())] });
    let metadata = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/jwks"), "token_endpoint": format!("{issuer}/token"),
        "authorization_endpoint": format!("{issuer}/auth"), "response_types_supported": ["none"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": [algorithm.name()],
    });
    let router = Router::new()
        .route(
            "/oidc/.well-known/openid-configuration",
            get(async || Json(metadata)),
        )
        .route("/oidc/jwks", get(async || Json(keys)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(issuer)
}

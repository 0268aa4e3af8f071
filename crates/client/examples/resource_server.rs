//! A service whose interface people's programs call with access tokens, and that lets its own front end sign them in.
//!
//! ```text
//! cargo run -p countersign-client --features axum --example resource_server -- \
//!     device.yml private.pem https://shop.example 127.0.0.1:8080
//! ```
//!
//! The third argument is the URL of this machine's own application at the provider: tokens are made for it.

use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_client::relying_party::{self, RelyingPartyConfig};
use countersign_client::{
    AuthenticatedUser, ClientId, Configuration, IssuerUrl, OpenIdconnectClient, RequireScope, Retry,
    load_device_config, read_private_key,
};
use serde_json::{Value, json};
use std::error::Error;
use tokio::net::TcpListener;

/// Any valid access token will do.
async fn me(user: AuthenticatedUser) -> Json<Value> {
    Json(json!({ "subject": user.subject, "username": user.username }))
}

/// The layer around this route asks for the scope `profile`.
async fn profile(user: AuthenticatedUser) -> String {
    format!("the profile of {}", user.subject)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [config, key, resource, address] = arguments()?;
    let config = load_device_config(config)?;
    // The service may start before the provider, so discovery is patient.
    let client = OpenIdconnectClient::discover_with_configuration(
        ClientId::new(config.client_id.to_string()),
        IssuerUrl::new(config.host.issuer())?,
        read_private_key(key)?,
        Configuration {
            discovery_retry: Retry::PATIENT,
            audiences: vec![resource.clone()],
            ..Configuration::default()
        },
    )
    .await?;

    let front_end = RelyingPartyConfig {
        resource: Some(resource),
        device_id: Some(config.id),
        ..RelyingPartyConfig::new("openid offline_access profile", "Sign in to the shop")
    };
    let app = Router::new()
        .route("/profile", post(profile))
        .route_layer(RequireScope::new(client.clone(), "profile"))
        .route("/me", get(me))
        .with_state(client.clone())
        .nest("/api", relying_party::router(client, front_end));

    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn arguments<const N: usize>() -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| "usage: resource_server DEVICE_YML PRIVATE_PEM RESOURCE ADDRESS".into())
}

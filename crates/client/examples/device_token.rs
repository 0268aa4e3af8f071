//! The machine's own access token: fetched, kept good, and looked at by the provider.
//!
//! ```text
//! cargo run -p countersign-client --example device_token -- device.yml private.pem
//! ```

use countersign_client::{
    DeviceRefresh, OpenIdconnectClient, TokenManagerRegistry, load_device_config, read_private_key,
};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [config, key] = arguments()?;
    let client =
        OpenIdconnectClient::from_device_config(&load_device_config(config)?, read_private_key(key)?).await?;

    // The client keeps a token of its own, and renews it when it is needed and near its end.
    let token = client.device_access_token().await?;
    println!("ends at {}", token.expires_at);

    // A manager does the same for any kind of token, tells what happens to it, and can be told to renew.
    let registry = TokenManagerRegistry::new();
    let manager = registry.create_manager("device", DeviceRefresh::new(client.clone()))?;
    let mut events = manager.events();
    manager.force_renew_token().await?;
    println!("event {:?}", events.recv().await?);

    let renewed = manager.access_token().await?;
    let answer = client.introspect(renewed.secret()).await?;
    println!("active {}", answer.active);
    println!("client {}", answer.client_id.unwrap_or_default());
    Ok(())
}

fn arguments<const N: usize>() -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| "usage: device_token DEVICE_YML PRIVATE_PEM".into())
}

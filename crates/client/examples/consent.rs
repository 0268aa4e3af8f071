//! Asks a person who signs in for their mail address and, if they like, their telephone number.
//!
//! ```text
//! cargo run -p countersign-client --example consent -- \
//!     device.yml private.pem user.name@onesid1.com https://shop.example
//! ```
//!
//! The last argument is the URL of this machine's own application at the provider.

use countersign_client::{
    ClaimName, ConsentContent, LoginHint, OpenIdconnectClient, load_device_config, read_private_key,
};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [config, key, username, resource] = arguments()?;
    let client =
        OpenIdconnectClient::from_device_config(&load_device_config(config)?, read_private_key(key)?).await?;

    let tokens = client
        .ciba()
        .ask(LoginHint::username(username))
        .binding_message("Sign in to the shop")
        .wait()
        .await?;
    let person = client.validate_id_token(&tokens).await?;
    println!("signed in {}", person.subject);

    let content = [
        ConsentContent::required(ClaimName::Email),
        ConsentContent::optional(ClaimName::PhoneNumber),
    ];
    let reason = "To send you the invoice";
    let request = client
        .make_consent_request(&person.subject, &resource, &content, reason)
        .await?;
    println!("asked {}", request.id);

    let consent = client.wait_for_consent(&request).await?;
    println!("status {}", consent.status().as_str());
    for (name, value) in consent.values() {
        println!("value {name} {value}");
    }
    // The proof of what was allowed; it can be verified later with the provider's keys.
    if let Some(receipt) = consent.receipt() {
        let kept = client.verify_consent_receipt(receipt.as_str()).await?;
        println!("receipt for {}", kept.claims().reason);
    }
    Ok(())
}

fn arguments<const N: usize>() -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| "usage: consent DEVICE_YML PRIVATE_PEM USERNAME RESOURCE".into())
}

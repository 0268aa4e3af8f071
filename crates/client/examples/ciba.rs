//! Signs a person in by username: their phone rings, and they say yes or no.
//!
//! ```text
//! cargo run -p countersign-client --example ciba -- device.yml private.pem user.name@onesid1.com
//! ```

use countersign_client::{LoginHint, OpenIdconnectClient, load_device_config, read_private_key};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [config, key, username] = arguments()?;
    let client =
        OpenIdconnectClient::from_device_config(&load_device_config(config)?, read_private_key(key)?).await?;

    let asked = client
        .ciba()
        .ask(LoginHint::username(username))
        .scope("openid offline_access profile")
        .binding_message("Sign in to the example")
        .send()
        .await;
    let pending = match asked {
        Ok(pending) => pending,
        Err(error) => return Err(format!("not asked: {error}; what to do: {:?}", error.advice()).into()),
    };
    if let Some(shown) = &pending.request().verification {
        println!("code {}", shown.code);
    }
    println!("asked; {} s to answer", pending.request().expires_in);

    let tokens = match pending.wait().await {
        Ok(tokens) => tokens,
        Err(error) => return Err(format!("no sign-in: {}", error.error().unwrap_or("no answer")).into()),
    };
    let person = client.validate_id_token(&tokens).await?;
    println!("person {}", person.subject);
    println!("scope {}", tokens.scope);

    let refresh_token = tokens.refresh_token.ok_or("there is no refresh token")?;
    let renewed = client.refresh(refresh_token.secret()).await?;
    println!("renewed for {} s", renewed.expires_in);
    Ok(())
}

fn arguments<const N: usize>() -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| "usage: ciba DEVICE_YML PRIVATE_PEM USERNAME".into())
}

//! Signs a person in by a code in the terminal, which their phone scans.
//!
//! ```text
//! cargo run -p countersign-client --example qr -- device.yml private.pem
//! ```

use countersign_client::{OpenIdconnectClient, QrCiba, load_device_config, read_private_key};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [config, key] = arguments()?;
    let client =
        OpenIdconnectClient::from_device_config(&load_device_config(config)?, read_private_key(key)?).await?;

    let session = client.make_qr_auth_session_idp().await?;
    println!(
        "{}",
        session.terminal_picture().ok_or("the code is too long to draw")?
    );
    println!("content {}", session.content());

    // Looks until a phone has scanned the code, and asks its person once.
    let ciba = QrCiba::new("openid profile", "Sign in at the terminal");
    let pending = client.wait_for_qr_scan(&session, &ciba).await?;
    println!("scanned; waiting for the answer on the phone");

    let tokens = pending.wait().await?;
    let person = client.validate_id_token(&tokens).await?;
    println!("person {}", person.subject);
    Ok(())
}

fn arguments<const N: usize>() -> Result<[String; N], Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| "usage: qr DEVICE_YML PRIVATE_PEM".into())
}

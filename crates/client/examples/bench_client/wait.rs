//! Thousands of sign-ins that wait at once, each as a service would write it.

use std::sync::Arc;
use std::time::Duration;

use countersign_client::{ClientId, IssuerUrl, LoginHint, OpenIdconnectClient, PrivateKey};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::{Outcome, conclude, now, say, times};

/// How many ask at the same moment; those who have asked poll beside them.
const ASKING: usize = 64;

/// Who takes part.
#[derive(Deserialize)]
struct Crowd {
    issuer: String,
    clients: Vec<Asking>,
    people: Vec<String>,
}

/// A registered client with its key as PEM.
#[derive(Deserialize)]
struct Asking {
    client_id: String,
    private_key: String,
}

pub(crate) async fn run(crowd: &str) -> Outcome {
    let Crowd {
        issuer,
        clients,
        people,
    } = serde_json::from_str(&std::fs::read_to_string(crowd)?)?;
    let mut discovered = Vec::with_capacity(clients.len());
    for client in clients {
        let key = PrivateKey::from_pem(&client.private_key)?;
        let (id, issuer) = (ClientId::new(client.client_id), IssuerUrl::new(issuer.clone())?);
        discovered.push(OpenIdconnectClient::discover(id, issuer, key).await?);
    }
    say(&json!("ready")).await?;
    let (asked, mut answers) = mpsc::unbounded_channel();
    let (turn, mut waiting) = (Arc::new(Semaphore::new(ASKING)), JoinSet::new());
    let begun = now();
    for person in people {
        for client in &discovered {
            let turn = Arc::clone(&turn).acquire_owned().await?;
            let (client, asked) = (client.clone(), asked.clone());
            let person = LoginHint::username(person.clone());
            waiting.spawn(async move {
                let before = now();
                let sent = client
                    .ciba()
                    .ask(person)
                    .scope("openid")
                    .binding_message("BENCH-4711")
                    .send()
                    .await;
                drop(turn);
                // Nobody listens only when the run has ended already.
                let _ = asked.send(before.elapsed());
                drop(asked);
                match sent {
                    Ok(pending) => pending.wait().await.map(drop),
                    Err(error) => Err(error),
                }
            });
        }
    }
    drop(asked);
    let mut latencies: Vec<Duration> = Vec::new();
    while let Some(latency) = answers.recv().await {
        latencies.push(latency);
    }
    let elapsed = begun.elapsed();
    say(&times(elapsed, &latencies)).await?;
    if let Some(ended) = waiting.try_join_next() {
        ended??;
        return Err("somebody answered".into());
    }
    conclude(&json!(waiting.len()))
}

use std::time::Duration;

use countersign_client::{Clock, Http, HttpError, StatusCode};
use jiff::Timestamp;
use reqwest::{Client, header, redirect};
use serde::Deserialize;

use super::clock::Skew;
use crate::{Host, USER_AGENT};

/// How long the question for the time may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What the provider showed of itself.
#[derive(Debug)]
pub(super) struct Seen {
    /// `None` when it does not say what time it has.
    pub(super) skew: Option<Skew>,
    /// Whether it is the issuer that `device.yml` names.
    pub(super) is_issuer: bool,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
}

/// Asks the provider who it is (OpenID Connect Discovery §4) and what time it has.
pub(super) async fn look(http: &Http, host: &Host, clock: &dyn Clock) -> Result<Seen, HttpError> {
    let url = host.path("/oidc/.well-known/openid-configuration");
    let document: Discovery = http.get(&url, StatusCode::OK).await?;
    let asked = clock.now();
    let date = date(host, &url).await;
    Ok(Seen {
        skew: date.map(|date| Skew::between(asked, date, clock.now())),
        is_issuer: document.issuer == host.issuer(),
    })
}

/// When a server says that it answered (RFC 9110 §6.6.1). Only the head of the answer is read.
async fn date(host: &Host, url: &str) -> Option<Timestamp> {
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT);
    if host.is_loopback() {
        builder = builder.no_proxy();
    }
    if !host.is_encrypted() {
        builder = builder.tls_certs_only([]);
    }
    let answer = builder.build().ok()?.get(url).send().await.ok()?;
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(date.timestamp())
}

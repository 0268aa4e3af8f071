//! Whether a server answers: where it listens, and where everybody else looks for it.

use super::{Findings, Status};
use crate::config::Config;
use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tries the address that the configuration names, then `/readyz` at the public URL: through name service, proxy and
/// certificate, as a client would go.
pub(super) async fn answers(findings: &mut Findings, config: &Config) {
    let address = reachable(config.settings.listen);
    let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await;
    if !matches!(connected, Ok(Ok(_))) {
        let message = format!("no server answers at {address}; start one with `countersign serve`");
        return findings.add("server", Status::Warning, message);
    }
    findings.add("server", Status::Ok, format!("{address} takes connections"));
    let url = format!("{}/readyz", config.host.as_str());
    match ask(&url).await {
        Ok(status) if status.is_success() => {
            findings.add("public URL", Status::Ok, format!("{url} is ready"));
        }
        Ok(status) => {
            let message =
                format!("{url} answers {status}; look at the log of the server, and of the proxy before it");
            findings.add("public URL", Status::Failed, message);
        }
        Err(error) => {
            let cause = error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string);
            let message =
                format!("{url} cannot be reached from here ({cause}); check name, proxy and certificate");
            findings.add("public URL", Status::Warning, message);
        }
    }
}

async fn ask(url: &str) -> Result<reqwest::StatusCode, reqwest::Error> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?;
    Ok(client.get(url).send().await?.status())
}

/// An address that stands for all of them is tried on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

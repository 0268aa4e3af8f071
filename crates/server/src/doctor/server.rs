//! Whether a server answers where the configuration says.

use super::{Findings, Status};
use crate::config::Config;
use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/readyz` where the server should listen. With TLS only the connection is tried: whether the certificate
/// convinces others can be seen from elsewhere only.
pub(super) async fn answers(findings: &mut Findings, config: &Config) {
    let address = reachable(config.settings.listen);
    let encrypted = config.tls().is_some();
    match tokio::time::timeout(PATIENCE, ask(address, encrypted)).await {
        Ok(Ok(None)) => findings.add("server", Status::Ok, format!("{address} takes connections")),
        Ok(Ok(Some(StatusCode::OK))) => {
            findings.add("server", Status::Ok, format!("{address} answers and is ready"))
        }
        Ok(Ok(Some(status))) => {
            let message = format!("{address} answers {status} to /readyz; look at its log");
            findings.add("server", Status::Failed, message);
        }
        Ok(Err(error)) => {
            let message =
                format!("no server answers at {address} ({error}); start one with `countersign serve`");
            findings.add("server", Status::Warning, message);
        }
        Err(_) => {
            let message = format!(
                "{address} does not answer within {} s; look at its log",
                PATIENCE.as_secs()
            );
            findings.add("server", Status::Failed, message);
        }
    }
}

async fn ask(address: SocketAddr, encrypted: bool) -> Result<Option<StatusCode>, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    if encrypted {
        return Ok(None);
    }
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let request = Request::get(Uri::from_static("/readyz")).header(header::HOST, address.to_string());
    let answer = sender.send_request(request.body(Body::empty())?).await?;
    driving.abort();
    Ok(Some(answer.status()))
}

/// An address that stands for all of them is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

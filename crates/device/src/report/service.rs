use countersign_client::{Host, HostError, Http, HttpError, StatusCode};

use crate::USER_AGENT;
use crate::signing_service::{Health, SERVICE};

/// How the signing service of this machine stands.
#[derive(Debug)]
pub(super) enum SigningServiceState {
    /// It runs.
    Running(Health),
    /// Nobody listens there.
    NotRunning,
    /// Somebody else listens there.
    Other(String),
}

/// Asks at the place of the signing service.
pub(super) async fn look(port: u16) -> SigningServiceState {
    match health(port).await {
        Ok(health) if health.service == SERVICE => SigningServiceState::Running(health),
        Ok(_) => SigningServiceState::Other("it says that it is something else".to_owned()),
        Err(HttpError::Unreachable { .. }) => SigningServiceState::NotRunning,
        Err(error) => SigningServiceState::Other(error.to_string()),
    }
}

async fn health(port: u16) -> Result<Health, HttpError> {
    let host: Host = format!("http://127.0.0.1:{port}")
        .parse()
        .map_err(|error: HostError| HttpError::Setup(error.to_string()))?;
    let http: Http = Http::for_host(&host, USER_AGENT)?;
    http.get(&host.path("/health"), StatusCode::OK).await
}

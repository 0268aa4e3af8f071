//! Outbound HTTP: redirects off, everything timed, every body bounded.

use std::time::Duration;

use countersign_protocol::ErrorBody;
use countersign_protocol::x1280::X1280Error;
use reqwest::{RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;

use crate::{Error, Host, Refusal};

/// Connecting, with TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A whole call, from the first byte sent to the last byte read.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Silence on an open stream: three keep-alives of 15 s missed.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(45);
/// The largest answer that is read, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// An HTTP client for one provider; `host` is the address that it connects to.
#[derive(Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    host: Host,
}

impl Http {
    /// Builds the client.
    pub(crate) fn new(host: &Host) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("countersign-authenticator/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the bearer token or the invitation to a host that the person never saw.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_TIMEOUT);
        if !host.is_https() {
            // Without TLS no certificates are needed, so a machine that has none can still run the demo.
            builder = builder.tls_certs_only([]);
        }
        if host.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| Error::Unreachable {
            host: host.to_string(),
            problem: format!("TLS cannot be set up: {error}; install the package ca-certificates"),
        })?;
        Ok(Self {
            client,
            host: host.clone(),
        })
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.host.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.host.url(path))
    }

    pub(crate) fn delete(&self, path: &str) -> RequestBuilder {
        self.client.delete(self.host.url(path))
    }

    /// Sends a call whose success says nothing more (status 204).
    pub(crate) async fn done(&self, request: RequestBuilder) -> Result<(), Error> {
        self.open(request.timeout(CALL_TIMEOUT)).await.map(drop)
    }

    /// Sends a call and reads its JSON answer.
    pub(crate) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let response = self.open(request.timeout(CALL_TIMEOUT)).await?;
        let body = self.body(response).await?;
        serde_json::from_slice(&body).map_err(|error| self.answer(format!("its JSON does not fit: {error}")))
    }

    /// Sends a request and returns the answer's head if it is a success; the body is still on its way.
    pub(crate) async fn open(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            return Err(self.answer(format!("it redirects elsewhere (status {status})")));
        }
        let body = self.body(response).await?;
        Err(Error::Refused(self.refusal(status, &body)))
    }

    /// The next piece of a streamed body; `None` at its end.
    pub(crate) async fn chunk(&self, response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
        let chunk = response.chunk().await.map_err(|error| self.unreachable(error))?;
        Ok(chunk.map(Into::into))
    }

    pub(crate) fn answer(&self, problem: impl Into<String>) -> Error {
        Error::Answer {
            host: self.host.to_string(),
            problem: problem.into(),
        }
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(&mut response).await? {
            // Counted while it arrives: Content-Length is only a claim.
            if body.len() + chunk.len() > MAX_BODY {
                return Err(self.answer("it is larger than 1 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Refusal {
        let (code, description) = told(body).unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("no reason was given");
            (format!("status_{}", status.as_u16()), reason.to_owned())
        });
        Refusal {
            host: self.host.to_string(),
            status: status.as_u16(),
            code,
            description,
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Error {
        let problem = if error.is_timeout() {
            "it did not answer in time".to_owned()
        } else {
            root_cause(&error.without_url())
        };
        Error::Unreachable {
            host: self.host.to_string(),
            problem,
        }
    }
}

/// Code and sentence of a refusal, in the form of OAuth (RFC 6749 §5.2) or in that of the X.1280 surface.
fn told(body: &[u8]) -> Option<(String, String)> {
    if let Ok(body) = serde_json::from_slice::<ErrorBody>(body) {
        return Some((body.error, body.error_description));
    }
    let body: X1280Error = serde_json::from_slice(body).ok()?;
    Some((body.error, body.message))
}

/// The innermost reason: "Connection refused" says more than "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

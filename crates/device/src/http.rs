use std::error::Error;
use std::time::Duration;

use countersign_protocol::ErrorBody;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::Host;
use crate::words::printable;

/// Longest answer that is read, in bytes: a provider's answers are a few hundred.
const MAX_ANSWER: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// The way to one provider: no redirects, 5 s to connect, 10 s for an answer, at most 64 KiB of it.
///
/// A redirect is refused because the request carries a signed assertion that was meant for one audience.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
}

/// Why a call to the provider has no usable answer. Texts that came from the provider are safe to print.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The HTTP client could not be made, for example because the machine trusts no certificate authority.
    #[error(
        "cannot prepare an encrypted connection: {0}; install the system's CA certificates (ca-certificates)"
    )]
    Setup(String),
    /// No answer at all: name, network, TLS or time.
    #[error("cannot reach {url}: {reason}; check the address and the network, then try again")]
    Unreachable {
        /// The address that was called.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// An answer, but not the status that the endpoint promises.
    #[error("{url} answered {status}{}", told(error, description))]
    UnexpectedStatus {
        /// The address that was called.
        url: String,
        /// The status.
        status: StatusCode,
        /// `error` of the body, when it has one.
        error: Option<String>,
        /// `error_description` of the body, when it has one.
        description: Option<String>,
        /// How long the provider asks to wait (`Retry-After` in seconds).
        retry_after: Option<Duration>,
    },
    /// The right status, but not the JSON that the endpoint promises.
    #[error(
        "{url} answered something that is not the expected JSON ({reason}); check that the address is a OnesID provider"
    )]
    NotJson {
        /// The address that was called.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is longer than any of a provider's.
    #[error("{url} answered more than 64 KiB; check that the address is a OnesID provider")]
    TooLarge {
        /// The address that was called.
        url: String,
    },
}

fn told(error: &Option<String>, description: &Option<String>) -> String {
    match (error, description) {
        (Some(error), Some(description)) => format!(" ({error}: {description})"),
        (Some(one), None) | (None, Some(one)) => format!(" ({one})"),
        (None, None) => String::new(),
    }
}

impl HttpError {
    /// The status of an unexpected answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::UnexpectedStatus { status, .. } => Some(*status),
            Self::Setup(_) | Self::Unreachable { .. } | Self::NotJson { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// The OAuth code of an unexpected answer, for example `invalid_client` (RFC 6749 §5.2).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::UnexpectedStatus { error, .. } => error.as_deref(),
            Self::Setup(_) | Self::Unreachable { .. } | Self::NotJson { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// Whether the same call may succeed a little later: no answer, too many requests, or the provider's own trouble.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::UnexpectedStatus { status, .. } => {
                *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
            }
            Self::Setup(_) | Self::NotJson { .. } | Self::TooLarge { .. } => false,
        }
    }

    /// How long the provider asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UnexpectedStatus { retry_after, .. } => *retry_after,
            Self::Setup(_) | Self::Unreachable { .. } | Self::NotJson { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl Http {
    /// The way to this host. Proxies of the environment are used, except for the machine's own loopback.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when no TLS connection could ever be made.
    pub fn for_host(host: &Host) -> Result<Self, HttpError> {
        let mut builder = Client::builder()
            .user_agent(concat!("countersign-device/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT);
        if host.is_loopback() {
            builder = builder.no_proxy();
        }
        if !host.is_encrypted() {
            // Loading the system's certificates fails on a machine that has none, and here nobody will ask for them.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .build()
            .map_err(|error| HttpError::Setup(innermost(&error)))?;
        Ok(Self { client })
    }

    /// `GET`, and the JSON of the answer when it has the expected status.
    ///
    /// # Errors
    /// [`HttpError`], without any byte of an answer that has the expected status.
    pub async fn get<T: DeserializeOwned>(&self, url: &str, expected: StatusCode) -> Result<T, HttpError> {
        answer(self.client.get(url), url, expected).await
    }

    /// `POST` of a JSON body, and the JSON of the answer when it has the expected status.
    ///
    /// # Errors
    /// [`HttpError`], without any byte of an answer that has the expected status.
    pub async fn post_json<T: DeserializeOwned>(
        &self,
        url: &str,
        body: &impl Serialize,
        expected: StatusCode,
    ) -> Result<T, HttpError> {
        answer(self.client.post(url).json(body), url, expected).await
    }

    /// `POST` of a form, and the JSON of the answer when it has the expected status.
    ///
    /// # Errors
    /// [`HttpError`], without any byte of an answer that has the expected status.
    pub async fn post_form<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
        expected: StatusCode,
    ) -> Result<T, HttpError> {
        answer(self.client.post(url).form(form), url, expected).await
    }
}

async fn answer<T: DeserializeOwned>(
    request: RequestBuilder,
    url: &str,
    expected: StatusCode,
) -> Result<T, HttpError> {
    let request = request.header(header::ACCEPT, "application/json");
    let response = request.send().await.map_err(|error| unreachable(url, &error))?;
    let (status, retry_after) = (response.status(), retry_after(&response));
    let body = read(response, url).await?;
    if status != expected {
        let told: Option<ErrorBody> = serde_json::from_slice(&body).ok();
        let (error, description) = told.map(|told| (told.error, told.error_description)).unzip();
        return Err(HttpError::UnexpectedStatus {
            url: url.to_owned(),
            status,
            error: error.map(|text| printable(&text)),
            description: description.map(|text| printable(&text)),
            retry_after,
        });
    }
    serde_json::from_slice(&body).map_err(|error| HttpError::NotJson {
        url: url.to_owned(),
        // Kind and place only: the answer of the token endpoint is a secret, and serde quotes what it did not expect.
        reason: format!(
            "{:?} error at line {} column {}",
            error.classify(),
            error.line(),
            error.column()
        ),
    })
}

async fn read(mut response: Response, url: &str) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(url, &error))? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err(HttpError::TooLarge { url: url.to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// RFC 9110 §10.2.3, the form in seconds; at most an hour, so that nobody can put a machine to sleep for a year.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response
        .headers()
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

fn unreachable(url: &str, error: &reqwest::Error) -> HttpError {
    let reason = if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        innermost(error)
    };
    HttpError::Unreachable {
        url: url.to_owned(),
        reason,
    }
}

/// The last link of the chain says what happened ("Connection refused"); the links before it repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut link: &dyn Error = error;
    while let Some(next) = link.source() {
        link = next;
    }
    printable(&link.to_string())
}

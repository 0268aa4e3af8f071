use std::error::Error;
use std::time::Duration;

use countersign_jose::json;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::configuration::Timeouts;
use crate::host::Host;
use crate::words::printable;

/// Longest answer that is read, in bytes: a provider's answers are a few hundred.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;

/// The way to one provider: no redirects, 5 s to connect, 10 s for an answer, at most 64 KiB of it.
///
/// A redirect is refused because the request carries a signed assertion that was meant for one audience.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
}

/// Why a call to the provider has no usable answer. Texts that came from the provider are safe to print.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// The HTTP client could not be made, for example because the machine trusts no certificate authority.
    #[error(
        "cannot prepare an encrypted connection: {0}; install the system's CA certificates (ca-certificates)"
    )]
    Setup(String),
    /// The address is neither `https` nor this machine's own loopback, so whoever is on the way could read along.
    #[error("{url} is not encrypted; use an https address")]
    Insecure {
        /// The address.
        url: String,
    },
    /// No answer at all: name, network, TLS or time.
    #[error("cannot reach {url}: {reason}; check the address and the network, then try again")]
    Unreachable {
        /// The address that was called.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// An answer, but not the status that the endpoint promises.
    #[error("{url} answered {status}{}", told(*status, error, description))]
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
    #[error("{url} answered more than {} KiB; check that the address is a OnesID provider", limit / 1024)]
    TooLarge {
        /// The address that was called.
        url: String,
        /// The most that would have been read, in bytes.
        limit: usize,
    },
}

fn told(status: StatusCode, error: &Option<String>, description: &Option<String>) -> String {
    match (error, description) {
        (None, None) if status.is_redirection() => {
            "; redirects are not followed, so give the address that it points to".to_owned()
        }
        (Some(error), Some(description)) => format!(" ({error}: {description})"),
        (Some(one), None) | (None, Some(one)) => format!(" ({one})"),
        (None, None) => String::new(),
    }
}

/// What a client is told that was too slow, too early or too eager (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
const PASSING: [StatusCode; 3] = [
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::TOO_EARLY,
    StatusCode::TOO_MANY_REQUESTS,
];

impl HttpError {
    /// The status of an unexpected answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::UnexpectedStatus { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The OAuth code of an unexpected answer, for example `invalid_client` (RFC 6749 §5.2).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::UnexpectedStatus { error, .. } => error.as_deref(),
            _ => None,
        }
    }

    /// `error_description` of an unexpected answer.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::UnexpectedStatus { description, .. } => description.as_deref(),
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later: no answer, too many requests, or the provider's own trouble.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::UnexpectedStatus { status, .. } => PASSING.contains(status) || status.is_server_error(),
            _ => false,
        }
    }

    /// How long the provider asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UnexpectedStatus { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// What the address of a provider asks of the HTTP client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    encrypted: bool,
    loopback: bool,
}

/// The status that an endpoint promises.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    /// Exactly this one.
    Status(StatusCode),
    /// Any 2xx (onesid.md §6, §9, §10).
    Success,
}

impl Route {
    /// The route to an address.
    ///
    /// # Errors
    /// [`HttpError::Insecure`] when it is neither `https` nor this machine's own loopback.
    pub(crate) fn of(url: &str) -> Result<Self, HttpError> {
        let insecure = || HttpError::Insecure { url: printable(url) };
        let url = Url::parse(url).map_err(|_| insecure())?;
        let route = Self {
            encrypted: url.scheme() == "https",
            loopback: is_loopback(&url),
        };
        let open = url.scheme() == "http" && route.loopback;
        (route.encrypted || open).then_some(route).ok_or_else(insecure)
    }
}

/// Whether an address is this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Http {
    /// The way to this host, with the product name and version that the provider's log shows. Proxies of the environment
    /// are used, except for the machine's own loopback.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when no TLS connection could ever be made.
    pub fn for_host(host: &Host, user_agent: &str) -> Result<Self, HttpError> {
        let route = Route {
            encrypted: host.is_encrypted(),
            loopback: host.is_loopback(),
        };
        Self::to(route, user_agent, Timeouts::default())
    }

    /// The way along a route.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when no TLS connection could ever be made.
    pub(crate) fn to(route: Route, user_agent: &str, timeouts: Timeouts) -> Result<Self, HttpError> {
        let mut builder = Client::builder()
            .user_agent(user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.answer);
        if route.loopback {
            builder = builder.no_proxy();
        }
        if !route.encrypted {
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
        self.json(self.client.get(url), url, Expected::Status(expected))
            .await
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
        self.json(self.client.post(url).json(body), url, Expected::Status(expected))
            .await
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
        self.json(self.client.post(url).form(form), url, Expected::Status(expected))
            .await
    }

    /// A request for [`json`](Self::json) or [`bytes`](Self::bytes).
    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends, and reads the JSON of an answer of usual size.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        url: &str,
        expected: Expected,
    ) -> Result<T, HttpError> {
        parse(&self.bytes(request, url, expected, MAX_ANSWER).await?, url)
    }

    /// Sends, and reads at most `limit` bytes of the answer.
    pub(crate) async fn bytes(
        &self,
        request: RequestBuilder,
        url: &str,
        expected: Expected,
        limit: usize,
    ) -> Result<Zeroizing<Vec<u8>>, HttpError> {
        let request = request.header(header::ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| unreachable(url, &error))?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let promised = match expected {
            Expected::Status(expected) => status == expected,
            Expected::Success => status.is_success(),
        };
        let limit = if promised { limit } else { MAX_ANSWER };
        let body = read(response, url, limit).await?;
        if promised {
            Ok(body)
        } else {
            Err(unexpected(url, status, retry_after, &body))
        }
    }
}

/// `error` and `error_description` of RFC 6749 §5.2, where the second is optional.
#[derive(Deserialize)]
struct Told {
    error: String,
    error_description: Option<String>,
}

fn unexpected(url: &str, status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> HttpError {
    let told: Option<Told> = json::parse_object(body)
        .ok()
        .and_then(|members| serde_json::from_value(Value::Object(members)).ok());
    let (error, description) = told.map(|told| (told.error, told.error_description)).unzip();
    HttpError::UnexpectedStatus {
        url: url.to_owned(),
        status,
        error: error.map(|text| printable(&text)),
        description: description.flatten().map(|text| printable(&text)),
        retry_after,
    }
}

/// Reads a JSON object, or `null` where the endpoint may answer that (onesid.md §10.1). Objects with two members of one
/// name, or nested deeper than 16, are refused: two readers could understand them differently.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8], url: &str) -> Result<T, HttpError> {
    let not_json = |reason: String| HttpError::NotJson {
        url: url.to_owned(),
        reason,
    };
    let value = if body.trim_ascii() == b"null" {
        Value::Null
    } else {
        Value::Object(json::parse_object(body).map_err(|error| not_json(format!("the text {error}")))?)
    };
    serde_json::from_value(value).map_err(|error| {
        // A missing member is named; all else that serde says could quote a token.
        let text = error.to_string();
        not_json(if text.starts_with("missing field") {
            printable(&text)
        } else {
            "a member has an unexpected value".to_owned()
        })
    })
}

async fn read(mut response: Response, url: &str, limit: usize) -> Result<Zeroizing<Vec<u8>>, HttpError> {
    // Room for a usual answer, so that no half of a token is left behind when the buffer grows.
    let mut body = Zeroizing::new(Vec::with_capacity(8 * 1024));
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(url, &error))? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(HttpError::TooLarge {
                url: url.to_owned(),
                limit,
            });
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

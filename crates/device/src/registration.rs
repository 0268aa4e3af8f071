use std::time::Duration;

use countersign_jose::{Jwk, PublicKey};
use countersign_protocol::device::{
    RegistrationAnswer, RegistrationRequest, RegistrationStatus, RegistrationStatusAnswer,
};
use reqwest::StatusCode;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use countersign_client::{Host, Http, HttpError, printable};

/// The longest wait; far beyond the life of any registration, and safe to add to a clock.
const MAX_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);
/// The longest pause between two polls, also after many failures.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The public key as a machine registers it: with `alg`, without `kid` and `use` (onesid.md §2).
#[must_use]
pub fn public_jwk(key: &PublicKey) -> Jwk {
    key.jwk().clone().with_alg(key.natural_algorithm())
}

/// A JWK Set of one key (RFC 7517 §5), as `publicKey` of a registration carries it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublicJwks {
    keys: [Jwk; 1],
}

impl From<Jwk> for PublicJwks {
    fn from(key: Jwk) -> Self {
        Self { keys: [key] }
    }
}

/// Why a registration came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The call has no usable answer: no connection, or not the expected JSON.
    #[error(transparent)]
    Http(HttpError),
    /// The provider refused what the machine says of itself.
    #[error("{0}; check the domain and the address, then try again")]
    Refused(#[source] HttpError),
    /// The provider answered, but does not do its work at present.
    #[error("{0}; try again later, or ask an operator of the provider, who can find the reason in its log")]
    NotServed(#[source] HttpError),
    /// The provider does not know the verification code any more.
    #[error("the provider does not know this registration any more; start again with -o INIT")]
    Gone,
    /// The verification code cannot be part of an address, or not be printed.
    #[error(
        "the provider answered a verification code that cannot be used; check that the address is a OnesID provider"
    )]
    UnusableCode,
    /// An operator said no, or nobody answered in time.
    #[error("the registration was rejected{}; ask an operator of the organisation, then start again", because(.0))]
    Rejected(Option<String>),
    /// Approved, but without the ids that the machine needs.
    #[error(
        "the provider approved the registration without deviceId and clientId; ask an operator to look at the provider's log"
    )]
    WithoutIds,
    /// Nobody decided while the machine waited.
    #[error("nobody decided within {} s; ask an operator to be ready, then start again", .0.as_secs())]
    TimedOut(Duration),
}

fn because(reason: &Option<String>) -> String {
    reason
        .as_ref()
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default()
}

/// A registration that waits for an operator.
#[derive(Debug, Clone)]
pub struct PendingRegistration {
    http: Http,
    status_endpoint: String,
    verification_code: String,
}

/// How long to wait for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// In all; 2000 s is what the published tool waits.
    pub wait: Duration,
    /// Between two polls; 10 s is what the published tool leaves.
    pub interval: Duration,
}

/// One look at a registration that is still open.
#[derive(Debug)]
pub struct Poll<'a> {
    /// How long the machine has waited so far.
    pub waited: Duration,
    /// Why this look brought no answer, when it did not; the next one may.
    pub trouble: Option<&'a HttpError>,
}

/// What an approved machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    /// The device id.
    pub device_id: Uuid,
    /// The OAuth client id.
    pub client_id: Uuid,
}

/// Registers a machine: `POST {host}/devices/registration`, which answers exactly 201 (onesid.md §3).
///
/// # Errors
/// [`RegistrationError`]; nothing is kept anywhere then.
pub async fn register(
    http: &Http,
    host: &Host,
    request: &RegistrationRequest,
) -> Result<PendingRegistration, RegistrationError> {
    let answer: RegistrationAnswer = http
        .post_json(&host.registration_endpoint(), request, StatusCode::CREATED)
        .await
        .map_err(|error| match error.status() {
            Some(_) if !error.is_passing() => RegistrationError::Refused(error),
            Some(_) => RegistrationError::NotServed(error),
            None => RegistrationError::Http(error),
        })?;
    let code = answer.verification_code;
    if !is_usable(&code) {
        return Err(RegistrationError::UnusableCode);
    }
    Ok(PendingRegistration {
        http: http.clone(),
        status_endpoint: host.path(&format!("/devices/registration/status/{code}")),
        verification_code: code,
    })
}

/// RFC 3986 §2.3: the code stands in a path and on a terminal as it is, so only unreserved characters will do.
fn is_usable(code: &str) -> bool {
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (1..=128).contains(&code.len()) && code.chars().all(unreserved) && !matches!(code, "." | "..")
}

impl PendingRegistration {
    /// The code that the operator compares.
    #[must_use]
    pub fn verification_code(&self) -> &str {
        &self.verification_code
    }

    /// One look: approved, or `None` while nobody has decided.
    ///
    /// # Errors
    /// [`RegistrationError`]: rejected, unknown, or no usable answer.
    pub async fn status(&self) -> Result<Option<Approved>, RegistrationError> {
        let answer: RegistrationStatusAnswer = self
            .http
            .get(&self.status_endpoint, StatusCode::OK)
            .await
            .map_err(|error| match error.status() {
                Some(StatusCode::NOT_FOUND) => RegistrationError::Gone,
                Some(_) => RegistrationError::NotServed(error),
                None => RegistrationError::Http(error),
            })?;
        match answer.status {
            RegistrationStatus::Pending => Ok(None),
            RegistrationStatus::Rejected => Err(RegistrationError::Rejected(
                answer.reason.map(|reason| printable(&reason)),
            )),
            RegistrationStatus::Approved => match (answer.device_id, answer.client_id) {
                (Some(device_id), Some(client_id)) => Ok(Some(Approved { device_id, client_id })),
                _ => Err(RegistrationError::WithoutIds),
            },
        }
    }

    /// Looks again and again until an operator decides, and tells `on_poll` of every look that was not the last.
    ///
    /// A provider that is down or asks for patience (429, 5xx) is asked again after a growing pause.
    ///
    /// # Errors
    /// [`RegistrationError`]: rejected, unknown, no usable answer, or nobody decided in time.
    pub async fn wait(
        &self,
        patience: Patience,
        mut on_poll: impl FnMut(Poll<'_>),
    ) -> Result<Approved, RegistrationError> {
        let start = Instant::now();
        let end = start + patience.wait.min(MAX_WAIT);
        let mut failures = 0;
        loop {
            let pause = match self.status().await {
                Ok(Some(approved)) => return Ok(approved),
                Ok(None) => {
                    failures = 0;
                    on_poll(Poll {
                        waited: start.elapsed(),
                        trouble: None,
                    });
                    patience.interval
                }
                Err(RegistrationError::Http(error) | RegistrationError::NotServed(error))
                    if error.is_passing() =>
                {
                    failures += 1;
                    on_poll(Poll {
                        waited: start.elapsed(),
                        trouble: Some(&error),
                    });
                    backoff(patience.interval, failures).max(error.retry_after().unwrap_or_default())
                }
                Err(error) => return Err(error),
            };
            let now = Instant::now();
            if now >= end {
                return Err(RegistrationError::TimedOut(patience.wait));
            }
            // The last look falls on the end itself, so that the whole wait counts.
            sleep_until(end.min(now + pause)).await;
        }
    }
}

/// The interval, doubled with every failure after the first, up to a minute.
fn backoff(interval: Duration, failures: u32) -> Duration {
    interval
        .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)))
        .min(MAX_PAUSE.max(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_with_every_failure_up_to_a_minute_and_is_never_shorter_than_the_interval() {
        let pauses = |interval| [1, 2, 3, 4, 99].map(|n| backoff(Duration::from_secs(interval), n).as_secs());
        assert_eq!(pauses(10), [10, 20, 40, 60, 60]);
        assert_eq!(pauses(90), [90, 90, 90, 90, 90]);
    }
}

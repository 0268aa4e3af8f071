//! `GET {iss}/consent/{id}`, once or until the person has answered.

use super::{Consent, ConsentRequest};
use countersign_protocol::consent::{ConsentStatus, ConsentStatusAnswer};
use jiff::Timestamp;
use reqwest::Method;
use std::time::Duration;
use uuid::Uuid;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::MAX_ANSWER;

/// Documents tell clients to look so often (onesid.md §14).
const INTERVAL: Duration = Duration::from_secs(3);
/// Longer than any provider of ours lets a person think.
const LONGEST: Duration = Duration::from_secs(3600);

/// Which consent to wait for, how often to look, and for how long at most: made from a [`ConsentRequest`], or from the id
/// alone, which looks every 3 s for an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentWait {
    id: Uuid,
    interval: Duration,
    patience: Duration,
}

impl From<Uuid> for ConsentWait {
    fn from(id: Uuid) -> Self {
        Self {
            id,
            interval: INTERVAL,
            patience: LONGEST,
        }
    }
}

impl From<&ConsentRequest> for ConsentWait {
    fn from(request: &ConsentRequest) -> Self {
        Self {
            id: request.id,
            interval: request.interval.max(Duration::from_secs(1)),
            patience: request.expires_in,
        }
    }
}

impl OpenIdconnectClient {
    /// How a consent stands. On approval the values are in it, for ten minutes, and a receipt that was verified.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let resource = served::RESOURCE; // for example https://shop.example
    /// # let subject = client.from_identifier("user.name@onesid1.com").await?.subject;
    /// # let email = [countersign_client::ClaimName::Email.into()];
    /// # let request = client.make_consent_request(&subject, resource, &email, "To send you the invoice").await?;
    /// # served.decide("approved").await;
    /// let consent = client.check_consent_status(request.id).await?;
    /// println!("{:?}", consent.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such consent of this client (`not_found`), the receipt is not the provider's, or the provider cannot
    /// be reached.
    pub async fn check_consent_status(&self, id: Uuid) -> Result<Consent, ClientError> {
        let url = self.endpoints().below_issuer(&format!("/consent/{id}"));
        let answer: ConsentStatusAnswer = self
            .repeat_with_device_token(&url, MAX_ANSWER, |call| call, Method::GET)
            .await?;
        if answer.id != id {
            return Err(ClientError::Answer {
                problem: "it tells of another consent than the one that was asked for",
            });
        }
        let receipt = match &answer.receipt {
            Some(receipt) => {
                let receipt = self.verify_consent_receipt(receipt).await?;
                receipt.is_of(id)?;
                Some(receipt)
            }
            None => None,
        };
        Ok(Consent {
            id,
            status: answer.status,
            content: answer.content.unwrap_or_default(),
            receipt,
            revoked_at: answer.revoked_at.and_then(|text| text.parse().ok()),
        })
    }

    /// Waits until the person has answered, and gives the consent as it stands then: approved, denied or expired.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let resource = served::RESOURCE; // for example https://shop.example
    /// # let subject = client.from_identifier("user.name@onesid1.com").await?.subject;
    /// # let email = [countersign_client::ClaimName::Email.into()];
    /// # let request = client.make_consent_request(&subject, resource, &email, "To send you the invoice").await?;
    /// # served.decide("approved").await;
    /// let consent = client.wait_for_consent(&request).await?;
    /// for (name, value) in consent.values() {
    ///     println!("{name}: {value}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`check_consent_status`](Self::check_consent_status), but a failure that passes is waited out.
    pub async fn wait_for_consent(&self, consent: impl Into<ConsentWait>) -> Result<Consent, ClientError> {
        let ConsentWait {
            id,
            interval,
            patience,
        } = consent.into();
        let clock = &self.configuration().clock;
        let begun = clock.now();
        loop {
            let rest = patience.saturating_sub(since(begun, clock.now()));
            let last = rest <= interval;
            // The last look comes a moment after the end, when the provider has settled it.
            let pause = if last {
                rest.saturating_add(Duration::from_secs(1))
            } else {
                interval
            };
            clock.sleep(pause).await;
            match Box::pin(self.check_consent_status(id)).await {
                Ok(consent) if last || consent.status() != ConsentStatus::Pending => return Ok(consent),
                Err(error) if last || !error.is_passing() => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }
}

fn since(begun: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(begun)).unwrap_or_default()
}

//! `POST {iss}/consent` (decisions.md "Consent for personal data").

use countersign_protocol::ciba::VerificationToShow;
use countersign_protocol::consent::{ClaimName, ConsentAnswer, ContentAsked};
use reqwest::Method;
use std::time::Duration;
use uuid::Uuid;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::MAX_ANSWER;

/// One piece of personal data that a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentContent {
    /// Its name.
    pub name: ClaimName,
    /// Whether the request makes no sense without it: a person who leaves it out denies the whole.
    pub required: bool,
}

impl ConsentContent {
    /// What the person may leave out.
    #[must_use]
    pub const fn optional(name: ClaimName) -> Self {
        Self {
            name,
            required: false,
        }
    }

    /// What the request makes no sense without.
    #[must_use]
    pub const fn required(name: ClaimName) -> Self {
        Self { name, required: true }
    }
}

impl From<ClaimName> for ConsentContent {
    fn from(name: ClaimName) -> Self {
        Self::optional(name)
    }
}

/// A consent that a person was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// What to ask for the status with.
    pub id: Uuid,
    /// How long the person has.
    pub expires_in: Duration,
    /// How long to wait between two looks.
    pub interval: Duration,
    /// What the screen shows beside it, when the application's verification mode has a code.
    pub verification: Option<VerificationToShow>,
}

impl OpenIdconnectClient {
    /// Asks a person for personal data. `subject` is the `sub` of one of their tokens, `resource` the URL of this
    /// client's own application, `reason` what the person is told, 1 to 200 characters on one line.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let resource = served::RESOURCE; // for example https://shop.example
    /// # let subject = client.from_identifier("user.name@onesid1.com").await?.subject;
    /// use countersign_client::ClaimName;
    ///
    /// let content = [ClaimName::Email.into(), ClaimName::PhoneNumber.into()];
    /// let request = client
    ///     .make_consent_request(&subject, resource, &content, "To send you the invoice")
    ///     .await?;
    /// println!("asked {}; {:?} to answer", request.id, request.expires_in);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The provider refuses, for example `unknown_user_id` or `invalid_target`, or it cannot be reached.
    pub async fn make_consent_request(
        &self,
        subject: &str,
        resource: &str,
        content: &[ConsentContent],
        reason: &str,
    ) -> Result<ConsentRequest, ClientError> {
        let asked = content.iter().map(|one| ContentAsked {
            name: one.name.as_str().to_owned(),
            required: one.required.then_some(true),
        });
        let request = countersign_protocol::consent::ConsentRequest {
            subject: subject.to_owned(),
            resource: resource.to_owned(),
            content: asked.collect(),
            reason: reason.to_owned(),
        };
        let url = self.endpoints().below_issuer("/consent");
        let answer: ConsentAnswer = self
            .call_with_device_token(&url, MAX_ANSWER, |call| call.json(&request), Method::POST)
            .await?;
        Ok(ConsentRequest {
            id: answer.id,
            expires_in: Duration::from_secs(answer.expires_in),
            interval: Duration::from_secs(answer.interval),
            verification: answer.verification,
        })
    }
}

//! The receipt: what both sides can show later.

use countersign_jose::{JwsError, UnverifiedJws};
use countersign_protocol::consent::{RECEIPT_TYP, ReceiptClaims};
use std::fmt;
use uuid::Uuid;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;

/// A receipt that a key of the provider vouches for: who consented to what, when and why, and the digest of the decision
/// that the phone signed.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentReceipt {
    claims: ReceiptClaims,
    compact: String,
}

/// Why a text is no receipt for this client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Its `typ` is another one: an ID token of the same provider must not pass for a receipt (RFC 8725 §3.11).
    #[error("this is not a consent receipt: its typ is not {RECEIPT_TYP}")]
    Type,
    /// Another provider made it.
    #[error("the consent receipt is of another issuer")]
    Issuer,
    /// Another client asked.
    #[error("the consent receipt was made for another client")]
    Audience,
    /// It belongs to another consent.
    #[error("the consent receipt belongs to another consent")]
    Consent,
    /// It is no JWS, was changed, or is not by this key.
    #[error("the consent receipt cannot be believed: {0}")]
    Jws(#[from] JwsError),
}

impl ConsentReceipt {
    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &ReceiptClaims {
        &self.claims
    }

    /// The receipt as the provider made it, a JWS in compact serialization: keep this, since anybody who has the
    /// provider's keys can verify it again.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.compact
    }

    /// A receipt of somebody else's consent must not stand in for this one.
    pub(super) fn is_of(&self, consent: Uuid) -> Result<(), ReceiptError> {
        if self.claims.consent_id == consent {
            Ok(())
        } else {
            Err(ReceiptError::Consent)
        }
    }
}

impl fmt::Debug for ConsentReceipt {
    /// Which consent it is of: who gave it stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentReceipt")
            .field("consent_id", &self.claims.consent_id)
            .finish_non_exhaustive()
    }
}

impl OpenIdconnectClient {
    /// Verifies a receipt that was kept: signature by a key of the provider, type, issuer, and that this client asked.
    /// A receipt has no end.
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
    /// # let consent = client.wait_for_consent(&request).await?;
    /// # let kept = consent.receipt().ok_or("no receipt")?.as_str();
    /// let receipt = client.verify_consent_receipt(kept).await?;
    /// println!("granted: {:?}", receipt.claims().granted);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Receipt`], [`ClientError::Keys`] when it is signed by another key, or the keys cannot be fetched.
    pub async fn verify_consent_receipt(&self, receipt: &str) -> Result<ConsentReceipt, ClientError> {
        let jws = UnverifiedJws::parse(receipt.trim()).map_err(ReceiptError::from)?;
        if jws.header().typ() != Some(RECEIPT_TYP) {
            return Err(ReceiptError::Type.into());
        }
        let (key, algorithm) = self.key_for(jws.header()).await?;
        let verified = jws.verify(&key, algorithm).map_err(ReceiptError::from)?;
        let claims: ReceiptClaims = verified.claims().map_err(ReceiptError::from)?;
        if claims.iss != self.issuer_url().as_str() {
            return Err(ReceiptError::Issuer.into());
        }
        if claims.aud != self.client_id().as_str() {
            return Err(ReceiptError::Audience.into());
        }
        Ok(ConsentReceipt {
            claims,
            compact: verified.into_compact(),
        })
    }
}

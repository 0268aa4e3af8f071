//! Consent for personal data (onesid.md §14): ask a person, wait for the answer, keep the receipt.
//!
//! ```
//! # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let served = served::Served::start().await;
//! # let client = served.client().await;
//! # let resource = served::RESOURCE; // for example https://shop.example
//! # let subject = client.from_identifier("user.name@onesid1.com").await?.subject;
//! use countersign_client::{ClaimName, ConsentContent};
//!
//! let content = [ConsentContent::required(ClaimName::Email), ConsentContent::optional(ClaimName::PhoneNumber)];
//! let request = client
//!     .make_consent_request(&subject, resource, &content, "To send you the invoice")
//!     .await?;
//! # served.decide("approved").await;
//! let consent = client.wait_for_consent(&request).await?;
//! println!("{:?}: {:?}", consent.status(), consent.value(ClaimName::Email));
//! # Ok(())
//! # }
//! ```

mod ask;
mod given;
mod receipt;
mod status;

pub use ask::{ConsentContent, ConsentRequest};
pub use given::Consent;
pub use receipt::{ConsentReceipt, ReceiptError};
pub use status::ConsentWait;

pub use countersign_protocol::consent::{ClaimName, ConsentStatus, ReceiptClaims};

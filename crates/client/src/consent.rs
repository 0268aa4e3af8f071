//! Consent for personal data (onesid.md §14): ask a person, wait for the answer, keep the receipt.
//!
//! ```no_run
//! # async fn example(client: countersign_client::OpenIdconnectClient) -> Result<(), countersign_client::ClientError> {
//! use countersign_client::{ClaimName, ConsentContent};
//!
//! let subject = "the sub of a token";
//! let content = [ConsentContent::required(ClaimName::Email), ConsentContent::optional(ClaimName::PhoneNumber)];
//! let request = client
//!     .make_consent_request(subject, "https://shop.example", &content, "To send you the invoice")
//!     .await?;
//! let consent = client.wait_for_consent(&request).await?;
//! if let Some(email) = consent.value(ClaimName::Email) {
//!     println!("write to {email}");
//! }
//! # Ok(()) }
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

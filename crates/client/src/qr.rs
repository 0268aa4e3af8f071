//! Sign-in by a code on the screen (onesid.md §10): the provider keeps the session, the person's phone scans it, and the
//! request to the person follows by itself.
//!
//! ```
//! # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let served = served::Served::start().await;
//! # let client = served.client().await;
//! use countersign_client::QrCiba;
//!
//! let session = client.make_qr_auth_session_idp().await?;
//! println!("{}", session.terminal_picture().unwrap_or_default());
//! # served.scan(&session.content()).await;
//! let ciba = QrCiba::new("openid profile", "Sign in at till 4");
//! let pending = client.wait_for_qr_scan(&session, &ciba).await?;
//! # served.decide("approved").await;
//! let tokens = pending.wait().await?;
//! # let _ = tokens;
//! # Ok(())
//! # }
//! ```

mod content;
mod legacy;
mod make;
pub(crate) mod picture;
mod session;
mod verify;

pub use content::AuthenticationQrCodeContent;
pub use session::{QrSession, QrState};
pub use verify::QrCiba;

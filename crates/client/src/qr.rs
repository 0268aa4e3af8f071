//! Sign-in by a code on the screen (onesid.md §10): the provider keeps the session, the person's phone scans it, and the
//! request to the person follows by itself.
//!
//! ```no_run
//! # async fn example(client: countersign_client::OpenIdconnectClient) -> Result<(), countersign_client::ClientError> {
//! use countersign_client::QrCiba;
//!
//! let session = client.make_qr_auth_session_idp().await?;
//! println!("{}", session.terminal_picture().unwrap_or_default());
//! let ciba = QrCiba::new("openid profile", "Sign in at till 4");
//! let tokens = client.wait_for_qr_scan(&session, &ciba).await?.wait().await?;
//! # let _ = tokens; Ok(()) }
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

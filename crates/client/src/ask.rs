//! A sign-in as one expression: ask, and wait for the person.
//!
//! ```
//! # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let served = served::Served::start().await;
//! # let client = served.client().await;
//! use countersign_client::LoginHint;
//!
//! let pending = client
//!     .ciba()
//!     .ask(LoginHint::username("user.name@onesid1.com"))
//!     .scope("openid profile")
//!     .binding_message("Sign in to Example")
//!     .send()
//!     .await?;
//! # served.decide("approved").await;
//! let tokens = pending.wait().await?;
//! let person = client.validate_id_token(&tokens).await?;
//! println!("welcome, {}", person.subject);
//! # Ok(())
//! # }
//! ```

mod pending;
mod request;

pub use pending::PendingCiba;
pub use request::Ask;

use crate::ciba::{CibaRequest, LoginHint};
use crate::client::OpenIdconnectClient;
use crate::wake::Interval;
use crate::{pace, token_set};

/// Client-initiated backchannel authentication (CIBA Core), made by [`OpenIdconnectClient::ciba`].
#[derive(Clone)]
pub struct Ciba {
    client: OpenIdconnectClient,
}

impl OpenIdconnectClient {
    /// Sign-ins whose waiting the library does. The calls below it are
    /// [`make_ciba_request`](Self::make_ciba_request) and [`check_ciba_status`](Self::check_ciba_status).
    #[must_use]
    pub fn ciba(&self) -> Ciba {
        Ciba { client: self.clone() }
    }
}

impl Ciba {
    /// Asks a person, who is named by a username or by a token of their phone. Nothing is sent yet.
    #[expect(clippy::needless_pass_by_value, reason = "callers make the hint in the call")]
    pub fn ask(&self, login_hint: LoginHint) -> Ask {
        Ask::new(self.client.clone(), &login_hint)
    }

    /// Waits for a request that was sent before: by another call, by a QR session, or before a restart. `expires_in` is
    /// counted from now.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// use countersign_client::{CibaRequest, LoginHint};
    ///
    /// let pending = client.ciba().ask(LoginHint::username("user.name@onesid1.com")).send().await?;
    /// let kept = serde_json::to_string(pending.request())?;
    /// // The service starts again, and goes on where it was.
    /// let request: CibaRequest = serde_json::from_str(&kept)?;
    /// # served.decide("approved").await;
    /// let tokens = client.ciba().resume(request).wait().await?;
    /// # let _ = tokens;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resume(&self, request: CibaRequest) -> PendingCiba {
        let now = self.client.configuration().clock.now();
        let until = token_set::expires_at(now, request.expires_in);
        let interval = pace::interval_of(Some(request.interval));
        let pace = self.client.pace();
        pace.remember(request.auth_req_id.secret(), interval, now, until);
        PendingCiba::new(self.client.clone(), request, Interval)
    }
}

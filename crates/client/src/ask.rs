//! A sign-in as one expression: ask, and wait for the person.
//!
//! ```no_run
//! # async fn example(client: countersign_client::OpenIdconnectClient) -> Result<(), countersign_client::ClientError> {
//! use countersign_client::LoginHint;
//!
//! let tokens = client
//!     .ciba()
//!     .ask(LoginHint::username("user.name@OnesID1"))
//!     .scope("openid profile")
//!     .binding_message("Sign in to Example.com")
//!     .wait()
//!     .await?;
//! let person = client.validate_id_token(&tokens).await?;
//! println!("welcome, {}", person.subject);
//! # Ok(()) }
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

//! `POST {iss}/qr/make` (onesid.md §10.1).

use countersign_protocol::qr::{MakeRequest, SessionAnswer};
use reqwest::{Method, RequestBuilder};

use super::QrSession;
use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::MAX_ANSWER;

impl OpenIdconnectClient {
    /// Makes a session of the provider. Draw its code, and look at it with
    /// [`verify_qr_auth_session_idp`](Self::verify_qr_auth_session_idp).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let session = client.make_qr_auth_session_idp().await?;
    /// println!("draw {} within {:?}", session.content(), session.expires_in());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The device is not accepted, too many sessions were made, or the provider cannot be reached.
    pub async fn make_qr_auth_session_idp(&self) -> Result<QrSession, ClientError> {
        // Published providers take no body here, not even an empty object.
        self.make_qr(|request| request).await
    }

    /// The same with a code that changes every second, so that a photographed one dies: draw it anew after
    /// [`QrSession::refresh_in`].
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let session = client.make_animated_qr_auth_session_idp().await?;
    /// println!("draw it anew after {:?}", session.refresh_in());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`make_qr_auth_session_idp`](Self::make_qr_auth_session_idp).
    pub async fn make_animated_qr_auth_session_idp(&self) -> Result<QrSession, ClientError> {
        let request = MakeRequest { animated: true };
        self.make_qr(|call| call.json(&request)).await
    }

    async fn make_qr(
        &self,
        build: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<QrSession, ClientError> {
        let url = self.endpoints().below_issuer("/qr/make");
        let answer: SessionAnswer = self
            .call_with_device_token(&url, MAX_ANSWER, build, Method::POST)
            .await?;
        Ok(QrSession::new(answer))
    }
}

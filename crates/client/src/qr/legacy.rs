//! Sessions of the older form, whose tokens the device itself collects (onesid.md §10.3).

use countersign_protocol::qr::{LegacySession, LegacyStatus};
use reqwest::Method;
use uuid::Uuid;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::MAX_ANSWER;

impl OpenIdconnectClient {
    /// `GET {host}/auth/qr`: a session of the older form. Draw `{"auth_req_id": …, "deviceId": …}` as a QR code.
    ///
    /// ```no_run
    /// # async fn example(client: countersign_client::OpenIdconnectClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let session = client.make_legacy_qr_session().await?;
    /// println!("good for {} s", session.exp);
    /// let status = client.legacy_qr_session(session.auth_req_id).await?;
    /// println!("signed in: {}", status.token.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The device is not accepted, too many sessions were made, or the provider cannot be reached.
    pub async fn make_legacy_qr_session(&self) -> Result<LegacySession, ClientError> {
        let url = self.endpoints().below_host("/auth/qr");
        self.call_with_device_token(&url, MAX_ANSWER, |call| call, Method::GET)
            .await
    }

    /// `GET {host}/auth/qr/{auth_req_id}`: where such a session stands, and the person's token once they approved.
    ///
    /// # Errors
    /// The session is not known or not this device's, the person said no, or the provider cannot be reached.
    pub async fn legacy_qr_session(&self, auth_req_id: Uuid) -> Result<LegacyStatus, ClientError> {
        let url = self.endpoints().below_host(&format!("/auth/qr/{auth_req_id}"));
        self.call_with_device_token(&url, MAX_ANSWER, |call| call, Method::GET)
            .await
    }
}

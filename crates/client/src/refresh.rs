use countersign_protocol::token::TokenAnswer;
use reqwest::StatusCode;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::Expected;
use crate::token_set::TokenSet;

impl OpenIdconnectClient {
    /// New tokens for a refresh token (RFC 6749 §6). The old refresh token is spent; keep the new one.
    ///
    /// Never repeated by itself: whether a provider forgives the second use of a refresh token is its own decision.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let kept = served.signed_in(&client, None).await.refresh_token.unwrap();
    /// let tokens = client.refresh(&kept).await?;
    /// println!("the next one is here: {}", tokens.refresh_token.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], `invalid_grant` when the refresh token is spent, revoked or expired.
    pub async fn refresh(&self, refresh_token: &str) -> Result<TokenSet, ClientError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let asked_at = self.configuration().clock.now();
        let answer: TokenAnswer = self
            .post_authenticated(
                self.endpoints().token()?,
                &fields,
                Expected::Status(StatusCode::OK),
            )
            .await?;
        TokenSet::new(answer, asked_at)
    }

    /// Ends a token before its time (RFC 7009). A token that the provider does not know is a success as well.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let kept = served.signed_in(&client, None).await.refresh_token.unwrap();
    /// client.revoke(&kept).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], [`ClientError::NotOffered`] when the provider cannot revoke.
    pub async fn revoke(&self, token: &str) -> Result<(), ClientError> {
        let url = self.endpoints().revocation()?;
        self.repeat(|| async {
            self.post_authenticated_bytes(url, &[("token", token)], Expected::Success)
                .await
                .map(drop)
        })
        .await
    }
}

//! Whether a token is good for us, and whom it speaks for (onesid.md §7, §8).

mod claims;
mod error;
mod jwt;
mod opaque;
mod time;
mod token;

pub use error::TokenError;
pub use token::{TokenKind, ValidatedToken};

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::token_set::TokenSet;

/// Longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

/// Whether a text can be a bearer token at all (RFC 6750 §2.1): checked before it becomes part of a header.
pub(crate) fn is_bearer_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(allowed)
}

impl OpenIdconnectClient {
    /// Says whether a token of this provider is good for us, and whom it speaks for: an ID token or a JWT access token
    /// by the provider's keys, an opaque one by introspection and identification.
    ///
    /// An ID token says who signed in; it is not a key to an interface. Who protects one takes
    /// [`validate_access_token`](Self::validate_access_token).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let token = &served.signed_in(&client, None).await.access_token;
    /// use countersign_client::Entity;
    ///
    /// let token = client.validate_token(token).await?;
    /// assert_eq!(token.entity, Entity::User);
    /// println!("{} {:?}", token.subject, token.username);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Token`] when it is not good; any other error says that it could not be judged.
    pub async fn validate_token(&self, token: &str) -> Result<ValidatedToken, ClientError> {
        if !is_bearer_token(token) {
            return Err(TokenError::Malformed.into());
        }
        if token.contains('.') {
            self.validate_jwt(token).await
        } else {
            self.validate_opaque(token).await
        }
    }

    /// The same for whoever protects an interface: an ID token is refused (RFC 9068 §2.1, RFC 8725 §3.11).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let bearer = &served.signed_in(&client, None).await.access_token;
    /// let token = client.validate_access_token(bearer).await?;
    /// println!("may read: {}", token.has_scope("api:read"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`validate_token`](Self::validate_token).
    pub async fn validate_access_token(&self, token: &str) -> Result<ValidatedToken, ClientError> {
        let token = self.validate_token(token).await?;
        if token.kind == TokenKind::IdToken {
            return Err(TokenError::NotAnAccessToken.into());
        }
        Ok(token)
    }

    /// Validates the ID token of a sign-in (OpenID Connect Core §3.1.3.7) and that it was issued together with the
    /// access token beside it (`at_hash`, §3.1.3.8).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let auth_req_id = &served.approved(&client, None).await;
    /// let tokens = client.check_ciba_status(auth_req_id).await?;
    /// let person = client.validate_id_token(&tokens).await?;
    /// println!("{} signed in with {:?}", person.subject, person.amr);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Misuse`] when there is no ID token, because `openid` was not among the scopes;
    /// [`ClientError::Token`] when it is not good; any other error says that it could not be judged.
    pub async fn validate_id_token(&self, tokens: &TokenSet) -> Result<ValidatedToken, ClientError> {
        let id_token = tokens.id_token.as_ref().ok_or(ClientError::Misuse(
            "there is no ID token; ask for the scope `openid`",
        ))?;
        self.validate_id_token_with(id_token, &tokens.access_token).await
    }
}

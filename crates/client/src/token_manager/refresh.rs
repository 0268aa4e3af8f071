//! Where new tokens come from.

use async_trait::async_trait;
use countersign_protocol::ScopeList;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::token_set::TokenSet;

/// Gets new tokens. A function from the old tokens to new ones is one as well:
///
/// ```
/// use countersign_client::{ClientError, TokenManagerRegistry, TokenSet};
///
/// # async fn ask_the_partner() -> Result<TokenSet, ClientError> { Err(ClientError::Misuse("an example")) }
/// async fn of_a_partner(_old: Option<TokenSet>) -> Result<TokenSet, ClientError> {
///     ask_the_partner().await
/// }
///
/// let manager = TokenManagerRegistry::new().create_manager("partner", of_a_partner)?;
/// assert_eq!(manager.name(), "partner");
/// # Ok::<(), countersign_client::ManagerExists>(())
/// ```
#[async_trait]
pub trait Refresh: Send + Sync {
    /// New tokens in place of `current`, of which there are none in the beginning.
    ///
    /// # Errors
    /// Whatever the call runs into. The manager tries again later, and tells its listeners.
    async fn refresh(&self, current: Option<&TokenSet>) -> Result<TokenSet, ClientError>;
}

#[async_trait]
impl<F, Answer> Refresh for F
where
    F: Fn(Option<TokenSet>) -> Answer + Send + Sync,
    Answer: Future<Output = Result<TokenSet, ClientError>> + Send,
{
    async fn refresh(&self, current: Option<&TokenSet>) -> Result<TokenSet, ClientError> {
        self(current.cloned()).await
    }
}

/// The device's own token, by `client_credentials` (onesid.md §5.1).
#[derive(Clone)]
pub struct DeviceRefresh {
    client: OpenIdconnectClient,
}

impl DeviceRefresh {
    /// For the device that the client speaks for.
    #[must_use]
    pub const fn new(client: OpenIdconnectClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Refresh for DeviceRefresh {
    async fn refresh(&self, _: Option<&TokenSet>) -> Result<TokenSet, ClientError> {
        let asked_at = self.client.configuration().clock.now();
        let token = self.client.request_device_access_token().await?;
        let life = token.expires_at.duration_since(asked_at).as_secs();
        Ok(TokenSet {
            access_token: token.access_token,
            token_type: "Bearer",
            expires_in: u64::try_from(life).unwrap_or(0),
            scope: ScopeList::default(),
            id_token: None,
            refresh_token: None,
            expires_at: token.expires_at,
        })
    }
}

/// A person's token won by CIBA, by its refresh token (onesid.md §5.3). The sign-in has to ask for `offline_access`, and
/// its tokens are put in with [`store_tokens`](crate::TokenManager::store_tokens).
#[derive(Clone)]
pub struct CibaRefresh {
    client: OpenIdconnectClient,
}

impl CibaRefresh {
    /// By the client that the person signed in to.
    #[must_use]
    pub const fn new(client: OpenIdconnectClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Refresh for CibaRefresh {
    async fn refresh(&self, current: Option<&TokenSet>) -> Result<TokenSet, ClientError> {
        let refresh_token = current.and_then(|current| current.refresh_token.as_ref());
        let refresh_token = refresh_token.ok_or(ClientError::Misuse(
            "there is no refresh token to renew with; ask for the scope offline_access, and store the tokens first",
        ))?;
        self.client.refresh(refresh_token.secret()).await
    }
}

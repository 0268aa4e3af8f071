use countersign_protocol::ciba::OneOrMany;
use countersign_protocol::token::{FromIdentifierAnswer, FromIdentifierRequest, IdentifyAnswer};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::{Expected, MAX_ANSWER};
use crate::validate::{TokenError, is_bearer_token};

/// What the provider knows of a token (RFC 7662 §2.2, onesid.md §8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introspection {
    /// Whether the token is alive. When it is not, no other member means anything.
    pub active: bool,
    /// The client that the token was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// When it ends, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Before when it is not good, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// The person, for a token that a sign-in gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The person's username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The granted scopes, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The audience, for a token that is bound to a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<OneOrMany>,
    /// The person's role at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp_role: Option<String>,
}

impl OpenIdconnectClient {
    /// Asks the provider about any token (RFC 7662). Whoever decides by it reads [`validate_token`](Self::validate_token)
    /// instead, which also looks at issuer, audience and kind.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let token = &client.device_access_token().await?.access_token;
    /// let answer = client.introspect(token).await?;
    /// println!("alive: {}", answer.active);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], [`ClientError::NotOffered`] when the provider cannot introspect.
    pub async fn introspect(&self, token: &str) -> Result<Introspection, ClientError> {
        let url = self.endpoints().introspection()?;
        let (fields, status) = ([("token", token)], Expected::Status(StatusCode::OK));
        self.repeat(|| self.post_authenticated(url, &fields, status))
            .await
    }

    /// Who the bearer of an opaque access token is (onesid.md §8): `GET {iss}/identify` with that token.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let token = &client.device_access_token().await?.access_token;
    /// let bearer = client.identify(token).await?;
    /// println!("{:?} {}", bearer.subject_type, bearer.subject);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Token`] when the text cannot be a bearer token, `invalid_token` when it is not alive.
    pub async fn identify(&self, token: &str) -> Result<IdentifyAnswer, ClientError> {
        if !is_bearer_token(token) {
            return Err(TokenError::Malformed.into());
        }
        let url = self.endpoints().below_issuer("/identify");
        self.repeat(|| async {
            let request = self.http().request(Method::GET, &url).bearer_auth(token);
            let status = Expected::Status(StatusCode::OK);
            Ok(self.http().json(request, &url, status).await?)
        })
        .await
    }

    /// Finds a person by username or user id (onesid.md §8), in the name of this device.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let person = client.from_identifier("user.name@onesid1.com").await?;
    /// println!("{}", person.subject);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], with a status of 4xx when there is no such person.
    pub async fn from_identifier(&self, identifier: &str) -> Result<FromIdentifierAnswer, ClientError> {
        let url = self.endpoints().below_issuer("/from-identifier");
        let body = FromIdentifierRequest {
            identifier: identifier.to_owned(),
        };
        self.repeat_with_device_token(&url, MAX_ANSWER, |request| request.json(&body), Method::POST)
            .await
    }
}

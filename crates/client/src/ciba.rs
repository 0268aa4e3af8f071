use std::fmt;

use countersign_protocol::ciba::{
    AuthenticationAnswer, AuthenticationRequest, GRANT_TYPE, VerificationToShow,
};
use countersign_protocol::qr::LoginHintKind;
use countersign_protocol::token::{JwtClaims, TokenAnswer};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::Expected;
use crate::pace::interval_of;
use crate::secret::AuthReqId;
use crate::token_set::{self, TokenSet};

/// Whom to ask (CIBA Core §7.1).
///
/// ```
/// use countersign_client::{LoginHint, LoginHintKind};
///
/// let hint = LoginHint::username("user.name@onesid1.com");
/// assert_eq!(hint.kind, LoginHintKind::LoginHint);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginHint {
    /// How `value` names the person.
    pub kind: LoginHintKind,
    /// A username, or a token.
    pub value: String,
}

impl LoginHint {
    /// By username, `local@organisation`.
    #[must_use]
    pub fn username(value: impl Into<String>) -> Self {
        Self {
            kind: LoginHintKind::LoginHint,
            value: value.into(),
        }
    }

    /// By a login hint token that the person's own phone fetched.
    #[must_use]
    pub fn token(value: impl Into<String>) -> Self {
        Self {
            kind: LoginHintKind::LoginHintToken,
            value: value.into(),
        }
    }
}

impl fmt::Debug for LoginHint {
    /// Without the value: a token is a secret, and a name is nobody else's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginHint")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A sign-in that waits for the person (CIBA Core §7.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CibaRequest {
    /// The handle for [`check_ciba_status`](OpenIdconnectClient::check_ciba_status).
    pub auth_req_id: AuthReqId,
    /// Seconds until the request ends.
    pub expires_in: u64,
    /// Seconds to wait between two looks.
    pub interval: u64,
    /// The code that this screen shows, so that the person can tie the phone's request to it; absent unless the
    /// provider's policy asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationToShow>,
}

/// The claims of the signed request (onesid.md §6.1).
#[derive(Serialize)]
struct RequestObject {
    #[serde(flatten)]
    claims: JwtClaims,
    #[serde(flatten)]
    request: AuthenticationRequest,
}

impl OpenIdconnectClient {
    /// Asks the provider to ask the person: `POST {iss}/backchannel` with a signed request (CIBA Core §7.1.1).
    ///
    /// `scope` is a space-separated list, `binding_message` the text that phone and screen both show, `resource` the URL
    /// of the service that the access token is for (RFC 8707); without one the token is for the provider.
    ///
    /// Never repeated by itself: the person's phone would ring twice.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let resource = served::RESOURCE.to_owned(); // for example https://example.com
    /// use countersign_client::LoginHint;
    ///
    /// let request = client
    ///     .make_ciba_request(
    ///         &LoginHint::username("user.name@onesid1.com"),
    ///         "openid offline_access profile",
    ///         "Sign in to Example",
    ///         Some(resource),
    ///     )
    ///     .await?;
    /// println!("look again in {} s", request.interval);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], with the provider's code: `unknown_user_id`, `invalid_scope`, `invalid_target`,
    /// `invalid_binding_message`, `access_denied` (CIBA Core §13).
    pub async fn make_ciba_request(
        &self,
        login_hint: &LoginHint,
        scope: impl Into<String>,
        binding_message: impl Into<String>,
        resource: Option<String>,
    ) -> Result<CibaRequest, ClientError> {
        let request = authentication_request(login_hint, scope.into(), binding_message.into(), resource);
        self.start_ciba(request).await
    }

    /// Starts a sign-in with any parameters (CIBA Core §7.1).
    pub(crate) async fn start_ciba(
        &self,
        request: AuthenticationRequest,
    ) -> Result<CibaRequest, ClientError> {
        let url = self.endpoints().backchannel()?;
        let object = RequestObject {
            claims: self.fresh_claims()?,
            request,
        };
        let object = self.sign_claims(&object).await?;
        let asked_at = self.configuration().clock.now();
        let answer: AuthenticationAnswer = self
            .post_authenticated(url, &[("request", &object)], Expected::Success)
            .await?;
        let interval = interval_of(answer.interval);
        let until = token_set::expires_at(asked_at, answer.expires_in);
        self.pace()
            .remember(&answer.auth_req_id, interval, asked_at, until);
        Ok(CibaRequest {
            auth_req_id: AuthReqId::new(answer.auth_req_id),
            expires_in: answer.expires_in,
            interval: interval.as_secs(),
            verification: answer.verification,
        })
    }

    /// Looks once whether the person has answered, and collects the tokens (CIBA Core §10.1).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let hint = countersign_client::LoginHint::username("user.name@onesid1.com");
    /// # let request = client.make_ciba_request(&hint, "openid", "Sign in", None).await?;
    /// # let auth_req_id = &request.auth_req_id;
    /// use countersign_client::ClientError;
    ///
    /// match client.check_ciba_status(auth_req_id).await {
    ///     Ok(tokens) => println!("granted: {}", tokens.scope),
    ///     Err(ClientError::AuthorizationPending { interval } | ClientError::SlowDown { interval }) => {
    ///         println!("ask again in {interval:?}");
    ///     }
    ///     Err(error) => println!("{error}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::AuthorizationPending`] until the person answers, [`ClientError::SlowDown`] when we ask too often;
    /// else the provider's code: `access_denied`, `expired_token`, `invalid_grant` (CIBA Core §11).
    pub async fn check_ciba_status(&self, auth_req_id: &str) -> Result<TokenSet, ClientError> {
        let fields = [("grant_type", GRANT_TYPE), ("auth_req_id", auth_req_id)];
        let asked_at = self.configuration().clock.now();
        let answer: Result<TokenAnswer, ClientError> = self
            .post_authenticated(
                self.endpoints().token()?,
                &fields,
                Expected::Status(StatusCode::OK),
            )
            .await;
        match answer {
            Ok(answer) => {
                self.pace().forget(auth_req_id);
                TokenSet::new(answer, asked_at)
            }
            Err(error) => Err(match error.error() {
                Some("authorization_pending") => ClientError::AuthorizationPending {
                    interval: self.pace().interval(auth_req_id),
                },
                Some("slow_down") => ClientError::SlowDown {
                    interval: self.pace().widen(auth_req_id, asked_at),
                },
                Some("access_denied" | "expired_token" | "invalid_grant") => {
                    self.pace().forget(auth_req_id);
                    error
                }
                _ => error,
            }),
        }
    }
}

/// The parameters of a sign-in, without those of QR or ping.
pub(crate) fn authentication_request(
    login_hint: &LoginHint,
    scope: String,
    binding_message: String,
    resource: Option<String>,
) -> AuthenticationRequest {
    let value = Some(login_hint.value.clone());
    let (login_hint, login_hint_token) = match login_hint.kind {
        LoginHintKind::LoginHint => (value, None),
        LoginHintKind::LoginHintToken => (None, value),
    };
    AuthenticationRequest {
        scope: Some(scope),
        binding_message: Some(binding_message),
        login_hint,
        login_hint_token,
        resource,
        ..AuthenticationRequest::default()
    }
}

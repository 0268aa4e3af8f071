use async_trait::async_trait;
use countersign_jose::{Algorithm, base64url};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::configuration::Timeouts;
use crate::http::{Expected, Http, HttpError, Route};
use crate::signer::{Signer, SignerError};

/// Where the signing service of a machine listens (onesid.md §12). Older ones answer at `/signature` as well.
pub const DEFAULT_SIGNING_SERVICE_URL: &str = "http://127.0.0.1:8000/sign";

/// The signing service of this machine (onesid.md §12): it holds the key, so that a service never sees it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let answer = || async { axum::Json(serde_json::json!({ "signature": "c2lnbmF0dXJl" })) };
/// # let service = axum::Router::new().route("/sign", axum::routing::post(answer));
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let url = format!("http://{}/sign", listener.local_addr()?);
/// # tokio::spawn(async move { axum::serve(listener, service).await });
/// # let id = "5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7";
/// use countersign_client::{Algorithm, Signer, SigningService};
///
/// let signer = SigningService::at(url, id, Algorithm::Es256)?;
/// assert_eq!(signer.sign(b"header.payload").await?, b"signature");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SigningService {
    http: Http,
    url: String,
    device_id: String,
    algorithm: Algorithm,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignRequest<'a> {
    device_id: &'a str,
    message: &'a str,
}

#[derive(Deserialize)]
struct SignAnswer {
    signature: String,
}

impl SigningService {
    /// The service at its usual place; `device_id` is `id` of `device.yml`, `algorithm` that of the device's key.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when no HTTP client can be made.
    pub fn new(device_id: impl Into<String>, algorithm: Algorithm) -> Result<Self, HttpError> {
        Self::at(DEFAULT_SIGNING_SERVICE_URL, device_id, algorithm)
    }

    /// The service at another place.
    ///
    /// # Errors
    /// [`HttpError::Insecure`] when the address is neither `https` nor this machine's own loopback: what is asked there
    /// is signed with our name, and what is answered is believed. [`HttpError::Setup`] when no HTTP client can be made.
    pub fn at(
        url: impl Into<String>,
        device_id: impl Into<String>,
        algorithm: Algorithm,
    ) -> Result<Self, HttpError> {
        let url = url.into();
        let user_agent = concat!("countersign-client/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            http: Http::to(Route::of(&url)?, user_agent, Timeouts::default())?,
            url,
            device_id: device_id.into(),
            algorithm,
        })
    }
}

#[async_trait]
impl Signer for SigningService {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        let message = std::str::from_utf8(signing_input)
            .ok()
            .filter(|text| text.is_ascii())
            .ok_or(SignerError::NotAscii)?;
        let body = SignRequest {
            device_id: &self.device_id,
            message,
        };
        let request = self.http.request(Method::POST, &self.url).json(&body);
        let answer: SignAnswer = self.http.json(request, &self.url, Expected::Success).await?;
        base64url::decode(&answer.signature).map_err(|_| SignerError::NotASignature)
    }
}

//! The two ways to call the provider: with a client assertion, and with the device access token.

use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::{Expected, HttpError, MAX_ANSWER, parse};

impl OpenIdconnectClient {
    /// `POST` of a form with `private_key_jwt` (onesid.md §4), once.
    pub(crate) async fn post_authenticated<T: DeserializeOwned>(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        expected: Expected,
    ) -> Result<T, ClientError> {
        let body = self.post_authenticated_bytes(url, fields, expected).await?;
        Ok(parse(&body, url)?)
    }

    /// The same for an endpoint whose answer has no body that matters.
    pub(crate) async fn post_authenticated_bytes(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        expected: Expected,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, ClientError> {
        let assertion = self.client_assertion().await?;
        let mut form = vec![
            ("client_id", self.client_id().as_str()),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        form.extend_from_slice(fields);
        let request = self.http().request(Method::POST, url).form(&form);
        Ok(self.http().bytes(request, url, expected, MAX_ANSWER).await?)
    }

    /// Repeats a call that may happen twice without harm, as the configuration says. Every try signs anew: a provider
    /// takes an assertion once.
    pub(crate) async fn repeat<T, F>(&self, call: impl FnMut() -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let configuration = self.configuration();
        configuration
            .retry
            .run(&*configuration.clock, &*configuration.entropy, call)
            .await
    }

    /// A call with the cached device access token; any 2xx is a success. The token may have been withdrawn before its
    /// time, so a 401 renews it and calls once more: a call that was refused so has changed nothing.
    pub(crate) async fn call_with_device_token<T: DeserializeOwned>(
        &self,
        url: &str,
        limit: usize,
        build: impl Fn(RequestBuilder) -> RequestBuilder,
        method: Method,
    ) -> Result<T, ClientError> {
        let send = |token: String| {
            let request = build(self.http().request(method.clone(), url)).bearer_auth(token);
            self.http().bytes(request, url, Expected::Success, limit)
        };
        let token = self.device_access_token().await?;
        let body = match send(token.access_token.secret().to_owned()).await {
            Err(error) if is_unauthorized(&error) => {
                let token = self.renew_device_access_token(&token).await?;
                send(token.access_token.secret().to_owned()).await?
            }
            other => other?,
        };
        Ok(parse(&body, url)?)
    }
}

fn is_unauthorized(error: &HttpError) -> bool {
    error.status() == Some(StatusCode::UNAUTHORIZED)
}

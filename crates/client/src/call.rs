//! The two ways to call the provider: with a client assertion, and with the device access token.

use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::client::OpenIdconnectClient;
use crate::device_access_token::DeviceAccessToken;
use crate::error::ClientError;
use crate::http::{Expected, MAX_ANSWER, parse};
use crate::retry::Retry;

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
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
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

    /// A call in the name of this device, once; any 2xx is a success.
    pub(crate) async fn call_with_device_token<T: DeserializeOwned>(
        &self,
        url: &str,
        limit: usize,
        build: impl Fn(RequestBuilder) -> RequestBuilder,
        method: Method,
    ) -> Result<T, ClientError> {
        let retry = Retry::NEVER;
        let call = DeviceCall {
            method,
            url,
            limit,
            build,
            retry,
        };
        self.as_device(&call).await
    }

    /// The same for a call that may happen twice without harm: repeated as the configuration says.
    pub(crate) async fn repeat_with_device_token<T: DeserializeOwned>(
        &self,
        url: &str,
        limit: usize,
        build: impl Fn(RequestBuilder) -> RequestBuilder,
        method: Method,
    ) -> Result<T, ClientError> {
        let retry = self.configuration().retry;
        let call = DeviceCall {
            method,
            url,
            limit,
            build,
            retry,
        };
        self.as_device(&call).await
    }

    /// The token may have been withdrawn before its time, so a 401 renews it and calls once more: a call that was refused
    /// so has changed nothing. Getting the token repeats by itself, so only the call is repeated here.
    async fn as_device<T: DeserializeOwned, B: Fn(RequestBuilder) -> RequestBuilder>(
        &self,
        call: &DeviceCall<'_, B>,
    ) -> Result<T, ClientError> {
        let token = self.device_access_token().await?;
        let body = match self.send_as_device(call, &token).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                let token = self.renew_device_access_token(&token).await?;
                self.send_as_device(call, &token).await?
            }
            other => other?,
        };
        Ok(parse(&body, call.url)?)
    }

    async fn send_as_device<B: Fn(RequestBuilder) -> RequestBuilder>(
        &self,
        call: &DeviceCall<'_, B>,
        token: &DeviceAccessToken,
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let configuration = self.configuration();
        let send = || async {
            let request = (call.build)(self.http().request(call.method.clone(), call.url));
            let request = request.bearer_auth(token.access_token.secret());
            let answer = self
                .http()
                .bytes(request, call.url, Expected::Success, call.limit);
            Ok(answer.await?)
        };
        call.retry
            .run(&*configuration.clock, &*configuration.entropy, send)
            .await
    }
}

/// One call in the name of this device.
struct DeviceCall<'a, B> {
    method: Method,
    url: &'a str,
    /// The most that is read of the answer, in bytes.
    limit: usize,
    /// Adds body and query.
    build: B,
    retry: Retry,
}

//! The one HTTP client that this process calls hosts of others with.

mod address;
mod resolver;

use async_trait::async_trait;
use countersign_core::authenticator::push::PushEndpoint;
use countersign_core::outbound::{Outbound, OutboundAnswer, OutboundMessage, Unreachable};
use countersign_core::policy::PushPolicy;
use countersign_core::text::showable;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, redirect};
use resolver::PublicOnly;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// Connecting, with TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// A whole call. It is well below the lease of a claim, so that no message is sent by two couriers at once.
const CALL: Duration = Duration::from_secs(10);
/// What is kept of an error's text, in characters.
const PROBLEM_CHARS: usize = 200;

/// Calls push services. It follows no redirect, uses no proxy (a proxy would resolve the name again, and to something
/// else), connects to public addresses only, and reads nothing of an answer but its head.
pub struct HttpOutbound {
    client: Result<Client, String>,
    policy: PushPolicy,
    patience: Duration,
}

impl HttpOutbound {
    /// A client for a policy. That TLS cannot be set up is told by each call: push is not needed to work.
    #[must_use]
    pub fn new(policy: &PushPolicy) -> Self {
        Self::with_patience(policy, CALL)
    }

    /// The same with another limit for a whole call.
    #[must_use]
    pub fn with_patience(policy: &PushPolicy, patience: Duration) -> Self {
        let mut builder = Client::builder()
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT.min(patience))
            .timeout(patience);
        if !policy.danger_private_addresses {
            builder = builder.https_only(true).dns_resolver(Arc::new(PublicOnly));
        }
        Self {
            client: builder
                .build()
                .map_err(|error| format!("TLS cannot be set up: {}", cause(&error))),
            policy: policy.clone(),
            patience,
        }
    }

    /// The form is looked at again: the policy may have changed since the phone subscribed.
    fn client(&self, endpoint: &PushEndpoint) -> Result<&Client, Unreachable> {
        PushEndpoint::parse(endpoint.as_str(), &self.policy)
            .map_err(|reason| Unreachable(format!("the endpoint {reason}")))?;
        self.client
            .as_ref()
            .map_err(|problem| Unreachable(problem.clone()))
    }

    async fn head(&self, request: RequestBuilder) -> Result<Response, Unreachable> {
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Unreachable {
        if error.is_timeout() {
            return Unreachable(format!("no answer within {} ms", self.patience.as_millis()));
        }
        let what = if error.is_connect() {
            "no connection"
        } else {
            "no answer"
        };
        Unreachable(format!("{what}: {}", cause(error)))
    }
}

/// The innermost cause: the outer ones would repeat the endpoint, which is a secret of the phone.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if innermost.is::<reqwest::Error>() {
        return "the request could not be made".to_owned();
    }
    showable(&innermost.to_string(), PROBLEM_CHARS)
}

#[async_trait]
impl Outbound for HttpOutbound {
    async fn post(
        &self,
        endpoint: &PushEndpoint,
        message: OutboundMessage,
    ) -> Result<OutboundAnswer, Unreachable> {
        let mut request = self.client(endpoint)?.post(endpoint.as_str());
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        // The body of the answer is dropped unread, however long it is or however slowly it comes.
        let answer = self.head(request.body(message.body)).await?;
        let retry_after = answer.headers().get(RETRY_AFTER);
        Ok(OutboundAnswer {
            status: answer.status().as_u16(),
            retry_after: retry_after
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        })
    }

    /// The origin alone is asked for its head: the path belongs to a phone.
    async fn reach(&self, endpoint: &PushEndpoint) -> Result<(), Unreachable> {
        let request = self.client(endpoint)?.head(endpoint.origin());
        self.head(request).await.map(drop)
    }
}

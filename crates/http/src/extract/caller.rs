//! What is known of a caller before they have proven anything, and what the log learns of them after.

use crate::reply::ErrorReply;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use countersign_core::Fault;
use countersign_core::approval::open::Origin;
use countersign_core::id::ClientId;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// One caller; made once for each request by the outermost layer.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The client's address, as far as it is known.
    pub(crate) address: Option<IpAddr>,
    /// `User-Agent`, as it was sent.
    pub(crate) user_agent: Option<String>,
    /// Scheme of the `Authorization` header, if the caller tried one.
    pub(crate) authorization_scheme: Option<String>,
    client: Arc<OnceLock<ClientId>>,
}

impl Caller {
    pub(crate) fn new(address: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = text(header::AUTHORIZATION).and_then(|value| value.split(' ').next());
        Self {
            address,
            user_agent: text(header::USER_AGENT).map(str::to_owned),
            authorization_scheme: scheme.filter(|scheme| is_token(scheme)).map(str::to_owned),
            client: Arc::default(),
        }
    }

    /// The caller has proven to be this client: the log line of the request names it.
    pub(crate) fn is(&self, client: &ClientId) {
        // The first proof counts; a second one in the same request is the same client.
        let _ = self.client.set(client.clone());
    }

    /// The client that the caller proved to be.
    pub(crate) fn client(&self) -> Option<&ClientId> {
        self.client.get()
    }

    /// What a person is shown of where a request came from.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            ip: self.address.map(|ip| ip.to_string()),
            user_agent: self.user_agent.clone(),
        }
    }
}

fn is_token(scheme: &str) -> bool {
    (1..=20).contains(&scheme.len())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ErrorReply;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorReply> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| {
            Fault::new("the request passed no observing layer; serve countersign_http::router").into()
        })
    }
}

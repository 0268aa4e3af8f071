//! Routes that need a scope.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};

use super::BearerRejection;
use super::user::{Checked, check};
use crate::client::OpenIdconnectClient;

/// Lets a request pass when its access token has every one of some scopes; a handler behind it that takes an
/// [`AuthenticatedUser`](super::AuthenticatedUser) gets it without a second validation.
///
/// ```
/// use axum::{Router, routing::post};
/// use countersign_client::{AuthenticatedUser, OpenIdconnectClient, RequireScope};
///
/// async fn order(user: AuthenticatedUser) -> String {
///     format!("ordered by {}", user.subject)
/// }
///
/// fn router(client: OpenIdconnectClient) -> Router {
///     Router::new()
///         .route("/orders", post(order))
///         .route_layer(RequireScope::new(client.clone(), "api:write"))
///         .with_state(client)
/// }
/// ```
#[derive(Clone)]
pub struct RequireScope {
    client: OpenIdconnectClient,
    scope: Arc<str>,
}

impl RequireScope {
    /// The scopes, separated by spaces; an empty text asks for a good token and nothing more.
    #[must_use]
    pub fn new(client: OpenIdconnectClient, scope: impl AsRef<str>) -> Self {
        Self {
            client,
            scope: scope.as_ref().into(),
        }
    }
}

impl<S> Layer<S> for RequireScope {
    type Service = RequireScopeService<S>;

    fn layer(&self, inner: S) -> RequireScopeService<S> {
        RequireScopeService {
            inner,
            rule: self.clone(),
        }
    }
}

/// What [`RequireScope`] puts around a service.
#[derive(Clone)]
pub struct RequireScopeService<S> {
    inner: S,
    rule: RequireScope,
}

impl<S> Service<Request> for RequireScopeService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let rule = self.rule.clone();
        // The service that was polled ready is the one to call; its copy waits for the next request.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        Box::pin(async move {
            match rule.admit(request).await {
                Ok(request) => inner.call(request).await,
                Err(rejection) => Ok(rejection.into_response()),
            }
        })
    }
}

impl RequireScope {
    async fn admit(&self, mut request: Request) -> Result<Request, BearerRejection> {
        let validated = check(&self.client, request.headers()).await?;
        let mut needed = self.scope.split(' ').filter(|scope| !scope.is_empty());
        if needed.all(|scope| validated.has_scope(scope)) {
            request.extensions_mut().insert(Checked(validated));
            Ok(request)
        } else {
            Err(BearerRejection::Insufficient {
                scope: self.scope.to_string(),
            })
        }
    }
}

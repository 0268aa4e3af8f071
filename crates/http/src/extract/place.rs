//! The place of a connection among those that a server has open.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

/// A connection's place, inserted into each request by a listener that counts connections. A socket takes it along:
/// HTTP is over when the socket begins, but the connection is not. Whatever is in it is dropped with the last clone.
#[derive(Debug, Clone)]
pub struct Place {
    _held: Arc<dyn Any + Send + Sync>,
}

impl Place {
    /// A place that is given back when `held` is dropped.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self {
            _held: Arc::new(held),
        }
    }

    /// A place that nobody counts.
    fn uncounted() -> Self {
        Self::new(())
    }
}

impl<S: Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or_else(Self::uncounted))
    }
}

//! The error body of this surface.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every error of the X.1280 surface; the published service answers in this form, not in that of OAuth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct X1280Error {
    /// A code for programs, such as `invalid_request` or `invalid_service`.
    pub error: String,
    /// A sentence for the engineer who reads it.
    pub message: String,
}

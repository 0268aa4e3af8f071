//! Bearer tokens at a service's own door (RFC 6750), for axum.

mod rejection;
mod require_scope;
mod user;

pub use rejection::BearerRejection;
pub use require_scope::{RequireScope, RequireScopeService};
pub use user::AuthenticatedUser;

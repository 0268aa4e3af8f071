//! `GET {iss}/auth`: named in the metadata because published clients require it, and never used (onesid.md §1).

use crate::reply::{ErrorReply, refusals};
use countersign_core::Refusal;
use countersign_protocol::ErrorCode;

refusals!(Refusals: UnauthorizedClient);

/// Always a refusal, and never a redirect: no client here has a redirect URI, and following one that the caller names
/// would make an open redirector (RFC 9700 §4.11).
#[utoipa::path(
    get,
    path = "/oidc/auth",
    operation_id = "authorization",
    tag = "oidc",
    responses(Refusals)
)]
pub(crate) async fn get() -> ErrorReply {
    // RFC 6749 §4.1.2.1: the code for "not authorized to request an authorization code using this method".
    let description =
        "no sign-in starts in the browser here; start it at the backchannel_authentication_endpoint (CIBA)";
    Refusal::new(ErrorCode::UnauthorizedClient, description).into()
}

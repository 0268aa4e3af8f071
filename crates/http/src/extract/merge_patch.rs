//! A JSON merge patch (RFC 7396) in the body.

use super::body;
use crate::app::AppState;
use crate::reply::ErrorReply;
use axum::extract::{FromRequest, Request};
use countersign_core::Refusal;
use countersign_jose::json::parse_object;
use countersign_protocol::ErrorCode;
use countersign_protocol::merge_patch::MERGE_PATCH_TYPE;
use serde_json::{Map, Value};

/// The members to change. Sent under the patch's own media type or as plain JSON, which many clients send; an object
/// of bounded depth and no member twice in either case.
pub(crate) struct MergePatch(pub(crate) Map<String, Value>);

impl FromRequest<AppState> for MergePatch {
    type Rejection = ErrorReply;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ErrorReply> {
        let known = [MERGE_PATCH_TYPE, "application/json"];
        if !known
            .iter()
            .any(|known| body::is_content_type(request.headers(), known))
        {
            let refusal = Refusal::new(
                ErrorCode::UnsupportedMediaType,
                "send the patch as application/merge-patch+json",
            );
            return Err(refusal.into());
        }
        let body = body::read(app, request.into_body()).await?;
        parse_object(&body)
            .map(Self)
            .map_err(|error| Refusal::invalid_request(format!("the body {error}")).into())
    }
}

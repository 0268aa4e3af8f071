//! What an endpoint refuses with, for the OpenAPI document.

use countersign_protocol::{ErrorBody, ErrorCode};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// Names the codes that an endpoint refuses with: `refusals!(Refusals: InvalidRequest, NotFound)` makes a type for the
/// `responses(…)` of `#[utoipa::path]`. `server_error` and `temporarily_unavailable` are always among them.
macro_rules! refusals {
    ($name:ident: $($code:ident),+ $(,)?) => {
        $crate::reply::refusals!($name by status: $($code),+);
    };
    ($name:ident by $status:ident: $($code:ident),+ $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                use countersign_protocol::ErrorCode;
                $crate::reply::refused(&[$(ErrorCode::$code),+], ErrorCode::$status)
            }
        }
    };
}
pub(crate) use refusals;

/// One response for each status, naming its codes.
pub(crate) fn refused(
    codes: &[ErrorCode],
    status: fn(ErrorCode) -> u16,
) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    let ours = [ErrorCode::ServerError, ErrorCode::TemporarilyUnavailable];
    for code in codes.iter().chain(&ours) {
        by_status.entry(status(*code)).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), response(&codes).into()))
        .collect()
}

fn response(codes: &[ErrorCode]) -> Response {
    let words: Vec<String> = codes
        .iter()
        .map(|code| format!("`{code}`: {}", code.meaning()))
        .collect();
    let schema = Ref::from_schema_name(<ErrorBody as ToSchema>::name());
    ResponseBuilder::new()
        .description(words.join("; "))
        .content(
            "application/json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

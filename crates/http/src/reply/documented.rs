//! What an endpoint refuses with, for the OpenAPI document.

use countersign_protocol::ErrorCode;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// Names the codes that an endpoint refuses with: `refusals!(Refusals: InvalidRequest, NotFound)` makes a type for the
/// `responses(…)` of `#[utoipa::path]`. `server_error` and `temporarily_unavailable` are always among them. Endpoints
/// that give a code another status, or write another body, say so: `by token_status`, `of x1280`.
macro_rules! refusals {
    ($name:ident: $($code:ident),+ $(,)?) => {
        $crate::reply::refusals!($name by status as ErrorBody: $($code),+);
    };
    ($name:ident of x1280: $($code:ident),+ $(,)?) => {
        $crate::reply::refusals!($name by x1280_status as x1280::X1280Error: $($code),+);
    };
    ($name:ident by $status:ident: $($code:ident),+ $(,)?) => {
        $crate::reply::refusals!($name by $status as ErrorBody: $($code),+);
    };
    ($name:ident by $status:ident as $($body:ident)::+: $($code:ident),+) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                use countersign_protocol::ErrorCode;
                type Body = countersign_protocol::$($body)::+;
                $crate::reply::refused::<Body>(&[$(ErrorCode::$code),+], ErrorCode::$status)
            }
        }
    };
}
pub(crate) use refusals;

/// One response for each status, naming its codes.
pub(crate) fn refused<Body: ToSchema>(
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
        .map(|(status, codes)| (status.to_string(), response::<Body>(&codes).into()))
        .collect()
}

fn response<Body: ToSchema>(codes: &[ErrorCode]) -> Response {
    let words: Vec<String> = codes
        .iter()
        .map(|code| format!("`{code}`: {}", code.meaning()))
        .collect();
    let schema = Ref::from_schema_name(Body::name());
    ResponseBuilder::new()
        .description(words.join("; "))
        .content(
            "application/json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

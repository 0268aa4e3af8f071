//! The OpenAPI document, made from the handlers themselves, and `GET {host}/openapi.json`.

use crate::reply::ErrorReply;
use crate::router::documented;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign_core::Fault;
use countersign_protocol::ErrorBody;
use countersign_protocol::approval::{DecisionClaims, Settled};
use countersign_protocol::authenticator::EnrolmentProof;
use countersign_protocol::consent::ReceiptClaims;
use countersign_protocol::x1280::{SocketEvent, X1280Error};
use std::sync::OnceLock;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

/// What the document says beside its paths.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        description = "An open, self-hosted identity provider: OpenID Connect CIBA, without passwords.\n\n\
            OAuth endpoints take forms and authenticate the client by `private_key_jwt` (RFC 7523). Everything else \
            takes JSON and a bearer token (RFC 6750). Every refusal is `{error, error_description}`, those of mutual \
            sign-in (X.1280) are `{error, message}`; every answer carries `x-request-id`. An unknown route is 404 and a \
            wrong method 405, both `invalid_request`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(
        DecisionClaims, EnrolmentProof, ErrorBody, ReceiptClaims, Settled, SocketEvent, X1280Error
    )),
    modifiers(&Bearer),
    tags(
        (name = "oidc", description = "OpenID Connect and OAuth 2.0."),
        (name = "ciba", description = "Client-initiated backchannel authentication."),
        (name = "qr", description = "Sign-in by a code on a screen."),
        (name = "device", description = "Machines and their registration."),
        (name = "application", description = "Applications that people sign in to."),
        (name = "user", description = "What a service may know of a person."),
        (name = "authenticator", description = "A person's phones."),
        (name = "approval", description = "What a phone sees and decides."),
        (name = "consent", description = "Personal data: asked for, given, withdrawn."),
        (name = "x1280", description = "Mutual sign-in: the service proves itself first."),
        (name = "service", description = "Services that people prove their identity to."),
        (name = "credential", description = "Credentials that people prove their identity with."),
        (name = "health", description = "For whoever runs the process.")
    )
)]
pub(crate) struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An access token of the token endpoint, in the Authorization header only.",
            ))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document of every route.
#[must_use]
pub fn openapi() -> OpenApi {
    documented().into_openapi()
}

/// The document without any path, to which the routes add themselves.
pub(crate) fn base() -> OpenApi {
    Document::openapi()
}

/// The document that you are reading.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "health",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub(crate) async fn get() -> Result<Response, ErrorReply> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text.clone(),
        None => {
            let text = serde_json::to_vec(&openapi())
                .map_err(|error| Fault::new("writing JSON").with_source(error))?;
            TEXT.get_or_init(|| text.into()).clone()
        }
    };
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=3600"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    Ok((headers, text).into_response())
}

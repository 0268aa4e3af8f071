//! `POST {host}/auth/initiate` and its preflight (X.1280 profile §1).

use super::cors::{Cors, web_origin};
use crate::app::AppState;
use crate::extract::{Caller, JsonBody};
use crate::layer::metrics;
use crate::limits::network;
use crate::reply::{ErrorReply, JsonReply, Reply, refusals};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use countersign_core::x1280::initiate::{Asked, check};
use countersign_core::{Failure, Refusal};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{InitiateAnswer, InitiateRequest};

refusals!(Refusals of x1280:
    InvalidRequest, NotFound, AccessDenied, InvalidService, InvalidScope, TooManyRequests, PayloadTooLarge,
    UnsupportedMediaType);

/// A service asks for a person. The browser shows the code, and so does the person's phone. Web pages may call this if
/// their origin is registered for the service.
#[utoipa::path(
    post,
    path = "/auth/initiate",
    operation_id = "x1280_initiate",
    tag = "x1280",
    request_body = InitiateRequest,
    responses((status = 200, description = "The session that begins.", body = InitiateAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ErrorReply> {
    let cors = Cors::look(&app, request.headers()).await?;
    Ok(cors.complete(begin(&app, &caller, request).await.into_response()))
}

async fn begin(app: &AppState, caller: &Caller, request: Request) -> Reply<InitiateAnswer> {
    let page = web_origin(request.headers()).map(str::to_owned);
    let JsonBody(request) = JsonBody::<InitiateRequest>::from_request(request, app).await?;
    let asked = asked(app, caller, request, page.as_deref()).await?;
    if let Some(service) = asked.proven() {
        caller.is(service);
    }
    app.limiters.initiation.check(&network(caller.address))?;
    let answer = asked.begin(&app.provider, caller.origin()).await?;
    metrics::x1280_session();
    Ok(JsonReply(answer))
}

/// The checks of the profile. It puts the limit on requests after them, so refused ones have one of their own: nobody
/// goes through names of services and people without a pause.
async fn asked(
    app: &AppState,
    caller: &Caller,
    request: InitiateRequest,
    page: Option<&str>,
) -> Result<Asked, ErrorReply> {
    let checked = check(&app.provider, request, page).await;
    if let Err(Failure::Refusal(refusal)) = &checked
        && matches!(refusal.code, ErrorCode::NotFound | ErrorCode::InvalidService)
    {
        app.limiters
            .failed_authentication
            .check(&network(caller.address))?;
    }
    Ok(checked?)
}

refusals!(PreflightRefusals of x1280: AccessDenied);

/// A browser asks whether a page may call this (Fetch Standard §3.2.2).
#[utoipa::path(
    options,
    path = "/auth/initiate",
    operation_id = "x1280_initiate_preflight",
    tag = "x1280",
    responses((status = 204, description = "It may: the page is a registered service's."), PreflightRefusals)
)]
pub(crate) async fn options(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, ErrorReply> {
    if !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return Ok((StatusCode::NO_CONTENT, [(ALLOW, "OPTIONS,POST")]).into_response());
    }
    let cors = Cors::look(&app, &headers).await?;
    if !cors.allows() {
        let refusal = Refusal::new(
            ErrorCode::AccessDenied,
            "no service is registered with this web origin; add it with service add --origin",
        );
        return Ok(cors.complete(ErrorReply::from(refusal).into_response()));
    }
    Ok(cors.complete_preflight(StatusCode::NO_CONTENT.into_response()))
}

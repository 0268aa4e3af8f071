//! Every route of the provider, in the order of a sign-in's life.

use crate::app::AppState;
use crate::layer::{observe, panics, size};
use crate::reply::ErrorReply;
use crate::{
    application, approval, authenticator, ciba, consent, credential, device, health, oidc, openapi, qr,
    service, user, x1280,
};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use countersign_core::Refusal;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The provider's routes with all that every exchange has. Serve it with the peer's address (see the crate's page).
pub fn router(state: AppState) -> Router {
    let (routes, _) = documented().split_for_parts();
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(size::bound))
        .layer(CatchPanicLayer::custom(panics::caught))
        .layer(middleware::from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

/// The routes with their documentation. A route that is not here is in neither.
pub(crate) fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(oidc::configuration::get))
        .routes(routes!(oidc::jwks::get))
        .routes(routes!(oidc::token::post))
        .routes(routes!(oidc::introspection::post))
        .routes(routes!(oidc::revocation::post))
        .routes(routes!(ciba::backchannel::post))
        .routes(routes!(ciba::bc_authorize::post))
        .routes(routes!(qr::make::post))
        .routes(routes!(qr::make::post_alias))
        .routes(routes!(qr::status::post))
        .routes(routes!(qr::status::post_alias))
        .routes(routes!(qr::scan::post))
        .routes(routes!(qr::legacy_make::get))
        .routes(routes!(qr::legacy_status::get))
        .routes(routes!(oidc::identify::get))
        .routes(routes!(oidc::from_identifier::post))
        .routes(routes!(oidc::userinfo::get, oidc::userinfo::post))
        .routes(routes!(oidc::authorization::get))
        .routes(routes!(device::registration::post))
        .routes(routes!(device::status::get))
        .routes(routes!(device::registrations::get))
        .routes(routes!(device::decision::post))
        .routes(routes!(device::key::post))
        .routes(routes!(application::well_known::get))
        .routes(routes!(
            application::applications::get,
            application::applications::post
        ))
        .routes(routes!(
            application::by_id::get,
            application::by_id::patch,
            application::by_id::delete
        ))
        .routes(routes!(
            credential::credentials::get,
            credential::credentials::post
        ))
        .routes(routes!(credential::by_id::delete))
        .routes(routes!(service::services::get, service::services::post))
        .routes(routes!(service::by_id::get, service::by_id::delete))
        .routes(routes!(service::rotate::post))
        .routes(routes!(user::me::get))
        .routes(routes!(authenticator::authenticators::post))
        .routes(routes!(authenticator::invitations::post))
        .routes(routes!(authenticator::enroll::get, x1280::enroll::post))
        .routes(routes!(authenticator::login_hint_tokens::post))
        .routes(routes!(authenticator::push::put, authenticator::push::delete))
        .routes(routes!(authenticator::push_key::get))
        .routes(routes!(approval::approvals::get))
        .routes(routes!(approval::events::get))
        .routes(routes!(approval::history::get))
        .routes(routes!(approval::decision::post))
        .routes(routes!(consent::request::post))
        .routes(routes!(consent::status::get))
        .routes(routes!(consent::consents::get))
        .routes(routes!(consent::withdrawal::delete))
        .routes(routes!(x1280::initiate::post, x1280::initiate::options))
        .routes(routes!(x1280::ws::get))
        .routes(routes!(x1280::verify::post))
        .routes(routes!(x1280::verify::post_alias))
        .routes(routes!(x1280::reject::post))
        .routes(routes!(x1280::challenge::post))
        .routes(routes!(x1280::jwks::get))
        .routes(routes!(openapi::get))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

async fn unknown_route() -> ErrorReply {
    let refusal = Refusal::invalid_request("there is no such route here; /openapi.json lists them all");
    ErrorReply::from(refusal).with_status(StatusCode::NOT_FOUND)
}

async fn wrong_method() -> ErrorReply {
    let refusal =
        Refusal::invalid_request("this route does not allow the method; the Allow header names what it does");
    ErrorReply::from(refusal).with_status(StatusCode::METHOD_NOT_ALLOWED)
}

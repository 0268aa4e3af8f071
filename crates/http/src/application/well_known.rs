//! `GET {host}/applications/.well-known` (onesid.md §9).

use crate::app::AppState;
use crate::extract::query::number;
use crate::extract::{Query, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::application::well_known::list;
use countersign_protocol::application::ApplicationList;
use serde::Deserialize;

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope);

/// How much is wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// At most so many; 1000 when absent, and never more.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// The applications that answer under a host name, for an approved device.
#[utoipa::path(
    get,
    path = "/applications/.well-known",
    operation_id = "well_known_applications",
    tag = "application",
    security(("bearer" = [])),
    params(Page),
    responses((status = 200, description = "The applications.", body = ApplicationList), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    Query(page): Query<Page>,
) -> Reply<ApplicationList> {
    bearer.device()?;
    let limit = number("limit", page.limit.as_deref(), 1000)?;
    Ok(JsonReply(list(&app.provider, usize::try_from(limit).ok()).await?))
}

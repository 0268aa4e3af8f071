//! `POST {host}/authenticators/invitations` (phone token): a person adds another phone.

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{Created, ErrorReply, refusals};
use axum::extract::State;
use countersign_core::authenticator::invite::invite;
use countersign_protocol::authenticator::InvitationAnswer;

refusals!(Refusals: InvalidToken, InsufficientScope, NotFound, Conflict, TooManyRequests, PayloadTooLarge);

/// A single-use invitation for the person's own next phone, shown as a link and a QR code. No body is read.
#[utoipa::path(
    post,
    path = "/authenticators/invitations",
    operation_id = "invite",
    tag = "authenticator",
    security(("bearer" = [])),
    responses((status = 201, description = "The invitation, shown once.", body = InvitationAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
) -> Result<Created<InvitationAnswer>, ErrorReply> {
    let phone = bearer.phone()?;
    let invited = invite(&app.provider, &phone.user, phone.user.username.as_str()).await?;
    Ok(Created(InvitationAnswer {
        invitation: invited.invitation.reveal().to_owned(),
        url: invited.url.to_string(),
        expires_at: invited.expires_at.rfc3339(),
    }))
}

//! Whether an application is in use. Asked when a sign-in starts, again when it is collected and at every refresh, so
//! that suspending one counts at once and not when its last token has run out.

use super::{Application, resource};
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::oidc::Audience;
use crate::provider::Host;
use crate::store::Reading;
use countersign_protocol::ErrorCode;

/// The application that a client stands for, if there is one.
///
/// # Errors
/// `unauthorized_client`: it is disabled or removed.
pub fn of_client(tx: &dyn Reading, client: &ClientId) -> Outcome<Option<Application>> {
    let application = tx.applications().by_client(client)?;
    if application
        .as_ref()
        .is_some_and(|application| application.disabled_at.is_some())
    {
        return Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "the application of this client is disabled; ask an operator",
        )
        .into());
    }
    Ok(application)
}

/// Checks that a client may still be given tokens for an audience that was resolved earlier. A host name that went to
/// another client meanwhile is no longer the resource that the person approved (RFC 8707 §2).
///
/// # Errors
/// `unauthorized_client`: the client's own application is out of use; `invalid_target`: that of the resource is, or
/// it has another client now.
pub fn check(tx: &dyn Reading, host: &Host, client: &ClientId, audience: Option<&Audience>) -> Outcome<()> {
    of_client(tx, client)?;
    let Some(audience) = audience else {
        return Ok(());
    };
    if resource::audience(tx, host, &audience.resource)? == *audience {
        Ok(())
    } else {
        Err(resource::invalid_target().into())
    }
}

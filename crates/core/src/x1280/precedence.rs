//! Which of two sessions of one service gives way (X.1280 profile §1).

use super::caller::Caller;
use crate::approval::shown;
use crate::failure::{Outcome, Refusal};
use crate::id::UserId;
use crate::store::Reading;
use crate::time::{Duration, Timestamp};

/// A newer session of a service takes the place of the older one, but one that proved nothing does not take that of one
/// that did: whoever has seen a request knows `serviceId` and `tokenId`, and could take every sign-in that the real
/// service begins off the phone, and put a question of their own there.
///
/// # Errors
/// `too_many_requests`, until the proven session ends.
pub(super) fn check(tx: &dyn Reading, user: UserId, caller: &Caller, now: Timestamp) -> Outcome<()> {
    if caller.verified {
        return Ok(());
    }
    for waiting in tx.approvals().pending_of_client(user, &caller.client.id)? {
        let proven = shown::item(&waiting)?
            .mutual
            .is_some_and(|mutual| mutual.service.verified);
        if proven && now < waiting.expires_at {
            let left = waiting.expires_at.since(now).max(Duration::from_secs(1));
            return Err(Refusal::too_many_requests(
                left,
                "a session that the service began with proof of who it is waits for this person; wait until it ends, or \
                 send serviceVds or serviceAssertion",
            )
            .into());
        }
    }
    Ok(())
}

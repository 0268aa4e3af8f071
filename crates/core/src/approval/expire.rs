//! The expiry worker: what nobody answered in time ends, and what has ended long ago is swept away.

use crate::failure::Outcome;
use crate::provider::Provider;
use crate::store::{Expired, Swept};

/// Rows that one transaction touches at most in each table, so that requests never wait long behind the worker.
pub const BATCH: u32 = 200;

/// Expires what is due, batch by batch, and wakes the phones concerned; answers how many approvals ended.
///
/// # Errors
/// A fault of the store.
pub async fn expire_due(provider: &Provider) -> Outcome<usize> {
    let now = provider.clock.now();
    let mut all = 0;
    loop {
        let Expired { ended, users, more } = provider
            .store
            .write(move |tx| Ok(tx.approvals_mut().expire_due(now, BATCH)?))
            .await?;
        all += ended;
        for user in users {
            provider.bus.wake(user);
        }
        if !more {
            return Ok(all);
        }
    }
}

/// Sweeps what ended before the tombstone period, batch by batch.
///
/// # Errors
/// A fault of the store.
pub async fn sweep(provider: &Provider) -> Outcome<u64> {
    let now = provider.clock.now();
    let (ended_before, grace_before) = (
        now - provider.policy.lifetime.tombstone,
        now - provider.policy.lifetime.refresh_grace,
    );
    let mut removed = 0;
    loop {
        let Swept { removed: batch, more } = provider
            .store
            .write(move |tx| Ok(tx.audit_mut().sweep(ended_before, grace_before, now, BATCH)?))
            .await?;
        removed += batch;
        if !more {
            return Ok(removed);
        }
    }
}

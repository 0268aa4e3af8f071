//! The expiry worker: what nobody answered in time ends, and what has ended long ago is swept away.

use crate::failure::Outcome;
use crate::provider::Provider;
use crate::store::Swept;

/// Rows that one transaction touches at most, so that requests never wait long behind the worker.
const BATCH: u32 = 500;

/// Expires what is due and wakes the phones concerned; answers how many approvals ended.
///
/// # Errors
/// A fault of the store.
pub async fn expire_due(provider: &Provider) -> Outcome<usize> {
    let now = provider.clock.now();
    let woken = provider
        .store
        .write(move |tx| Ok(tx.approvals_mut().expire_due(now, BATCH)?))
        .await?;
    for user in &woken {
        provider.bus.wake(*user);
    }
    Ok(woken.len())
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

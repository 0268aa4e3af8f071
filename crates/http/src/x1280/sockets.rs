//! One socket for each session (X.1280 profile §2): a newer connection takes the place of the older.

use crate::layer::metrics;
use countersign_core::x1280::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// The open sockets by session.
#[derive(Default)]
pub(crate) struct Sockets {
    open: Mutex<HashMap<SessionId, Arc<CancellationToken>>>,
}

impl Sockets {
    /// Takes the session's place, until the [`Seat`] is dropped or somebody else takes it.
    pub(super) fn sit(self: &Arc<Self>, session: &SessionId) -> Seat {
        let replaced = Arc::new(CancellationToken::new());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(older) = open.insert(session.clone(), Arc::clone(&replaced)) {
            older.cancel();
        }
        metrics::x1280_sockets(1.0);
        Seat {
            sockets: Arc::clone(self),
            session: session.clone(),
            replaced,
        }
    }
}

/// The place of one socket.
pub(super) struct Seat {
    sockets: Arc<Sockets>,
    session: SessionId,
    replaced: Arc<CancellationToken>,
}

impl Seat {
    /// Returns when a newer socket has taken the place.
    pub(super) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        // The place may be a newer socket's by now.
        if open
            .get(&self.session)
            .is_some_and(|seated| Arc::ptr_eq(seated, &self.replaced))
        {
            open.remove(&self.session);
        }
        metrics::x1280_sockets(-1.0);
    }
}

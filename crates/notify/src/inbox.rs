//! The bus of one process: who listens to which person.

use async_trait::async_trait;
use countersign_core::bus::{Bus, Waiter};
use countersign_core::id::UserId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Wakes the event streams of this process. A wake says only "look again": what changed stands in the store.
#[derive(Default)]
pub struct Inbox {
    listeners: Mutex<HashMap<UserId, watch::Sender<()>>>,
}

impl Bus for Inbox {
    fn wake(&self, user: UserId) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        // A sender nobody listens to any more is dropped here, so the map holds no more than the open streams.
        if listeners
            .get(&user)
            .is_some_and(|sender| sender.send(()).is_err())
        {
            listeners.remove(&user);
        }
    }

    fn listen(&self, user: UserId) -> Box<dyn Waiter> {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|_, sender| !sender.is_closed());
        let sender = listeners.entry(user).or_insert_with(|| watch::Sender::new(()));
        Box::new(Listener(sender.subscribe()))
    }
}

struct Listener(watch::Receiver<()>);

#[async_trait]
impl Waiter for Listener {
    async fn woken(&mut self) {
        if self.0.changed().await.is_err() {
            // The inbox is gone, so nobody will ever wake us: the caller's slow tick goes on.
            std::future::pending::<()>().await;
        }
    }
}

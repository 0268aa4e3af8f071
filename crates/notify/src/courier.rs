//! The courier: takes what is due out of the outbox, sends it, writes down what became of it.

use crate::web_push::{answer, message};
use countersign_core::outbound::Outbound;
use countersign_core::outbox::claim::{self, Letter};
use countersign_core::outbox::settle::{self, Attempt};
use countersign_core::{Outcome, Provider};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Messages that are on the way at the same time, so that one slow push service does not keep the others waiting and
/// many slow ones do not keep the machine busy.
const AT_ONCE: usize = 32;

/// A courier of one process. Several may work on one store: a message is claimed by one of them.
pub struct Courier {
    provider: Arc<Provider>,
    outbound: Arc<dyn Outbound>,
    permits: Arc<Semaphore>,
    on_the_way: TaskTracker,
}

impl Courier {
    /// A courier that sends through `outbound`.
    #[must_use]
    pub fn new(provider: Arc<Provider>, outbound: Arc<dyn Outbound>) -> Self {
        Self {
            provider,
            outbound,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            on_the_way: TaskTracker::new(),
        }
    }

    /// Claims what is due and sets out with it; answers with how many messages. It does not wait for their delivery.
    ///
    /// # Errors
    /// The store fails.
    pub async fn send_due(&self) -> Outcome<usize> {
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(0);
        if free == 0 {
            return Ok(0);
        }
        let letters = claim::claim(&self.provider, free).await?;
        let count = letters.len();
        for letter in letters {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            let (provider, outbound) = (Arc::clone(&self.provider), Arc::clone(&self.outbound));
            self.on_the_way.spawn(async move {
                let id = letter.message.id;
                // What is not settled comes back when its lease is over, so nothing is lost here.
                if let Err(error) = deliver(&provider, &*outbound, letter).await {
                    tracing::error!(message = %id, %error, "a push message could not be handled; it is tried again");
                }
                drop(permit);
            });
        }
        Ok(count)
    }

    /// Waits until everything that is on the way has arrived or failed.
    pub async fn finish(&self) {
        self.on_the_way.close();
        self.on_the_way.wait().await;
        self.on_the_way.reopen();
    }
}

/// One attempt, while no transaction is open.
async fn deliver(provider: &Provider, outbound: &dyn Outbound, letter: Letter) -> Outcome<bool> {
    let message = message::of(provider, &letter).await?;
    let attempt = match outbound.post(&letter.subscription.endpoint, message).await {
        Ok(answer) => answer::read(&answer, provider.clock.now()),
        Err(unreachable) => Attempt::Failed {
            problem: unreachable.to_string(),
            retry_after: None,
        },
    };
    settle::settle(provider, letter, attempt).await
}

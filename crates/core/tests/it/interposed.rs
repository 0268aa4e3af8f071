//! A store that lets something happen between a look and the transaction that follows it.

use async_trait::async_trait;
use countersign_core::failure::Fault;
use countersign_core::keys::Sealer;
use countersign_core::store::{ReadWork, Store, Verdict, WriteWork, Writing};
use countersign_core::{Outcome, Provider};
use countersign_testkit::World;
use std::sync::{Arc, Mutex};

/// The world's store with one piece of work that goes first at the next write.
pub(crate) struct Interposed {
    inner: Arc<dyn Store>,
    first: Mutex<Option<WriteWork>>,
}

impl Interposed {
    /// Puts itself between the world's provider and its store.
    pub(crate) async fn into(world: &mut World) -> Arc<Self> {
        let old = &world.provider;
        let store = Arc::new(Self {
            inner: Arc::clone(&old.store),
            first: Mutex::new(None),
        });
        let provider = Provider::new(
            old.host.clone(),
            Arc::<Self>::clone(&store),
            Arc::clone(&old.clock),
            Arc::clone(&old.entropy),
            Arc::clone(&old.bus),
            old.policy.clone(),
            Sealer::new([7; 32]),
        );
        provider.reload_keys().await.unwrap();
        world.provider = Arc::new(provider);
        store
    }

    /// What happens before the next write of anybody.
    pub(crate) fn before_the_next_write(
        &self,
        work: impl FnOnce(&mut dyn Writing) -> Outcome<()> + Send + 'static,
    ) {
        let work: WriteWork = Box::new(move |tx| {
            work(tx).unwrap();
            Verdict::Commit
        });
        *self.first.lock().unwrap() = Some(work);
    }

    /// Whether it has happened.
    pub(crate) fn has_happened(&self) -> bool {
        self.first.lock().unwrap().is_none()
    }
}

#[async_trait]
impl Store for Interposed {
    async fn run_read(&self, work: ReadWork) -> Result<(), Fault> {
        self.inner.run_read(work).await
    }

    async fn run_write(&self, work: WriteWork) -> Result<(), Fault> {
        let first = self.first.lock().unwrap().take();
        if let Some(first) = first {
            self.inner.run_write(first).await?;
        }
        self.inner.run_write(work).await
    }

    async fn check(&self) -> Result<(), Fault> {
        self.inner.check().await
    }
}

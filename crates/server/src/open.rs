//! The provider of a data directory, put together.

use crate::config::Config;
use crate::data::{DataDir, Lock, sealing_key};
use crate::failure::Failed;
use crate::system::{SystemClock, SystemEntropy};
use countersign_core::Provider;
use countersign_core::keys::Sealer;
use countersign_notify::Inbox;
use countersign_store_sqlite::{Options, SqliteStore};
use std::path::Path;
use std::sync::Arc;

/// A data directory in use.
pub(crate) struct Opened {
    /// The provider.
    pub(crate) provider: Arc<Provider>,
    /// Its store, for what only SQLite can.
    pub(crate) store: Arc<SqliteStore>,
    /// The configuration in force.
    pub(crate) config: Config,
    _lock: Lock,
}

impl Opened {
    /// Opens the provider of a data directory beside whoever else has it open.
    pub(crate) async fn open(data: &DataDir, config: Option<&Path>) -> Result<Self, Failed> {
        Self::with(data, data.load(config)?).await
    }

    /// The same with a configuration that was read already.
    pub(crate) async fn with(data: &DataDir, config: Config) -> Result<Self, Failed> {
        let sealer = sealing_key::open(data, &config)?;
        let lock = data.share()?;
        let store = Arc::new(existing_store(data)?);
        let provider = Arc::new(assemble(&config, Arc::clone(&store), sealer));
        refuse_emptied(&provider, data).await?;
        // A wrong sealing key shows here, before anything is written under it.
        provider.reload_keys().await?;
        Ok(Self {
            provider,
            store,
            config,
            _lock: lock,
        })
    }
}

/// The store of a directory that was initialised before.
fn existing_store(data: &DataDir) -> Result<SqliteStore, Failed> {
    if matches!(data.database().try_exists(), Ok(false)) {
        return Err(lost(data, "there is no database"));
    }
    Ok(SqliteStore::open(
        data.database(),
        Options {
            create: false,
            ..Options::default()
        },
    )?)
}

/// An empty file is a good database of nothing; a provider that starts on it would be another one.
async fn refuse_emptied(provider: &Provider, data: &DataDir) -> Result<(), Failed> {
    let keys = provider.store.read(|tx| Ok(tx.keys().list()?)).await?;
    if keys.is_empty() {
        Err(lost(data, "the database is empty"))
    } else {
        Ok(())
    }
}

fn lost(data: &DataDir, what: &str) -> Failed {
    Failed::new(format!(
        "{}: {what}; restore a backup with `countersign restore FILE --data {}`",
        data.database().display(),
        data.path().display()
    ))
}

/// A provider on a store, with this machine's clock and randomness.
pub(crate) fn assemble(config: &Config, store: Arc<SqliteStore>, sealer: Sealer) -> Provider {
    Provider::new(
        config.host.clone(),
        store,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        Arc::new(Inbox::default()),
        config.policy(),
        sealer,
    )
}

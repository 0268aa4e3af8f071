//! The SQLite store: the contract that every store passes, and what is SQLite's own.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, like the tests"
)]

mod backup;
mod checkpoint;
mod disk_full;
mod durability;
mod group_commit;
mod opening;
mod queries;
mod rows;
mod schema;

use countersign_core::store::Store;
use countersign_store_sqlite::{Options, SqliteStore};
use countersign_testkit::store_contract::Fixture;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// A directory of its own for each test.
struct Place(TempDir);

fn place() -> Place {
    Place(tempfile::tempdir().expect("a temporary directory"))
}

impl Place {
    fn file(&self) -> PathBuf {
        self.0.path().join("countersign.db")
    }

    fn store(&self) -> Arc<SqliteStore> {
        self.store_with(Options::default())
    }

    fn store_with(&self, options: Options) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(self.file(), options).expect("the store opens"))
    }

    /// The file without the store's manners.
    fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).expect("the file opens")
    }
}

impl Fixture for Place {
    fn open(&self) -> Arc<dyn Store> {
        self.store()
    }
}

mod contract {
    countersign_testkit::store_contract!(crate::place);
}

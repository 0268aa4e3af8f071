//! The Store port on SQLite: the embedded default.
//!
//! One thread owns the one connection that writes; it takes whatever work is waiting, runs each piece in a savepoint
//! of one transaction and flushes them together, so that many callers share one `fsync` and every answer is durable.
//! Another copies the write-ahead log back into the database meanwhile.
//! Reads run where they are asked for, on a small pool of connections that cannot write. The SQL stands in
//! `crates/store-sql`, one file a query, so that another database can share it (docs/adr/0003).

/// The text of a query: `sql!("noun/verb")` is `crates/store-sql/queries/noun/verb.sql`.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../store-sql/queries/",
            $name,
            ".sql"
        ))
    };
}

mod application;
mod approval;
mod audit;
mod authenticator;
mod backup;
mod checkpoint;
mod ciba;
mod client;
mod connection;
mod consent;
mod counters;
mod device;
mod failure;
mod fields;
mod keys;
mod oidc;
mod options;
mod organisation;
mod outbox;
mod push;
mod qr;
mod queue;
mod readers;
mod schema;
mod stats;
mod store;
mod tx;
mod user;
mod user_data;
mod verify;
mod writer;
mod x1280;

pub use backup::BackupProgress;
pub use counters::CounterValues;
pub use options::Options;
pub use schema::{APPLICATION_ID, SCHEMA_VERSION};
pub use stats::Stats;
pub use store::SqliteStore;
pub use verify::verify;

//! Whose file this is, and which version of the schema it has.

use crate::failure::opening;
use countersign_core::failure::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// What `PRAGMA application_id` says of our files: `CSGN`.
pub const APPLICATION_ID: i64 = 0x4353_474e;

/// The text of a migration.
macro_rules! migration {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../store-sql/migrations/sqlite/",
            $name,
            ".sql"
        ))
    };
}

/// The migrations in order. Released ones never change: a change is another file at the end.
const MIGRATIONS: [&str; 10] = [
    migration!("0001_first"),
    migration!("0002_qr"),
    migration!("0003_consent"),
    migration!("0004_application"),
    migration!("0005_outbox"),
    migration!("0006_approval_indexes"),
    migration!("0007_x1280"),
    migration!("0008_spent_assertions"),
    migration!("0009_approval_changes"),
    migration!("0010_plain_checks"),
];

/// The version that this program writes, `PRAGMA user_version`: the number of migrations.
pub const SCHEMA_VERSION: i64 = 10;
const _: () = assert!(
    SCHEMA_VERSION == MIGRATIONS.len() as i64,
    "a migration without a number"
);

/// What a file says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A file without anything in it.
    Empty,
    /// Ours, with the version of its schema.
    Ours(i64),
    /// Another program's.
    Foreign,
}

/// Reads what a file says it is.
pub(crate) fn identity(connection: &Connection) -> rusqlite::Result<Identity> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match application {
        APPLICATION_ID => Identity::Ours(version),
        0 if version == 0 && objects == 0 => Identity::Empty,
        _ => Identity::Foreign,
    })
}

/// Refuses what is not ours or is newer than this program, before anything is changed in it.
pub(crate) fn refuse_strangers(connection: &Connection, path: &Path) -> Result<(), Fault> {
    let path_shown = path.display();
    match identity(connection).map_err(|error| opening(path, error))? {
        Identity::Empty | Identity::Ours(..=SCHEMA_VERSION) => Ok(()),
        Identity::Ours(version) => Err(Fault::new(format!(
            "{path_shown}: the database has schema version {version}, this program knows {SCHEMA_VERSION}; \
             use a newer program"
        ))),
        Identity::Foreign => Err(Fault::new(format!(
            "{path_shown}: this is a database of another program; check the data directory"
        ))),
    }
}

/// Brings the schema to [`SCHEMA_VERSION`]. Two processes that start at the same time take turns: the second one looks
/// again when it has the lock, and finds nothing left to do.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if identity(connection)? == Identity::Ours(SCHEMA_VERSION) {
        return Ok(());
    }
    // A table that is made anew is away for a moment, and what refers to it must not mind. It cannot be turned inside of a
    // transaction; all references are looked at before the commit.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    let migrated = migrate_without_references(connection);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    migrated
}

fn migrate_without_references(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = match identity(&transaction)? {
        Identity::Ours(version) => usize::try_from(version).unwrap_or(0),
        Identity::Empty | Identity::Foreign => 0,
    };
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    refuse_dangling(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// Refuses to go on when a row refers to one that is not there.
fn refuse_dangling(connection: &Connection) -> rusqlite::Result<()> {
    let dangling: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
        row.get(0)
    })?;
    if dangling == 0 {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY),
        Some(format!(
            "{dangling} rows refer to rows that are not there; restore a backup"
        )),
    ))
}

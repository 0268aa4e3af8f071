//! How connections are opened, and what holds on every one of them.

use crate::failure::opening;
use crate::options::Options;
use countersign_core::failure::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// More than there are queries, so that each is parsed once for each connection.
const STATEMENTS: usize = 160;

/// Page cache of the writer, in KiB: a group's changed pages stay in memory until its commit. SQLite's own 2 MiB are
/// full with a hundred sign-ins at once, and then pages go to the disk and come back.
const WRITER_CACHE_KIB: i64 = 8 * 1024;

/// Page cache of a reader, in KiB; it grows only with what is read.
const READER_CACHE_KIB: i64 = 8 * 1024;

/// Size that the write-ahead log is cut back to after a checkpoint, in bytes.
const WAL_KEPT: i64 = 8 * 1024 * 1024;

/// Opens a connection that may write, and makes the file when `options.create` says so.
pub(crate) fn writing(path: &Path, options: &Options) -> Result<Connection, Fault> {
    if options.create {
        create_private(path)?;
    }
    let connection = open(path, options).map_err(|error| opening(path, error))?;
    Ok(connection)
}

/// Opens a connection that cannot write. It is opened for writing all the same: a reader of a write-ahead log has to
/// take part in its shared memory.
pub(crate) fn reading(path: &Path, options: &Options) -> Result<Connection, Fault> {
    let connection = open(path, options).map_err(|error| opening(path, error))?;
    connection
        .pragma_update(None, "query_only", true)
        .and_then(|()| connection.pragma_update(None, "cache_size", -READER_CACHE_KIB))
        .map_err(|error| opening(path, error))?;
    Ok(connection)
}

/// Opens a connection that copies the write-ahead log back, and does nothing else.
pub(crate) fn checkpointing(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let connection = open(path, options)?;
    flush_fully(&connection)?;
    Ok(connection)
}

/// Turns a file of ours to the write-ahead log and the writer's settings.
pub(crate) fn settle_writer(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    flush_fully(connection)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

/// In WAL mode FULL flushes the log with every commit: what was acknowledged survives a power cut (law 10).
fn flush_fully(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS a plain fsync does not reach the disk; elsewhere this changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// An empty file for nobody else's eyes; SQLite gives its log and shared memory the same mode.
fn create_private(path: &Path) -> Result<(), Fault> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Fault::new(format!(
            "{}: the database cannot be made; check that the directory exists and that this user may write in it",
            path.display()
        ))
        .with_source(error)),
    }
}

fn open(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    // NO_MUTEX: a connection is used by one thread at a time, which Rust sees to. No URI: a path is a path.
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    harden(&connection)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// What a file cannot talk us out of: a prepared database must not run code of its own in our process, nor make its
/// queries be planned anew.
pub(crate) fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // A plan must not depend on the values bound: else SQLite parses a cached statement anew for each of them, which
    // took a fifth of the time of a CIBA request.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Damaged pages are found when they are read, not when they have been believed.
    connection.pragma_update(None, "cell_size_check", true)
}

//! Whether a file is a whole database of ours: for `doctor`, for `restore`, and for every backup that we make.

use crate::connection::harden;
use crate::failure::opening;
use crate::schema::{Identity, SCHEMA_VERSION, identity, refuse_strangers};
use countersign_core::failure::Fault;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Reads every page of a database and checks its structure and references; answers the version of its schema. It may be
/// called on a database that is in use.
///
/// # Errors
/// The file is missing, damaged, another program's, newer than this program, or holds rows that refer to nothing.
pub fn verify(path: &Path) -> Result<i64, Fault> {
    let shown = path.display();
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .and_then(|connection| harden(&connection).map(|()| connection))
    .map_err(|error| opening(path, error))?;
    refuse_strangers(&connection, path)?;
    let Identity::Ours(version @ 1..=SCHEMA_VERSION) =
        identity(&connection).map_err(|error| opening(path, error))?
    else {
        return Err(Fault::new(format!(
            "{shown}: the database is empty; run `countersign init` or restore a backup"
        )));
    };
    let damage: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| opening(path, error))?;
    if damage != "ok" {
        return Err(Fault::new(format!(
            "{shown}: the database is damaged ({damage}); restore a backup"
        )));
    }
    let orphan: Option<String> = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| check.query_map([], |row| row.get(0))?.next().transpose())
        .map_err(|error| opening(path, error))?;
    match orphan {
        Some(table) => Err(Fault::new(format!(
            "{shown}: table {table} has a row that refers to a row that is not there; restore a backup"
        ))),
        None => Ok(version),
    }
}

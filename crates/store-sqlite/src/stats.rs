//! Sizes, for `doctor` and for metrics.

use crate::schema::SCHEMA_VERSION;
use crate::store::SqliteStore;
use countersign_core::failure::Fault;
use std::path::{Path, PathBuf};

/// How large the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Size of the database file in bytes.
    pub file_bytes: u64,
    /// Size of the write-ahead log in bytes.
    pub wal_bytes: u64,
    /// Size of a page in bytes.
    pub page_bytes: u64,
    /// Pages of the database, with what is in the log.
    pub pages: u64,
    /// Pages that are free to be used again.
    pub free_pages: u64,
    /// Version of the schema, see [`SCHEMA_VERSION`].
    pub schema_version: i64,
}

impl SqliteStore {
    /// Looks how large the database is.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn stats(&self) -> Result<Stats, Fault> {
        let pages = |name| self.readers.run_now(|tx| tx.pragma(name))?;
        Ok(Stats {
            file_bytes: size(&self.path),
            wal_bytes: size(&wal(&self.path)),
            page_bytes: pages("page_size")?,
            pages: pages("page_count")?,
            free_pages: pages("freelist_count")?,
            schema_version: SCHEMA_VERSION,
        })
    }
}

fn wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A file that is not there has no size.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

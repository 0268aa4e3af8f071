//! A consistent copy, made while the server runs.

use crate::connection;
use crate::failure::opening;
use crate::store::SqliteStore;
use crate::verify::verify;
use crate::writer::execute;
use countersign_core::failure::Fault;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::error::Error;
use std::fs::File;
use std::path::Path;

/// Pages that are copied between two reports of progress: 4 MiB.
const PAGES_PER_STEP: i32 = 1024;

/// How far a backup has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied.
    pub copied: u64,
    /// Pages that there are.
    pub total: u64,
}

impl SqliteStore {
    /// Copies the database as it is at this moment into a new file, a single one without a log beside it, readable by
    /// this user only. The copy is verified before it gets its name, so a file of that name is a good backup. It blocks;
    /// writes go on meanwhile and are not in it.
    ///
    /// # Errors
    /// There is a file of that name already, it cannot be written, or the database cannot be read.
    pub fn backup_to(&self, path: &Path, mut progress: impl FnMut(BackupProgress)) -> Result<(), Fault> {
        let shown = path.display();
        let failed = |error: Box<dyn Error + Send + Sync>| {
            Fault::new(format!(
                "{shown}: the backup cannot be written; check that its directory exists, can be written and has space"
            ))
            .with_source(error)
        };
        if path.try_exists().map_err(|error| failed(error.into()))? {
            return Err(taken(path));
        }
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let unfinished = tempfile::Builder::new()
            .prefix(".countersign-backup-")
            .tempfile_in(directory)
            .map_err(|error| failed(error.into()))?;
        self.copy_into(unfinished.path(), &mut progress)?;
        verify(unfinished.path())?;
        unfinished
            .as_file()
            .sync_all()
            .map_err(|error| failed(error.into()))?;
        unfinished
            .persist_noclobber(path)
            .map_err(|error| match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => taken(path),
                _ => failed(error.error.into()),
            })?;
        // The name is durable when the directory is.
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| failed(error.into()))
    }

    fn copy_into(&self, path: &Path, progress: &mut impl FnMut(BackupProgress)) -> Result<(), Fault> {
        let source = connection::reading(&self.path, &self.options)?;
        // The snapshot is taken here and held: without it every commit of another connection would start the copy
        // over, and a busy server would never finish one.
        execute(&source, "BEGIN")?;
        source
            .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(|error| opening(&self.path, error))?;
        let mut copy = Connection::open(path).map_err(|error| opening(path, error))?;
        run(&source, &mut copy, progress).map_err(|error| opening(path, error))?;
        // The copy came with the source's log mode; as a single file it needs nothing beside it to be read.
        copy.pragma_update(None, "journal_mode", "delete")
            .map_err(|error| opening(path, error))
    }
}

fn run(
    source: &Connection,
    copy: &mut Connection,
    progress: &mut impl FnMut(BackupProgress),
) -> rusqlite::Result<()> {
    let backup = Backup::new(source, copy)?;
    loop {
        let step = backup.step(PAGES_PER_STEP)?;
        let at = backup.progress();
        let total = u64::try_from(at.pagecount).unwrap_or(0);
        progress(BackupProgress {
            copied: total.saturating_sub(u64::try_from(at.remaining).unwrap_or(0)),
            total,
        });
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // Neither file is anyone else's: the snapshot is held and the copy has no name yet.
            _ => {
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                    None,
                ));
            }
        }
    }
}

fn taken(path: &Path) -> Fault {
    Fault::new(format!(
        "{}: this file exists already; choose another name",
        path.display()
    ))
}

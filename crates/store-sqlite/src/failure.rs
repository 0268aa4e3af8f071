//! What SQLite's errors mean to an operator: one sentence, and what to do.

use countersign_core::failure::Fault;
use rusqlite::{Error, ErrorCode};
use std::path::Path;

/// A fault of a store that was opened before.
pub(crate) fn fault(error: Error) -> Fault {
    let fault = match sentence(&error) {
        Sentence::Temporary(text) => Fault::temporary(text),
        Sentence::Lasting(text) => Fault::new(text),
    };
    fault.with_source(error)
}

/// A fault of a file that is being opened: the sentence begins with its path.
pub(crate) fn opening(path: &Path, error: Error) -> Fault {
    let path = path.display();
    let fault = match sentence(&error) {
        Sentence::Temporary(text) => Fault::temporary(format!("{path}: {text}")),
        Sentence::Lasting(text) => Fault::new(format!("{path}: {text}")),
    };
    fault.with_source(error)
}

/// The same fault again, for another caller of the same group. The cause stays with the first.
pub(crate) fn repeat(fault: &Fault) -> Fault {
    if fault.is_temporary() {
        Fault::temporary(fault.to_string())
    } else {
        Fault::new(fault.to_string())
    }
}

enum Sentence {
    Temporary(&'static str),
    Lasting(&'static str),
}

fn sentence(error: &Error) -> Sentence {
    use Sentence::{Lasting, Temporary};
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Temporary(
            "the database is locked by another process; try again, and look for a hanging command if it stays",
        ),
        Some(ErrorCode::DiskFull) => {
            Temporary("the disk is full and the database cannot grow; free some space")
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed) => {
            Temporary("the database could not be read or written; look at the disk and the kernel log")
        }
        Some(ErrorCode::OutOfMemory) => {
            Temporary("there is no memory left for the database; give the process more")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            Lasting("the database is read-only; let this user write the file and its directory")
        }
        Some(ErrorCode::CannotOpen) => Lasting(
            "the database cannot be opened; check that the directory exists and that this user may write in it",
        ),
        Some(ErrorCode::DatabaseCorrupt) => Lasting("the database file is damaged; restore a backup"),
        Some(ErrorCode::NotADatabase) => {
            Lasting("this is not a database of this provider; check the data directory")
        }
        Some(ErrorCode::ConstraintViolation) => {
            Lasting("a row breaks a rule of the schema; this is a bug, please report it with the log")
        }
        _ => Lasting("the database refused a statement; this is a bug, please report it with the log"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    /// Also those that a test cannot provoke everywhere: the super-user may write what is read-only.
    #[test]
    fn what_may_pass_is_temporary_and_what_will_not_is_not() {
        for (code, temporary, advice) in [
            (ffi::SQLITE_BUSY, true, "try again"),
            (ffi::SQLITE_LOCKED, true, "try again"),
            (ffi::SQLITE_FULL, true, "free some space"),
            (ffi::SQLITE_IOERR_FSYNC, true, "kernel log"),
            (ffi::SQLITE_NOMEM, true, "memory"),
            (ffi::SQLITE_READONLY_DIRECTORY, false, "let this user write"),
            (ffi::SQLITE_PERM, false, "let this user write"),
            (ffi::SQLITE_CANTOPEN, false, "check that the directory exists"),
            (ffi::SQLITE_CORRUPT, false, "restore a backup"),
            (ffi::SQLITE_NOTADB, false, "check the data directory"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, false, "report it"),
            (ffi::SQLITE_ERROR, false, "report it"),
        ] {
            let error = || Error::SqliteFailure(ffi::Error::new(code), None);
            for fault in [
                fault(error()),
                opening(Path::new("some.db"), error()),
                repeat(&fault(error())),
            ] {
                assert_eq!(fault.is_temporary(), temporary, "{code}: {fault}");
                assert!(fault.to_string().contains(advice), "{code}: {fault}");
            }
            assert!(
                opening(Path::new("some.db"), error())
                    .to_string()
                    .starts_with("some.db: ")
            );
        }
    }
}

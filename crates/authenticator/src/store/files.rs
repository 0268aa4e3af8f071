//! Files and folders that only their owner can use.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::TempDir;

use super::{problem, unreadable, unwritable};
use crate::Error;

/// Nothing in a store is larger: a key or an account has a few kilobytes.
const MAX_FILE: u64 = 64 * 1024;
/// Mode bits of the group and of everybody else.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Makes `dir` and what is missing above it, the innermost with mode 0700.
pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Makes a folder with mode 0700 inside `dir`; it is removed when the value is dropped.
pub(super) fn private_temp_dir(dir: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix(".enrol-").tempdir_in(dir)
}

/// Writes a new file with mode 0600 that has reached the disk when this returns.
pub(super) fn write_private(path: &Path, text: &[u8]) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = |file: &mut File| file.write_all(text).and_then(|()| file.sync_all());
    options
        .open(path)
        .and_then(|mut file| write(&mut file))
        .map_err(|error| unwritable(path, &error))
}

/// Makes a rename or a removal in `dir` survive power loss.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(|error| unwritable(dir, &error))?;
    }
    Ok(())
}

/// Reads a file that only its owner may read.
pub(super) fn read_small(path: &Path) -> Result<zeroize::Zeroizing<String>, Error> {
    check_private(path)?;
    let mut text = zeroize::Zeroizing::new(String::new());
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(path, &error))?;
    Ok(text)
}

/// Refuses what the group or others may use.
#[cfg(unix)]
pub(super) fn check_private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let right = if metadata.is_dir() { "700" } else { "600" };
    Err(problem(
        path,
        format!(
            "can be used by others (mode {mode:03o}), so a key may have been copied; run `chmod {right}` on it, or \
             enrol again if others use this machine"
        ),
    ))
}

/// Elsewhere the profile folder of the person is private by default, and modes do not exist.
#[cfg(not(unix))]
pub(super) fn check_private(path: &Path) -> Result<(), Error> {
    fs::metadata(path)
        .map(drop)
        .map_err(|error| unreadable(path, &error))
}

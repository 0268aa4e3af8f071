//! Files that are complete from the moment that they have their name, and several of them together or none.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::folders::Folders;

/// Why an identity cannot be written here.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The machine has an identity already.
    #[error("{} exists already; add --force to register anew and replace the identity once it is approved", path.display())]
    Exists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// A folder or a file cannot be written.
    #[error("cannot write {}: {source}; run as root, or name other folders with -cd DIR and -kd DIR", path.display())]
    NotWritable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A file to be written.
pub(crate) struct Part {
    path: PathBuf,
    mode: u32,
    bytes: Zeroizing<Vec<u8>>,
}

const SECRET: u32 = 0o600;
const PUBLIC: u32 = 0o644;

impl Part {
    /// A file that only its owner may read.
    pub(crate) fn secret(path: PathBuf, bytes: &[u8]) -> Self {
        Self {
            path,
            mode: SECRET,
            bytes: Zeroizing::new(bytes.to_vec()),
        }
    }

    /// A file that everybody may read.
    pub(crate) fn public(path: PathBuf, text: String) -> Self {
        Self {
            path,
            mode: PUBLIC,
            bytes: Zeroizing::new(text.into_bytes()),
        }
    }

    /// Its name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is there with exactly this content.
    pub(crate) fn is_there(&self) -> bool {
        fs::read(&self.path).is_ok_and(|bytes| Zeroizing::new(bytes).as_slice() == self.bytes.as_slice())
    }
}

/// Finds out whether files can be written to both folders.
pub(crate) fn try_folders(folders: &Folders) -> Result<(), InstallError> {
    for folder in [&folders.config, &folders.keys] {
        // A file without a name: gone with this process, whatever happens to it.
        tempfile::tempfile_in(nearest_existing(folder)).map_err(not_writable(folder))?;
    }
    Ok(())
}

/// Writes the files in their order, and makes the folders that they need. When one cannot be written, what was there
/// before is put back.
pub(crate) fn together(folders: &Folders, parts: &[Part], replace: bool) -> Result<(), InstallError> {
    let mut undo = Undo::default();
    undo.made(create_folder(&folders.keys, 0o700)?);
    undo.made(create_folder(&folders.config, 0o755)?);
    for part in parts {
        undo.remember(part)?;
        write(part, replace)?;
        undo.written(part);
    }
    sync(&folders.keys)?;
    sync(&folders.config)?;
    undo.forget();
    Ok(())
}

/// Writes one file to a folder that is there.
pub(crate) fn one(part: &Part, replace: bool) -> Result<(), InstallError> {
    write(part, replace)?;
    sync(part.path.parent().unwrap_or(Path::new(".")))
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), InstallError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(not_writable(path)(error)),
        _ => sync(path.parent().unwrap_or(Path::new("."))),
    }
}

/// A new name, or one that is gone, survives a power cut only when the folder itself is on the disk.
fn sync(folder: &Path) -> Result<(), InstallError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(not_writable(folder))
}

/// What has to happen again in reverse when a later step fails; it happens on drop unless [`Undo::forget`] was called.
#[derive(Default)]
struct Undo {
    folders: Vec<PathBuf>,
    before: Vec<Part>,
    files: Vec<PathBuf>,
}

impl Undo {
    fn made(&mut self, folders: Vec<PathBuf>) {
        self.folders.extend(folders);
    }

    fn remember(&mut self, part: &Part) -> Result<(), InstallError> {
        match fs::read(&part.path) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                self.before.push(Part {
                    path: part.path.clone(),
                    mode: part.mode,
                    bytes,
                });
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(not_writable(&part.path)(error)),
        }
    }

    fn written(&mut self, part: &Part) {
        self.files.push(part.path.clone());
    }

    fn forget(mut self) {
        self.folders.clear();
        self.before.clear();
        self.files.clear();
    }
}

impl Drop for Undo {
    /// Best effort: the error that brought us here is the one to report.
    fn drop(&mut self) {
        for path in self.files.drain(..) {
            let restored = self
                .before
                .iter()
                .find(|part| part.path == path)
                .map(|part| write(part, true));
            if restored.is_none() {
                let _ = fs::remove_file(&path);
            }
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn write(part: &Part, replace: bool) -> Result<(), InstallError> {
    let failed = not_writable(&part.path);
    let folder = part.path.parent().unwrap_or(Path::new("."));
    let mut file: NamedTempFile = tempfile::Builder::new()
        .prefix(".countersign-")
        .tempfile_in(folder)
        .map_err(&failed)?;
    set_mode(file.as_file(), part.mode).map_err(&failed)?;
    file.write_all(&part.bytes).map_err(&failed)?;
    file.as_file().sync_all().map_err(&failed)?;
    // Without `replace`, a second INIT that was faster than this one keeps what it wrote.
    let placed = if replace {
        file.persist(&part.path)
    } else {
        file.persist_noclobber(&part.path)
    };
    placed.map(drop).map_err(|error| {
        if error.error.kind() == std::io::ErrorKind::AlreadyExists {
            InstallError::Exists {
                path: part.path.clone(),
            }
        } else {
            failed(error.error)
        }
    })
}

/// Creates a folder and what is missing above it; answers what it created, outermost first.
fn create_folder(folder: &Path, mode: u32) -> Result<Vec<PathBuf>, InstallError> {
    let missing: Vec<PathBuf> = folder
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .map(Path::to_owned)
        .collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
    #[cfg(not(unix))]
    let _ = mode;
    builder.create(folder).map_err(not_writable(folder))?;
    Ok(missing.into_iter().rev().collect())
}

fn nearest_existing(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|path| !path.as_os_str().is_empty() && path.exists())
        .unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> std::io::Result<()> {
    file.set_permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(
        mode,
    ))
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _mode: u32) -> std::io::Result<()> {
    Ok(())
}

fn not_writable(path: &Path) -> impl Fn(std::io::Error) -> InstallError {
    let path = path.to_owned();
    move |source| InstallError::NotWritable {
        path: path.clone(),
        source,
    }
}

//! The credentials of an account: one file each, named by the digest of the credential's id, which may hold any
//! character.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use countersign_jose::{base64url, hash};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::files::{check_private, private_temp_dir, read_small, sync_dir, write_private};
use super::{MadeDirs, problem, unreadable, unwritable};
use crate::{Credential, Error};

const CREDENTIALS: &str = "credentials";
const EXTENSION: &str = "json";

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct File {
    token_id: String,
    credential: String,
}

/// A credential on the disk that waits for its enrolment.
pub struct CredentialReservation {
    target: PathBuf,
    file: PathBuf,
    // Dropped in this order: first the file, then the folder around it, if it was made for it.
    dir: TempDir,
    _made: MadeDirs,
}

impl CredentialReservation {
    pub(super) fn new(account: &Path, credential: &Credential) -> Result<Self, Error> {
        let folder = account.join(CREDENTIALS);
        let target = folder.join(file_name(credential.token_id()));
        if target.exists() {
            return Err(Error::usage(format!(
                "credential {} is on this phone already",
                credential.token_id()
            )));
        }
        let mut made = MadeDirs::default();
        made.create(&folder)?;
        let dir = private_temp_dir(&folder).map_err(|error| unwritable(&folder, &error))?;
        let content = File {
            token_id: credential.token_id().to_owned(),
            credential: credential.text().to_owned(),
        };
        let file = dir.path().join("credential");
        let text = serde_json::to_vec_pretty(&content)
            .map_err(|error| problem(&file, format!("cannot be written ({error})")))?;
        write_private(&file, &text)?;
        Ok(Self {
            target,
            file,
            dir,
            _made: made,
        })
    }

    /// Keeps the credential: after this it survives power loss.
    ///
    /// # Errors
    /// [`Error::Store`] if it cannot be kept; the provider knows it as enrolled then, and the sentence says what to do.
    pub fn commit(self) -> Result<(), Error> {
        fs::rename(&self.file, &self.target).map_err(|error| {
            problem(
                &self.target,
                format!(
                    "the credential cannot be kept ({error}); ask your operator to revoke it, and for another one"
                ),
            )
        })?;
        drop(self.dir);
        self.target.parent().map_or(Ok(()), sync_dir)
    }
}

/// Reads the credentials of the account in `account`.
pub(super) fn read_all(account: &Path) -> Result<Vec<Credential>, Error> {
    let folder = account.join(CREDENTIALS);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&folder, &error)),
    };
    check_private(&folder)?;
    let mut credentials = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
        // Anything else is the rest of an enrolment that was killed.
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            credentials.push(read(&path)?);
        }
    }
    credentials.sort_by(|a, b| a.token_id().cmp(b.token_id()));
    Ok(credentials)
}

fn read(path: &Path) -> Result<Credential, Error> {
    let damaged = |reason: &dyn std::fmt::Display| {
        problem(path, format!("is damaged ({reason}); put back a copy of it"))
    };
    let content: File = serde_json::from_str(&read_small(path)?).map_err(|error| damaged(&error))?;
    let credential = Credential::read(&content.credential).map_err(|error| damaged(&error))?;
    if credential.token_id() == content.token_id {
        Ok(credential)
    } else {
        Err(damaged(&"it holds another credential than it names"))
    }
}

fn file_name(token_id: &str) -> String {
    format!(
        "{}.{EXTENSION}",
        base64url::encode(&hash::sha256(token_id.as_bytes()))
    )
}

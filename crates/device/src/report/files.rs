//! Whether the files of an identity are readable by whom they should be, and by nobody else.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::finding::Findings;
use crate::folders::Folders;

/// Group and others: nothing.
const PRIVATE: u32 = 0o077;
/// Group and others: not write.
const NOT_OURS_TO_WRITE: u32 = 0o022;

/// Looks at modes and owners.
pub(super) fn examine(findings: &mut Findings, folders: &Folders, key_in_file: bool) {
    public(findings, "device.yml", &folders.device_yml());
    public(findings, "folder", &folders.config);
    public(findings, "key folder", &folders.keys);
    // Of a key in a TPM the file holds nothing that would be of use elsewhere.
    if key_in_file {
        secret(findings, "private.pem", &folders.private_pem());
    }
}

/// Everybody may read it, and only its owner may write it: a wrong host in device.yml leads the machine elsewhere.
fn public(findings: &mut Findings, check: &'static str, path: &Path) {
    if let Some(there) = there(findings, check, path) {
        refuse(findings, check, path, &there, NOT_OURS_TO_WRITE, "go-w");
    }
}

/// Nobody but its owner may read or write it.
fn secret(findings: &mut Findings, check: &'static str, path: &Path) {
    if let Some(there) = there(findings, check, path) {
        refuse(findings, check, path, &there, PRIVATE, "go-rwx");
    }
}

fn there(findings: &mut Findings, check: &'static str, path: &Path) -> Option<Metadata> {
    match path.metadata() {
        Ok(there) => Some(there),
        Err(error) => {
            let what_to_do = if error.kind() == ErrorKind::NotFound {
                "register this machine with -o INIT, or name the folders with -cd and -kd"
            } else {
                "run as its owner"
            };
            findings.fail(check, format!("{}: {error}; {what_to_do}", path.display()));
            None
        }
    }
}

fn refuse(
    findings: &mut Findings,
    check: &'static str,
    path: &Path,
    there: &Metadata,
    forbidden: u32,
    chmod: &str,
) {
    let (path, mode) = (path.display(), there.permissions().mode() & 0o7777);
    let own = rustix::process::geteuid().as_raw();
    if mode & forbidden != 0 {
        findings.fail(check, format!("{path} has mode {mode:04o}; chmod {chmod} {path}"));
    } else if there.uid() != 0 && there.uid() != own {
        let owner = there.uid();
        findings.fail(
            check,
            format!(
                "{path} belongs to user {owner}, who can change it; chown it to root, or run as its owner"
            ),
        );
    } else {
        findings.ok(check, format!("{path}, mode {mode:04o}"));
    }
}

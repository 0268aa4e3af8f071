//! The store: accounts and their private keys, in files that only their owner can read.
//!
//! `DIR/accounts/<client id>/account.json` and `private.pem`, and `credentials/` with one file for each credential of
//! the account. Folders have mode 0700 and files 0600; a store that is
//! open wider is refused, because its keys may have been copied already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use countersign_jose::PrivateKey;
use tempfile::TempDir;

use crate::account::is_safe_client_id;
use crate::{Account, Credential, Error};

mod credentials;
mod files;

pub use credentials::CredentialReservation;
use files::{check_private, create_private_dir, private_temp_dir, read_small, sync_dir, write_private};

const ACCOUNTS: &str = "accounts";
const ACCOUNT_FILE: &str = "account.json";
const KEY_FILE: &str = "private.pem";

/// A folder with accounts. It is made when the first account is kept.
#[derive(Debug, Clone)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// The store in `dir`, which need not exist yet.
    ///
    /// # Errors
    /// [`Error::Store`] if the folder exists and others may look into it.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let store = Self { dir: dir.into() };
        for dir in [store.dir.clone(), store.accounts_dir()] {
            if dir.exists() {
                check_private(&dir)?;
            }
        }
        Ok(store)
    }

    /// All accounts, sorted by username and client id.
    ///
    /// # Errors
    /// [`Error::Store`] if one cannot be read: a damaged account is told, not passed over.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        let dir = self.accounts_dir();
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&dir, &error)),
        };
        let mut accounts = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| unreadable(&dir, &error))?.file_name();
            // Anything else is the rest of an enrolment that was killed: it is not an account.
            if let Some(client_id) = name.to_str().filter(|name| is_safe_client_id(name)) {
                accounts.push(self.account(client_id)?);
            }
        }
        accounts.sort_by(|a, b| (&a.username, &a.client_id).cmp(&(&b.username, &b.client_id)));
        Ok(accounts)
    }

    /// The account that is called `name` (username or client id), or the only one when no name is given.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none or more than one; otherwise as [`Store::accounts`].
    pub fn find(&self, name: Option<&str>) -> Result<Account, Error> {
        let accounts = self.accounts()?;
        if accounts.is_empty() {
            return Err(Error::usage(format!(
                "no account in {}; enrol one with `enroll`",
                self.dir.display()
            )));
        }
        let mut found = accounts
            .into_iter()
            .filter(|account| name.is_none_or(|name| account.is_called(name)));
        match (found.next(), found.next(), name) {
            (Some(account), None, _) => Ok(account),
            (Some(_), Some(_), None) => Err(Error::usage(
                "there are several accounts; say which with --account, see `accounts`",
            )),
            (Some(_), Some(_), Some(name)) => Err(Error::usage(format!(
                "several accounts are called {name}; use the client id, see `accounts`"
            ))),
            (None, _, name) => Err(Error::usage(format!(
                "no account is called {}; see `accounts`",
                name.unwrap_or_default()
            ))),
        }
    }

    /// The private key of an account.
    ///
    /// # Errors
    /// [`Error::Store`] if it cannot be read or others may read it; [`Error::Key`] if it is not a key.
    pub fn key(&self, account: &Account) -> Result<PrivateKey, Error> {
        let path = self.account_dir(&account.client_id)?.join(KEY_FILE);
        Ok(PrivateKey::from_pem(&read_small(&path)?)?)
    }

    /// Writes a new key to the disk before its invitation is spent, so that a full disk or a read-only folder cannot
    /// waste it. The reservation is undone when it is dropped without [`Reservation::commit`].
    ///
    /// # Errors
    /// [`Error::Store`] if the folder cannot be written.
    pub fn reserve(&self, key: &PrivateKey) -> Result<Reservation, Error> {
        let mut made = MadeDirs::default();
        made.create(&self.dir)?;
        made.create(&self.accounts_dir())?;
        let accounts = self.accounts_dir();
        let dir = private_temp_dir(&accounts).map_err(|error| unwritable(&accounts, &error))?;
        write_private(&dir.path().join(KEY_FILE), key.to_pem().as_bytes())?;
        Ok(Reservation {
            store: self.clone(),
            dir,
            _made: made,
        })
    }

    /// The credentials of an account, sorted by their ids.
    ///
    /// # Errors
    /// [`Error::Store`] if one cannot be read.
    pub fn credentials(&self, account: &Account) -> Result<Vec<Credential>, Error> {
        credentials::read_all(&self.account_dir(&account.client_id)?)
    }

    /// Writes a credential to the disk before it is enrolled with the key of an account. Undone when it is dropped
    /// without [`CredentialReservation::commit`].
    ///
    /// # Errors
    /// [`Error::Store`] if the folder cannot be written, or [`Error::Usage`] if the account has the credential already.
    pub fn reserve_credential(
        &self,
        account: &Account,
        credential: &Credential,
    ) -> Result<CredentialReservation, Error> {
        CredentialReservation::new(&self.account_dir(&account.client_id)?, credential)
    }

    /// Forgets an account and its key. The provider is not told: it still trusts the key until it is revoked there.
    ///
    /// # Errors
    /// [`Error::Store`] if the files cannot be removed.
    pub fn remove(&self, account: &Account) -> Result<(), Error> {
        let dir = self.account_dir(&account.client_id)?;
        // The key first: if the machine stops in between, the account is damaged, but nothing can sign any more.
        fs::remove_file(dir.join(KEY_FILE))
            .and_then(|()| fs::remove_dir_all(&dir))
            .map_err(|error| unwritable(&dir, &error))?;
        sync_dir(&self.accounts_dir())
    }

    fn account(&self, client_id: &str) -> Result<Account, Error> {
        let dir = self.account_dir(client_id)?;
        check_private(&dir)?;
        let path = dir.join(ACCOUNT_FILE);
        let account: Account = serde_json::from_str(&read_small(&path)?).map_err(|error| {
            problem(
                &path,
                format!("is damaged ({error}); remove {} and enrol again", dir.display()),
            )
        })?;
        if account.client_id != client_id {
            return Err(problem(
                &path,
                "names another client id than its folder; remove the folder and enrol again",
            ));
        }
        Ok(account)
    }

    fn accounts_dir(&self) -> PathBuf {
        self.dir.join(ACCOUNTS)
    }

    fn account_dir(&self, client_id: &str) -> Result<PathBuf, Error> {
        if is_safe_client_id(client_id) {
            return Ok(self.accounts_dir().join(client_id));
        }
        Err(Error::usage("a client id has only letters, digits, - and _"))
    }
}

/// A key on the disk that waits for its account.
pub struct Reservation {
    store: Store,
    // Dropped in this order: first the folder itself, then the folders around it that were made for it.
    dir: TempDir,
    _made: MadeDirs,
}

impl Reservation {
    /// Puts a credential beside the key; both are kept together, or neither.
    ///
    /// # Errors
    /// [`Error::Store`] if it cannot be written.
    pub fn add_credential(&self, credential: &Credential) -> Result<(), Error> {
        CredentialReservation::new(self.dir.path(), credential)?.commit()
    }

    /// Keeps the key under the account's client id: after this the account is complete and survives power loss.
    ///
    /// # Errors
    /// [`Error::Store`] if the account exists already or cannot be written. The invitation is spent then; the
    /// sentence says what to tell the operator.
    pub fn commit(self, account: &Account) -> Result<(), Error> {
        let (accounts, target) = (
            self.store.accounts_dir(),
            self.store.account_dir(&account.client_id)?,
        );
        let new = self.dir.path();
        let told = |error: &dyn std::fmt::Display| {
            problem(
                &target,
                format!(
                    "the account cannot be kept ({error}); ask your operator to revoke authenticator {} and for a new \
                     invitation",
                    account.id
                ),
            )
        };
        let text = serde_json::to_vec_pretty(account).map_err(|error| told(&error))?;
        write_private(&new.join(ACCOUNT_FILE), &text).map_err(|error| told(&error))?;
        sync_dir(new)?;
        fs::rename(new, &target).map_err(|error| told(&error))?;
        // The folder has its new name: nothing is left to clean up.
        let _ = self.dir.keep();
        sync_dir(&accounts)
    }
}

/// Folders that were made on the way, outermost first; they are removed again, if empty, on drop.
#[derive(Default)]
struct MadeDirs(Vec<PathBuf>);

impl MadeDirs {
    fn create(&mut self, dir: &Path) -> Result<(), Error> {
        if dir.exists() {
            return check_private(dir);
        }
        create_private_dir(dir).map_err(|error| unwritable(dir, &error))?;
        self.0.push(dir.to_owned());
        Ok(())
    }
}

impl Drop for MadeDirs {
    fn drop(&mut self) {
        for dir in self.0.iter().rev() {
            // Another enrolment may have put its account here meanwhile: then the folder is not empty and stays.
            let _ = fs::remove_dir(dir);
        }
    }
}

fn problem(path: &Path, problem: impl Into<String>) -> Error {
    Error::Store {
        path: path.to_owned(),
        problem: problem.into(),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    problem(
        path,
        format!("cannot be read ({error}); check its owner and mode"),
    )
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    problem(
        path,
        format!("cannot be written ({error}); check its owner, its mode and the free space"),
    )
}

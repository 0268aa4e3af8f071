//! `countersign backup` and `countersign restore`: the database as one file, out and in again.

use crate::cli::Operator;
use crate::config::Config;
use crate::data::{DataDir, sealing_key};
use crate::failure::Failed;
use crate::open::assemble;
use crate::output::{GOOD, STRONG};
use crate::system::SystemClock;
use countersign_core::audit::{AuditEvent, chain, verify as audit};
use countersign_core::time::Clock as _;
use countersign_store_sqlite::{Options, SqliteStore};
use serde_json::json;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BACKUP_EXAMPLES: &str = "\
Examples:
  countersign backup /backups/countersign-$(date +%F).db --data ./data
The copy is consistent and verified. It holds no sealing key, on purpose: whoever has both can be your provider.
Keep sealing.key (and countersign.toml) in another safe place; restoring needs them.";

const RESTORE_EXAMPLES: &str = "\
Examples:
  countersign restore /backups/countersign-2026-11-21.db --data ./data --force
On a new machine put countersign.toml and sealing.key into the data directory first.
What the provider did after the backup is lost: tokens that were revoked since then work again until they end.";

/// Copy the database while the server runs.
#[derive(Debug, clap::Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    at: Operator,
    /// The file to make; there must be none of that name
    file: PathBuf,
}

/// Put a backup in place of the database.
#[derive(Debug, clap::Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    at: Operator,
    /// The backup
    file: PathBuf,
    /// Replace the database that is there; it is kept beside under another name
    #[arg(long)]
    force: bool,
}

/// Runs `countersign backup`.
pub(crate) async fn backup(args: &BackupArgs) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    opened.store.backup_to(&args.file, |_| {})?;
    let size = fs::metadata(&args.file).map_or(0, |file| file.len());
    let answer =
        json!({ "file": args.file.display().to_string(), "bytes": size, "sealingKeyIncluded": false });
    args.at.show(&answer, || {
        format!(
            "{GOOD}Backed up{GOOD:#} to {} ({size} bytes), and verified.\n\
             The sealing key is not in it, on purpose: keep {STRONG}sealing.key{STRONG:#} in another safe place, without \
             it this backup cannot be used.",
            args.file.display()
        )
    })
}

/// Runs `countersign restore`.
pub(crate) async fn restore(args: &RestoreArgs) -> Result<(), Failed> {
    let data = args.at.data()?;
    let config = data.load(args.at.config.as_deref())?;
    let _alone = data.take()?;
    if data.database().exists() && !args.force {
        return Err(Failed::new(format!(
            "{}: there is a database already; add --force to replace it (it is kept beside under another name)",
            data.database().display()
        )));
    }
    countersign_store_sqlite::verify(&args.file)?;
    let incoming = Incoming::copy(&args.file, &data)?;
    incoming.try_out(&config, &data, &args.file).await?;
    let kept = set_aside(&data)?;
    incoming.put_in_place(&data)?;
    let answer = json!({
        "database": data.database().display().to_string(),
        "kept": kept.as_ref().map(|kept| kept.display().to_string()),
    });
    args.at.show(&answer, || {
        let kept = kept.as_ref().map_or_else(String::new, |kept| {
            format!(
                "\nThe database from before is kept as {}; remove it when you are sure.",
                kept.display()
            )
        });
        format!("{GOOD}Restored{GOOD:#} {}.{kept}", args.file.display())
    })
}

/// A copy of the backup in the data directory, not yet in place; it goes away unless it is put there.
struct Incoming(PathBuf);

impl Incoming {
    fn copy(file: &Path, data: &DataDir) -> Result<Self, Failed> {
        let incoming = Self(data.path().join(".countersign-restore.db"));
        incoming.remove();
        let failed = |error: io::Error| {
            Failed::new(format!(
                "{}: the backup cannot be copied ({error}); check the directory's permissions and space",
                incoming.0.display()
            ))
        };
        crate::data::write_private(&incoming.0, &[]).map_err(failed)?;
        // Copying into the file that is there keeps its mode: the backup's own may be wider.
        let mut from = File::open(file).map_err(failed)?;
        let mut to = fs::OpenOptions::new()
            .write(true)
            .open(&incoming.0)
            .map_err(failed)?;
        io::copy(&mut from, &mut to)
            .and_then(|_| to.sync_all())
            .map_err(failed)?;
        Ok(incoming)
    }

    /// Opens the copy as the provider would, so that a wrong sealing key or a broken log shows while nothing is lost.
    async fn try_out(&self, config: &Config, data: &DataDir, from: &Path) -> Result<(), Failed> {
        let sealer = sealing_key::open(data, config)?;
        let store = SqliteStore::open(
            &self.0,
            Options {
                create: false,
                ..Options::default()
            },
        )?;
        let provider = assemble(config, Arc::new(store), sealer);
        provider.reload_keys().await?;
        let report = audit::verify(&provider).await?;
        if let Some(broken) = report.broken {
            return Err(Failed::new(format!(
                "{}: the audit log of this backup does not hold ({broken}); use another backup",
                from.display()
            )));
        }
        let event = AuditEvent::new(
            SystemClock.now(),
            crate::command::CLI,
            "database.restore",
            "database",
        )
        .with("records_before", report.intact);
        let key = provider.audit_key();
        Ok(provider
            .store
            .write(move |tx| chain::record(tx, &key, event))
            .await?)
    }

    fn put_in_place(self, data: &DataDir) -> Result<(), Failed> {
        for (from, to) in beside(&self.0).into_iter().zip(beside(&data.database())) {
            if from.exists() {
                rename(&from, &to)?;
            }
        }
        File::open(data.path())
            .and_then(|directory| directory.sync_all())
            .map_err(|error| {
                Failed::new(format!(
                    "{}: the directory cannot be flushed to disk ({error})",
                    data.path().display()
                ))
            })
    }

    fn remove(&self) {
        for file in beside(&self.0) {
            // Usually none of them is there.
            let _absent = fs::remove_file(file);
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Moves the present database aside, with its log.
fn set_aside(data: &DataDir) -> Result<Option<PathBuf>, Failed> {
    let database = data.database();
    if !database.exists() {
        return Ok(None);
    }
    let stamp = SystemClock.now().unix();
    let kept = data.path().join(format!("countersign.before-restore-{stamp}.db"));
    // The log first: a crash in between must not leave an old log beside a new database.
    for (from, to) in beside(&database).into_iter().zip(beside(&kept)).rev() {
        if from.exists() {
            rename(&from, &to)?;
        }
    }
    Ok(Some(kept))
}

fn rename(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::rename(from, to).map_err(|error| {
        Failed::new(format!(
            "{} cannot be renamed to {} ({error}); both files are still in the data directory, look there",
            from.display(),
            to.display()
        ))
    })
}

/// A database file and what SQLite keeps beside it.
fn beside(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

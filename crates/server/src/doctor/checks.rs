//! The checks, from the directory outwards. One that cannot be made for want of an earlier one is left out.

use super::{Findings, Status, identity, push, server};
use crate::config::{Config, seconds_text};
use crate::data::{DataDir, mode, sealing_key};
use crate::failure::Failed;
use crate::open::Opened;
use crate::serve::tls;
use crate::system::SystemClock;
use countersign_core::Provider;
use countersign_core::audit::list::{self, AuditQuery};
use countersign_core::audit::verify;
use countersign_core::keys::rotate::{self, ALGORITHMS};
use countersign_core::keys::{KeyPurpose, KeyState};
use countersign_core::time::{Clock as _, Timestamp};
use std::path::Path;

const MIB: u64 = 1024 * 1024;
/// Below this the disk is nearly full, in bytes.
const SPACE_LOW: u64 = 256 * MIB;
/// A write-ahead log of this size in bytes says that some reader never ends.
const WAL_LARGE: u64 = 256 * MIB;
const DAY: u64 = 24 * 60 * 60;
/// Signing keys older than this should be replaced, in seconds.
const KEY_OLD: u64 = 365 * DAY;
/// A certificate that ends within this time is warned of, in seconds.
const CERTIFICATE_ENDS: u64 = 14 * DAY;

/// Looks at everything.
pub(super) async fn run(data: &DataDir, config: Option<&Path>) -> Findings {
    let mut findings = Findings::default();
    directory(&mut findings, data);
    let config = findings.take("configuration", data.load(config), |config| {
        format!("{}, issuer {}", config.file.display(), config.host.issuer())
    });
    space(&mut findings, data);
    let version = findings.take(
        "database",
        countersign_store_sqlite::verify(&data.database()).map_err(Failed::from),
        |version| format!("whole, schema version {version}"),
    );
    let Some(config) = config else { return findings };
    for warning in config.warnings() {
        findings.add("configuration", Status::Warning, warning);
    }
    findings.take("sealing key", sealing_key::open(data, &config).map(drop), |()| {
        "readable by this user only".to_owned()
    });
    certificate(&mut findings, &config);
    server::answers(&mut findings, &config).await;
    if version.is_some() {
        let opened = Opened::with(data, config).await;
        if let Some(opened) = findings.take("signing keys", opened, |_| {
            "they open with the sealing key".to_owned()
        }) {
            inside(&mut findings, &opened).await;
        }
    }
    findings
}

/// What can be seen with the database open.
async fn inside(findings: &mut Findings, opened: &Opened) {
    keys(findings, &opened.provider).await;
    audit_log(findings, &opened.provider).await;
    clock(findings, &opened.provider).await;
    push::run(findings, &opened.provider, false).await;
    identity::run(findings, &opened.provider).await;
    let stats = opened.store.stats().map_err(Failed::from);
    let size = |bytes: u64| format!("{:.1} MiB", bytes_in_mib(bytes));
    if let Some(stats) = findings.take("size", stats, |stats| {
        format!(
            "database {}, write-ahead log {}",
            size(stats.file_bytes),
            size(stats.wal_bytes)
        )
    }) && stats.wal_bytes > WAL_LARGE
    {
        findings.add(
            "size",
            Status::Warning,
            "the write-ahead log is large: some program reads the database and never ends; look for it",
        );
    }
}

fn directory(findings: &mut Findings, data: &DataDir) {
    let path = data.path();
    match mode(path) {
        Ok(Some(mode)) if mode & 0o077 != 0 => {
            let status = if mode & 0o022 == 0 {
                Status::Warning
            } else {
                Status::Failed
            };
            let advice = format!(
                "{0}: others may look into it (mode {mode:04o}); run `chmod 700 {0}`",
                path.display()
            );
            findings.add("directory", status, advice);
        }
        Ok(_) => findings.add(
            "directory",
            Status::Ok,
            format!("{}, for this user only", path.display()),
        ),
        Err(error) => {
            let advice = format!(
                "{}: it cannot be looked at ({error}); check --data",
                path.display()
            );
            findings.add("directory", Status::Failed, advice);
        }
    }
}

#[cfg(unix)]
fn space(findings: &mut Findings, data: &DataDir) {
    match rustix::fs::statvfs(data.path()) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let message = format!("{:.0} MiB are free", bytes_in_mib(free));
            if free < SPACE_LOW {
                findings.add(
                    "disk",
                    Status::Failed,
                    format!("{message}; make room before writes begin to fail"),
                );
            } else {
                findings.add("disk", Status::Ok, message);
            }
        }
        Err(error) => findings.add(
            "disk",
            Status::Skipped,
            format!("the free space is not known ({error})"),
        ),
    }
}

#[cfg(not(unix))]
fn space(findings: &mut Findings, _: &DataDir) {
    findings.add(
        "disk",
        Status::Skipped,
        "the free space is not looked at on this system",
    );
}

fn certificate(findings: &mut Findings, config: &Config) {
    let Some(files) = config.tls() else {
        let message = "not served here; a reverse proxy or a public_url on this machine is expected";
        return findings.add("TLS", Status::Skipped, message);
    };
    let path = files.certificate.clone();
    let ends = tls::Tls::load(files).and_then(|_| certificate_end(&path));
    let Some(ends) = findings.take("TLS", ends, |ends| {
        format!("the certificate ends at {}", ends.rfc3339())
    }) else {
        return;
    };
    let left = ends.since(SystemClock.now()).as_secs();
    if left == 0 {
        findings.add(
            "TLS",
            Status::Failed,
            "the certificate has ended; replace the files and send SIGHUP",
        );
    } else if left < CERTIFICATE_ENDS {
        let message = format!(
            "the certificate ends in {}; replace the files and send SIGHUP",
            seconds_text(left)
        );
        findings.add("TLS", Status::Warning, message);
    }
}

/// RFC 5280 §4.1.2.5, of the server's own certificate.
fn certificate_end(path: &Path) -> Result<Timestamp, Failed> {
    let chain = tls::certificates(path)?;
    let unreadable = || {
        Failed::new(format!(
            "{}: the certificate is no X.509 certificate; replace it",
            path.display()
        ))
    };
    let own = chain.first().ok_or_else(unreadable)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(own).map_err(|_| unreadable())?;
    Ok(Timestamp::from_unix(certificate.validity().not_after.timestamp()))
}

async fn keys(findings: &mut Findings, provider: &Provider) {
    let keys = match rotate::list(provider).await {
        Ok(keys) => keys,
        Err(error) => return findings.add("signing keys", Status::Failed, Failed::from(error).to_string()),
    };
    let now = provider.clock.now();
    for algorithm in ALGORITHMS {
        let active = keys
            .iter()
            .filter(|key| key.key.purpose == KeyPurpose::Oidc && key.state == KeyState::Active)
            .find(|key| key.key.algorithm == algorithm);
        let Some(active) = active else {
            let message = format!(
                "no {algorithm} key signs; run `countersign key rotate --algorithm {algorithm} --now`"
            );
            findings.add("signing keys", Status::Failed, message);
            continue;
        };
        let age = now.since(active.key.active_at).as_secs();
        let days = age / DAY;
        if age > KEY_OLD {
            let message =
                format!("the {algorithm} key has signed for {days} days; run `countersign key rotate`");
            findings.add("signing keys", Status::Warning, message);
        } else {
            findings.add(
                "signing keys",
                Status::Ok,
                format!("the {algorithm} key has signed for {days} days"),
            );
        }
    }
}

async fn audit_log(findings: &mut Findings, provider: &Provider) {
    match verify::verify(provider).await {
        Ok(report) => match report.broken {
            None => findings.add(
                "audit log",
                Status::Ok,
                format!("whole, {} records", report.intact),
            ),
            Some(broken) => {
                let message = format!("{broken}; keep this database and compare it with your backups");
                findings.add("audit log", Status::Failed, message);
            }
        },
        Err(error) => findings.add("audit log", Status::Failed, Failed::from(error).to_string()),
    }
}

/// A clock that stands before what it has seen already would make every token a token of the future.
async fn clock(findings: &mut Findings, provider: &Provider) {
    let newest = AuditQuery {
        after: None,
        limit: 1,
        action: None,
    };
    let last = list::list(provider, newest)
        .await
        .ok()
        .and_then(|records| Some(records.last()?.at));
    let now = provider.clock.now();
    match last {
        Some(last) if last > now + provider.policy.clock_tolerance => {
            let message = format!(
                "it stands at {}, before the last record of the audit log at {}; set it right",
                now.rfc3339(),
                last.rfc3339()
            );
            findings.add("clock", Status::Failed, message);
        }
        _ => findings.add("clock", Status::Ok, now.rfc3339()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn bytes_in_mib(bytes: u64) -> f64 {
    bytes as f64 / MIB as f64
}

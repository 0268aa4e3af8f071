//! The audit log: one line of JSON for each signature, and for refusals as many as [`Refusals`] lets through. It says
//! who, what kind, which number and when; never a signature, a claim or a key.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use countersign_jose::{base64url, hash};
use serde::Serialize;

use super::refusal::Refusal;
use super::refusals::Refusals;
use super::statement::Statement;
use crate::local::{LocalError, Peer};

/// The log of a running service.
#[derive(Debug)]
pub(super) struct AuditLog {
    place: Place,
    refusals: Refusals,
}

/// Where the lines go.
#[derive(Debug)]
enum Place {
    /// A file that is only appended to. It is opened for every line, so it can be rotated by renaming.
    File(PathBuf),
    /// Standard error, which is the journal under systemd.
    StandardError,
}

/// One line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// RFC 3339 in UTC.
    at: jiff::Timestamp,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// SHA-256, base64url: ties the line to a line of the provider without telling the number itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Refusals of the same user before this one that got no line.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
}

impl AuditLog {
    /// The log, tried out, so that a wrong path is found at the start and not at the first signature.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, LocalError> {
        Ok(Self {
            place: path.map_or(Ok(Place::StandardError), Place::file)?,
            refusals: Refusals::default(),
        })
    }

    /// A signature was made.
    pub(super) fn signed(&self, peer: Peer, statement: &Statement, now: i64) -> io::Result<()> {
        let jti = statement.jti.as_ref();
        self.place.write(&Line {
            kind: Some(statement.kind.as_str()),
            jti_sha256: jti.map(|jti| base64url::encode(&hash::sha256(jti.as_bytes()))),
            ..line("signed", Some(peer), now)
        })
    }

    /// A signature was refused.
    pub(super) fn refused(&self, peer: Option<Peer>, refusal: &Refusal, now: i64) -> io::Result<()> {
        let Some(left_out) = self.refusals.line(peer.map(|peer| peer.uid), now) else {
            return Ok(());
        };
        self.place.write(&Line {
            reason: Some(refusal.as_str()),
            left_out: (left_out > 0).then_some(left_out),
            ..line("refused", peer, now)
        })
    }
}

impl Place {
    fn file(path: &Path) -> Result<Self, LocalError> {
        append(path).map_err(|source| LocalError::Audit {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::File(path.to_owned()))
    }

    fn write(&self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        // One write: lines of two requests do not mix (write(2), O_APPEND).
        match self {
            Self::File(path) => append(path)?.write_all(text.as_bytes()),
            Self::StandardError => io::stderr().lock().write_all(text.as_bytes()),
        }
    }
}

fn line(event: &'static str, peer: Option<Peer>, now: i64) -> Line<'static> {
    Line {
        at: jiff::Timestamp::from_second(now).unwrap_or_default(),
        event,
        kind: None,
        jti_sha256: None,
        reason: None,
        left_out: None,
        way: peer.map(|peer| peer.way.as_str()),
        uid: peer.map(|peer| peer.uid),
        gid: peer.and_then(|peer| peer.gid),
        pid: peer.and_then(|peer| peer.pid),
    }
}

fn append(path: &Path) -> io::Result<std::fs::File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

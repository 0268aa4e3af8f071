//! What a durable write costs here and now, measured beside every durable figure.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::load::now;

const WRITES: usize = 200;
const PAGE: [u8; 4096] = [0x5a; 4096];

/// The time of one `fdatasync` after a page was appended, as a write-ahead log does it.
#[derive(Clone, Copy)]
pub(crate) struct Sync {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Appends and syncs 200 pages in `directory`.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn probe(directory: &Path) -> Result<Sync, String> {
    let path = directory.join("fdatasync.probe");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = File::create(&path).map_err(failed)?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        file.write_all(&PAGE).map_err(failed)?;
        let before = now();
        file.sync_data().map_err(failed)?;
        times.push(now().duration_since(before));
    }
    std::fs::remove_file(&path).map_err(failed)?;
    times.sort_unstable();
    let at = |hundredth: usize| times.get(WRITES * hundredth / 100).copied().unwrap_or_default();
    Ok(Sync {
        p50: at(50),
        p99: at(99),
    })
}

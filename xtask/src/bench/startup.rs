//! How long a server takes to be ready, and what it holds when nothing happens.

use std::time::Duration;

use super::subject::Subject;

/// How long a server is left alone before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// A server that has nothing to do.
#[derive(Clone, Copy)]
pub(crate) struct Idle {
    /// From starting the process to the first good answer; the median.
    pub(crate) ready: Duration,
    /// Resident memory, in KiB; the largest that was seen.
    pub(crate) resident_kib: u64,
}

/// Starts the server several times.
///
/// # Errors
/// It does not start.
pub(crate) async fn measure(
    start: impl AsyncFn() -> Result<(Subject, Duration), String>,
    quick: bool,
) -> Result<Idle, String> {
    let (mut times, mut resident_kib) = (Vec::new(), 0);
    for _ in 0..if quick { 1 } else { 5 } {
        let (subject, took) = start().await?;
        tokio::time::sleep(REST).await;
        resident_kib = resident_kib.max(subject.process.resident_kib()?);
        times.push(took);
    }
    times.sort_unstable();
    Ok(Idle {
        ready: times.get(times.len() / 2).copied().unwrap_or_default(),
        resident_kib,
    })
}

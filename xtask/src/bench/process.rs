//! A program under test: started on its core, watched through `/proc`, stopped at the end.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::cores::Cores;

/// A running program. Dropping it stops it.
pub(crate) struct Process {
    child: Child,
    name: String,
}

impl Process {
    /// Starts a program on the server's core; what it prints goes to `log`.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(command: &mut Command, log: &Path, cores: &Cores) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let failed = |error: std::io::Error| format!("{name} cannot be started: {error}");
        let file = File::create(log).map_err(failed)?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(failed)?)
            .stderr(file);
        let child = cores.on_the_servers(|| command.spawn()).map_err(failed)?;
        Ok(Self { child, name })
    }

    /// A program that was started elsewhere.
    pub(crate) fn of(child: Child, name: &str) -> Self {
        Self {
            child,
            name: name.to_owned(),
        }
    }

    /// Fails when the program has ended.
    ///
    /// # Errors
    /// It has.
    pub(crate) fn check_alive(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(format!(
                "{} ended ({status}); its log is below target/bench",
                self.name
            )),
            Err(error) => Err(format!("{}: {error}", self.name)),
        }
    }

    /// Resident memory in KiB.
    ///
    /// # Errors
    /// The program has ended.
    pub(crate) fn resident_kib(&self) -> Result<u64, String> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let resident = status.lines().find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        });
        resident.ok_or_else(|| format!("{path} has no VmRSS"))
    }

    /// Processor time that the program's threads have used, to the nanosecond.
    ///
    /// # Errors
    /// The program has ended.
    pub(crate) fn cpu_time(&self) -> Result<Duration, String> {
        cpu_time(&format!("/proc/{}/task", self.child.id()))
    }
}

/// Processor time that the generator itself has used.
///
/// # Errors
/// `/proc` cannot be read.
pub(crate) fn own_cpu_time() -> Result<Duration, String> {
    cpu_time("/proc/self/task")
}

/// Processor time that all programs of the machine have used, and that its host took away, to ten milliseconds.
///
/// # Errors
/// `/proc` cannot be read.
pub(crate) fn machine_cpu_time() -> Result<Duration, String> {
    let path = "/proc/stat";
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let columns = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .skip(1);
    // user, nice, system and steal; not idle and iowait, and not the interrupts, which our own packets cause.
    let counted = [true, true, true, false, false, false, false, true];
    let ticks = columns.zip(counted).filter(|(_, counted)| *counted);
    let ticks: u64 = ticks.filter_map(|(word, _)| word.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks.saturating_mul(10)))
}

/// Sums the threads. One that ended takes its time along; both programs keep the threads that work.
fn cpu_time(tasks: &str) -> Result<Duration, String> {
    let failed = |error: std::io::Error| format!("{tasks}: {error}");
    let mut nanoseconds: u64 = 0;
    for task in std::fs::read_dir(tasks).map_err(failed)? {
        let text =
            std::fs::read_to_string(task.map_err(failed)?.path().join("schedstat")).unwrap_or_default();
        let used = text
            .split_ascii_whitespace()
            .next()
            .and_then(|word| word.parse().ok());
        nanoseconds = nanoseconds.saturating_add(used.unwrap_or(0));
    }
    Ok(Duration::from_nanos(nanoseconds))
}

impl Drop for Process {
    fn drop(&mut self) {
        // A failure means that it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

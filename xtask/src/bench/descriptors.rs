//! How many files and connections a process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process needs besides its sockets: database, logs, libraries.
const OTHERS: u64 = 256;

/// Lets this process, and the server that inherits its limits, have so many sockets open: often only 1024 are allowed
/// unless a process asks for more.
///
/// # Errors
/// The machine allows fewer. Only its administrator can change that.
pub(crate) fn allow(sockets: usize) -> Result<(), String> {
    let wanted = u64::try_from(sockets).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if let Some(maximum) = maximum.filter(|maximum| *maximum < wanted) {
        return Err(format!(
            "{sockets} waiting sockets need {wanted} open files in one process, and this machine allows {maximum} \
             (`ulimit -Hn`); raise that limit, or choose other paths with --only"
        ));
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum,
    };
    setrlimit(Resource::Nofile, raised).map_err(|error| format!("the limit of open files: {error}"))
}

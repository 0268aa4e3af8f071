use std::io;
use std::path::PathBuf;

/// Why a service of this machine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The address cannot be listened on.
    #[error("cannot listen on {place}: {source}; see what runs there (ss -lnp), or choose another place")]
    Listen {
        /// Address or path.
        place: String,
        /// Why.
        source: io::Error,
    },
    /// There is something else than an old socket at the path.
    #[error("{}: is there already and is no socket; remove it, or choose another path with --socket", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The service manager handed over something that is no listening socket.
    #[error(
        "the service manager handed over a socket that cannot be used: {0}; see ListenStream in the .socket unit"
    )]
    Inherited(io::Error),
    /// The settings cannot be read.
    #[error("{}: cannot be read ({source}); run as its owner, or mend the file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The settings say something that they cannot.
    #[error("{}: {problem}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line, and what to write instead.
        problem: String,
    },
    /// Others could write the file that says who may call.
    #[error("{}: others than its owner may write it, so anybody could admit himself; chmod go-w it", path.display())]
    Writable {
        /// The file.
        path: PathBuf,
    },
    /// Signals cannot be watched.
    #[error("signals cannot be watched: {0}; free some file handles, then try again")]
    Signals(io::Error),
    /// The audit log cannot be written, and nothing is signed without it.
    #[error("{}: the audit log cannot be written ({source}); mend the path, for nothing is signed without it", path.display())]
    Audit {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

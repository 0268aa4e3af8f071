#[cfg(unix)]
use countersign_device::LocalError;
use countersign_device::{
    ConfigError, DeviceKeyError, EnterpriseConfigError, HostError, HttpError, IdentityError, InstallError,
    MigrationError, NoHome, RegistrationError, RotationError, StampError, TokenError,
};
use uuid::Uuid;

/// Why an operation ended without its result: one sentence and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Exit code 2; every other one is exit code 1.
    #[error("{0}")]
    Usage(String),
    #[error(
        "{0} is not encrypted: whoever listens could register a key of his own in your place; use https, or \
         --danger-allow-http on a network that is yours alone"
    )]
    Unencrypted(String),
    #[error("interrupted; nothing was written, start again with -o INIT")]
    Interrupted,
    #[error(
        "the provider approved this machine as device {device_id}, but its identity was not written: {source}. \
         Ask an operator to revoke that device, then start again"
    )]
    Unwritten { device_id: Uuid, source: InstallError },
    #[error("cannot start: {0}; free some memory or file handles, then try again")]
    Runtime(std::io::Error),
    #[error("cannot write the result: {0}; check where standard output goes")]
    Output(std::io::Error),
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    #[error("cannot write JSON: {0}; please report it")]
    Json(#[from] serde_json::Error),
    #[cfg(unix)]
    #[error("{}; the lines that begin with ✗ say what to do", wrong(*.0))]
    Wrong(usize),
    #[cfg(unix)]
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error(transparent)]
    NoHome(#[from] NoHome),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Enterprise(#[from] EnterpriseConfigError),
    #[error(transparent)]
    Install(#[from] InstallError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error(transparent)]
    Rotation(#[from] RotationError),
    #[error(
        "{0}. A key rotation is not finished: run -o ROTATE_KEY first, the provider may have taken the new key already"
    )]
    Unfinished(TokenError),
    #[error(transparent)]
    Stamp(#[from] StampError),
}

#[cfg(unix)]
fn wrong(things: usize) -> String {
    match things {
        1 => "one thing is wrong".to_owned(),
        many => format!("{many} things are wrong"),
    }
}

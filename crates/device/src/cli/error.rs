#[cfg(unix)]
use countersign_device::LocalError;
use countersign_device::{
    ConfigError, EnterpriseConfigError, HostError, HttpError, IdentityError, InstallError, NoHome,
    RegistrationError, StampError, TokenError,
};
use countersign_jose::{PrivateKeyError, SignatureError};
use uuid::Uuid;

/// Why an operation ended without its result: one sentence and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Exit code 2; every other one is exit code 1.
    #[error("{0}")]
    Usage(String),
    #[error("keys in a TPM come in a later version; register with -s default, which keeps the key in a file")]
    Tpm,
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
    #[error("cannot make the key: {0}; try again, or choose another type with -k")]
    Key(#[from] PrivateKeyError),
    #[error("cannot sign: {0}; check private.pem, or register anew with -o INIT --force")]
    Sign(#[from] SignatureError),
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
    Stamp(#[from] StampError),
}

#[cfg(unix)]
fn wrong(things: usize) -> String {
    match things {
        1 => "one thing is wrong".to_owned(),
        many => format!("{many} things are wrong"),
    }
}

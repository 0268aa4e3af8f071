//! The subcommands, which stand beside the operations of the documented tool (`-o …`).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign_device::{Folders, NoHome};

/// What a registered machine does besides.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign for the programs of this machine: the signing service on 127.0.0.1 and a Unix socket
    #[cfg(unix)]
    Serve(Serve),
    /// Sign people in for the programs of this machine: QR and CIBA on 127.0.0.1
    #[cfg(unix)]
    UserAgent(UserAgent),
    /// Show who this machine is and how it stands
    #[cfg(unix)]
    Status(Look),
    /// Look for what is wrong, and say what to do about it
    #[cfg(unix)]
    Doctor(Look),
}

#[cfg(unix)]
const SERVE_EXAMPLES: &str = "\
Examples:
  countersign-device serve --socket /run/countersign-device/sign.sock
  curl -d '{\"deviceId\":\"…\",\"message\":\"…\"}' -H 'Content-Type: application/json' http://127.0.0.1:8000/sign
Who may call stands in signing-service.toml beside device.yml; without it only root and the service's own user may.
Under systemd the sockets come from countersign-device.socket, and --port and --socket are not used.";

#[cfg(unix)]
const USER_AGENT_EXAMPLES: &str = "\
Examples:
  countersign-device user-agent
  countersign-device user-agent --signing-service http://127.0.0.1:8000/sign
With --signing-service this program needs no key of its own, only device.yml.
Who may call stands in user-agent.toml beside device.yml; without it only root and the program's own user may.";

/// Options of `serve`.
#[cfg(unix)]
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) files: Files,
    #[command(flatten)]
    pub(crate) listen: Listen,
}

/// Where the signing service listens.
#[derive(Debug, Clone, Args)]
pub(crate) struct Listen {
    /// Port on 127.0.0.1 of the signing service
    #[arg(long, value_name = "PORT", default_value_t = 8000, help_heading = "Serving")]
    pub(crate) port: u16,

    /// Path of a Unix socket of the signing service
    #[arg(long, value_name = "PATH", help_heading = "Serving")]
    pub(crate) socket: Option<PathBuf>,
}

/// Options of `user-agent`.
#[cfg(unix)]
#[derive(Debug, Args)]
#[command(after_help = USER_AGENT_EXAMPLES)]
pub(crate) struct UserAgent {
    #[command(flatten)]
    pub(crate) files: Files,

    /// Port on 127.0.0.1
    #[arg(long, value_name = "PORT", default_value_t = 8010)]
    pub(crate) port: u16,

    /// Have requests signed at this address instead of by the key
    #[arg(long, value_name = "URL")]
    pub(crate) signing_service: Option<String>,
}

/// Options of `status` and `doctor`.
#[cfg(unix)]
#[derive(Debug, Args)]
pub(crate) struct Look {
    #[command(flatten)]
    pub(crate) files: Files,

    /// Port on 127.0.0.1 where the signing service is looked for
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    pub(crate) port: u16,

    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the files are.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// Folder of device.yml [default: /etc/px-device-identity]
    #[arg(long, visible_alias = "configdir", value_name = "DIR")]
    config_dir: Option<PathBuf>,

    /// Folder of private.pem [default: ~/.local/share/px-device-identity]
    #[arg(long, visible_alias = "keydir", value_name = "DIR")]
    key_dir: Option<PathBuf>,
}

impl Files {
    pub(crate) fn folders(&self) -> Result<Folders, NoHome> {
        Folders::named(self.config_dir.clone(), self.key_dir.clone())
    }
}

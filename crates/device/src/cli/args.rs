use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Parser, ValueEnum};
use countersign_device::{Folders, KeySecurity, NoHome, device_key_type};
use countersign_jose::KeyType;
use countersign_protocol::device::DeviceRole;

use super::command::{Command, Listen};
use super::help;

/// A machine's own identity: it registers with a OnesID provider, signs, and gets its access token.
///
/// INIT makes a key pair, registers its public half and prints a verification code; when an operator of the
/// organisation has approved it, device.yml and the keys are written and the machine can sign in.
#[derive(Debug, Parser)]
#[command(
    name = "countersign-device",
    bin_name = "countersign-device",
    version,
    styles = help::STYLES,
    after_help = help::SHORT_AFTER,
    after_long_help = help::LONG_AFTER,
    max_term_width = 110,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// What to do
    #[arg(
        short,
        long,
        value_enum,
        ignore_case = true,
        value_name = "OPERATION",
        required = true
    )]
    pub(crate) operation: Option<Operation>,

    /// Address of the provider, for example https://idp.example.com
    #[arg(short, long, value_name = "URL", help_heading = "Registering")]
    pub(crate) address: Option<String>,

    /// Domain of the organisation, for example onesid1.com
    #[arg(long, value_name = "DOMAIN", help_heading = "Registering")]
    pub(crate) domain: Option<String>,

    /// Name of the machine for people [default: role and host name]
    #[arg(short, long, value_name = "TITLE", help_heading = "Registering")]
    pub(crate) title: Option<String>,

    /// Where the machine stands [default: Undefined]
    #[arg(short, long, value_name = "PLACE", help_heading = "Registering")]
    pub(crate) location: Option<String>,

    /// PUBLIC, DESKTOP, SERVER, ADMIN_TERMINAL, REGISTRATION_TERMINAL, IOT_GATEWAY, OTHER or SELF [default: DESKTOP]
    #[arg(short, long, value_name = "ROLE", value_parser = role, help_heading = "Registering")]
    pub(crate) role: Option<DeviceRole>,

    /// Where the private key is kept: default (a file) or tpm (a TPM 2.0, in a program built with TPM support)
    #[arg(short, long, value_name = "WHERE", value_parser = key_security, help_heading = "Registering")]
    pub(crate) security: Option<KeySecurity>,

    /// RSA:2048, RSA:3072, ECC:p256, ECC:p384 or ECC:p521 [default: RSA:2048]
    #[arg(short, long, value_name = "TYPE", value_parser = key_type, help_heading = "Registering")]
    pub(crate) keytype: Option<KeyType>,

    /// Replace an identity that is there, once the new registration is approved
    #[arg(
        short, long, value_name = "TRUE|FALSE", help_heading = "Registering", action = ArgAction::Set,
        num_args = 0..=1, default_value = "false", default_missing_value = "true", value_parser = boolean,
        hide_default_value = true,
    )]
    pub(crate) force: bool,

    /// Seconds to wait for the operator's decision
    #[arg(long, value_name = "SECONDS", default_value = "2000", value_parser = seconds, help_heading = "Registering")]
    pub(crate) wait: Duration,

    /// Seconds between two looks at the registration
    #[arg(
        long, value_name = "SECONDS", default_value = "10", value_parser = seconds, help_heading = "Registering",
        hide_short_help = true,
    )]
    pub(crate) poll_interval: Duration,

    /// Answers for INIT_FROM_CONFIG; an option that is typed wins over the file
    #[arg(
        long,
        value_name = "FILE",
        default_value = "/etc/config.json",
        help_heading = "Registering"
    )]
    pub(crate) config_file: PathBuf,

    /// Register over an unencrypted connection: whoever listens can register a key of his own in your place
    #[arg(long, help_heading = "Registering", hide_short_help = true)]
    pub(crate) danger_allow_http: bool,

    /// Say what MIGRATE would do, and do nothing
    #[arg(long, help_heading = "Files")]
    pub(crate) check: bool,

    /// The text to sign
    #[arg(short, long, value_name = "TEXT", help_heading = "Signing")]
    pub(crate) message: Option<String>,

    #[command(flatten)]
    pub(crate) listen: Listen,

    /// Folder of private.pem and public.pem [default: ~/.local/share/px-device-identity]
    #[arg(long, alias = "key-dir", value_name = "DIR", help_heading = "Files")]
    pub(crate) keydir: Option<PathBuf>,

    /// Folder of device.yml [default: /etc/px-device-identity]
    #[arg(long, alias = "config-dir", value_name = "DIR", help_heading = "Files")]
    pub(crate) configdir: Option<PathBuf>,

    /// Answer in JSON, one object a line
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// Say nothing while waiting, and draw no QR code
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Accepted because older scripts pass it; there is nothing more to say
    #[arg(short, long, hide = true, value_name = "TRUE|FALSE", value_parser = boolean,
        action = ArgAction::Set, num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub(crate) debug: bool,
}

/// What to do; typed in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Operation {
    /// Make a key pair and register this machine
    #[value(name = "INIT")]
    Init,
    /// The same, with the answers of an enterprise installation
    #[value(name = "INIT_FROM_CONFIG")]
    InitFromConfig,
    /// Print the public key as a JWK
    #[value(name = "GET_JWK")]
    GetJwk,
    /// Print the public key as a JWK Set
    #[value(name = "GET_JWKS")]
    GetJwks,
    /// Print the signature over --message, base64url without padding
    #[value(name = "SIGN")]
    Sign,
    /// Print a new access token and when it ends, in Unix seconds
    #[value(name = "GET_ACCESS_TOKEN")]
    GetAccessToken,
    /// Make a new key and have the provider take it for the old one; -k and -s choose another type or place
    #[value(name = "ROTATE_KEY")]
    RotateKey,
    /// Bring the files of the tool before this one into today's form; what is replaced is kept beside it
    #[value(name = "MIGRATE")]
    Migrate,
    /// Sign for the programs of this machine, as `countersign-device serve` does
    #[cfg(unix)]
    #[value(name = "SERVE")]
    Serve,
}

impl Args {
    pub(crate) fn folders(&self) -> Result<Folders, NoHome> {
        Folders::named(self.configdir.clone(), self.keydir.clone())
    }
}

fn role(word: &str) -> Result<DeviceRole, String> {
    DeviceRole::parse(word).ok_or_else(|| {
        let words: Vec<String> = DeviceRole::ALL
            .iter()
            .map(|(_, word)| word.to_uppercase())
            .collect();
        format!("write one of {}", words.join(", "))
    })
}

fn key_security(word: &str) -> Result<KeySecurity, &'static str> {
    KeySecurity::parse(word).ok_or("write default or tpm")
}

fn key_type(word: &str) -> Result<KeyType, &'static str> {
    device_key_type(word).ok_or("write one of RSA:2048, RSA:3072, ECC:p256, ECC:p384, ECC:p521")
}

fn boolean(word: &str) -> Result<bool, &'static str> {
    word.to_lowercase().parse().map_err(|_| "write true or false")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or("write a number of seconds, for example 300")
}

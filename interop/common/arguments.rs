//! What a driver takes on its command line; the same for every version.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

/// One call of the published ones-oidc client.
#[derive(Parser)]
#[command(version, disable_help_flag = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) device: DeviceFiles,
    #[command(subcommand)]
    pub(crate) call: Call,
    /// Print this help. There is no short form, because an opaque token may begin with `-h`.
    #[arg(long, action = ArgAction::HelpLong, global = true)]
    help: Option<bool>,
}

/// The identity of the machine, as `countersign-device` leaves it (onesid.md section 2).
#[derive(Args)]
pub(crate) struct DeviceFiles {
    /// device.yml; the issuer is its `host` followed by `/oidc`.
    #[arg(long, value_name = "FILE")]
    pub(crate) device_config: PathBuf,
    /// private.pem; the client reads RSA keys only.
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: PathBuf,
    /// How often discovery is tried again, with a pause of 2 s that doubles (from 0.3.7; older versions never do).
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) discovery_retries: u32,
}

/// The calls that the client offers to a relying party.
#[derive(Subcommand)]
pub(crate) enum Call {
    /// Gets an access token for the machine itself (client_credentials).
    DeviceToken,
    /// Makes a client assertion and prints it without sending it.
    DeviceJwt,
    /// Asks a person to sign in (POST {iss}/backchannel).
    CibaStart(CibaStart),
    /// Polls the token endpoint once.
    CibaStatus {
        /// The auth_req_id of `ciba-start`.
        #[arg(allow_hyphen_values = true)]
        auth_req_id: String,
    },
    /// Makes a QR session (POST {iss}/qr/make).
    QrMake,
    /// Looks at a QR session once (POST {iss}/qr/status), and asks its person when a phone has scanned.
    QrStatus(QrStatus),
    /// Validates an ID token or access token; an opaque one by introspection and identify.
    ValidateToken {
        /// The token; one with a dot in it is taken for a JWT.
        #[arg(allow_hyphen_values = true)]
        token: String,
        /// A scope with which the provider itself may call (from 0.2.6); repeat for more.
        #[arg(long = "permitted-idp-scope", value_name = "SCOPE")]
        permitted_idp_scopes: Vec<String>,
    },
    /// Introspects a token (POST {iss}/token/introspection).
    Introspect {
        /// The token, of any form.
        #[arg(allow_hyphen_values = true)]
        token: String,
    },
    /// Finds the person behind an identifier (POST {iss}/from-identifier).
    FromIdentifier {
        /// A username, for example.
        #[arg(allow_hyphen_values = true)]
        identifier: String,
    },
    /// Lists the known applications (GET {host}/applications/.well-known).
    WellKnown {
        /// Picks the one application with this clientIdentifier and adds its URL.
        #[arg(long, value_name = "ID")]
        client_identifier: Option<String>,
    },
}

/// The parts of the signed authentication request (onesid.md section 6.1).
#[derive(Args)]
pub(crate) struct CibaStart {
    #[command(flatten)]
    pub(crate) hint: Hint,
    /// Scopes, separated by spaces.
    #[arg(long, default_value = "openid")]
    pub(crate) scope: String,
    /// What the person reads on the phone.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) binding_message: String,
    /// The application for which the access token is meant; it is then a JWT.
    #[arg(long, value_name = "URL")]
    pub(crate) resource: Option<String>,
}

/// A look at a QR session, with what the person is asked once a phone has scanned.
#[derive(Args)]
pub(crate) struct QrStatus {
    /// The value that `qr-make` printed; 0.2.1 sends all of it back, later versions its sessionId.
    #[arg(value_name = "SESSION")]
    pub(crate) session: String,
    /// Scopes, separated by spaces.
    #[arg(long, default_value = "openid")]
    pub(crate) scope: String,
    /// What the person reads on the phone.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) binding_message: String,
    /// The application for which the access token is meant; it is then a JWT.
    #[arg(long, value_name = "URL")]
    pub(crate) resource: Option<String>,
}

/// Who is asked: exactly one of the two.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Hint {
    /// A username, such as `user.name@OnesID1`.
    #[arg(long, value_name = "USER", allow_hyphen_values = true)]
    pub(crate) login_hint: Option<String>,
    /// A token that the person's phone obtained.
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) login_hint_token: Option<String>,
}

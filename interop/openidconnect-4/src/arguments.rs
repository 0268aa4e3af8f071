//! What the driver takes on its command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// One call of the published openidconnect 4.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) client: Client,
    #[command(subcommand)]
    pub(crate) call: Call,
}

/// Who calls whom.
#[derive(Args)]
pub(crate) struct Client {
    /// The issuer, without a trailing slash.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: String,
    /// The client id.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,
    /// An RSA key as PKCS#1 PEM, which is what the crate reads.
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: PathBuf,
}

/// The calls. A token may begin with a hyphen.
#[derive(Subcommand)]
pub(crate) enum Call {
    /// Gets an access token for the client itself (client_credentials).
    DeviceToken,
    /// Polls the token endpoint once for the tokens of an authentication request (CIBA Core §10.1).
    CibaStatus {
        /// The auth_req_id.
        #[arg(allow_hyphen_values = true)]
        auth_req_id: String,
    },
    /// Verifies an ID token by the discovered keys, and its `at_hash` when an access token stands beside it.
    ValidateIdToken {
        /// The ID token.
        id_token: String,
        /// The access token that came with it.
        #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
        access_token: Option<String>,
    },
    /// Introspects an access token (RFC 7662).
    Introspect {
        /// The access token.
        #[arg(allow_hyphen_values = true)]
        token: String,
    },
    /// Uses a refresh token once.
    Refresh {
        /// The refresh token.
        #[arg(allow_hyphen_values = true)]
        token: String,
    },
    /// Revokes a refresh token (RFC 7009).
    Revoke {
        /// The refresh token.
        #[arg(allow_hyphen_values = true)]
        token: String,
    },
}

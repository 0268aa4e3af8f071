//! ROTATE_KEY: a new key in place of the old one.

use countersign_device::{DeviceConfig, Http, NewKey, Stamp, USER_AGENT, rotate_key};
use serde::Serialize;

use super::args::Args;
use super::error::CliError;
use super::output;

/// The line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    status: &'static str,
    thumbprint: &'a str,
    key_type: String,
    key_security: &'static str,
}

pub(crate) async fn run(args: &Args) -> Result<(), CliError> {
    let folders = args.folders()?;
    let host = DeviceConfig::read(&folders.device_yml())?.host;
    let http = Http::for_host(&host, USER_AGENT)?;
    let wish = NewKey {
        security: args.security,
        kind: args.keytype,
    };
    let rotated = rotate_key(&http, &folders, wish, Stamp::now).await?;
    if args.json {
        return output::json(&Line {
            status: if rotated.finished_earlier {
                "finished"
            } else {
                "rotated"
            },
            thumbprint: &rotated.thumbprint,
            key_type: rotated.kind.to_string(),
            key_security: rotated.security.as_str(),
        });
    }
    output::line(&format!(
        "{}\nKey fingerprint: {}\nWritten: {}, {}, {}",
        if rotated.finished_earlier {
            "Finished an earlier rotation: the provider had taken the new key already."
        } else {
            "The new key counts from now on, the old one no longer."
        },
        output::strong(&rotated.thumbprint),
        folders.private_pem().display(),
        folders.public_pem().display(),
        folders.device_yml().display(),
    ))
}

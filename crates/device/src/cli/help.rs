use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;
use clap::error::ErrorKind;

use super::argv::TWO_LETTERS;

const HEADER: Style = AnsiColor::Green.on_default().bold();
const LITERAL: Style = AnsiColor::Cyan.on_default().bold();

pub(crate) const STYLES: Styles = Styles::styled()
    .header(HEADER)
    .usage(HEADER)
    .literal(LITERAL)
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default());

pub(crate) const SHORT_AFTER: &str = "\
Example: countersign-device -o INIT -a https://idp.example.com -dn onesid1.com -t web-1 -r SERVER
More examples, files and exit codes: countersign-device --help";

pub(crate) const LONG_AFTER: &str = "\
Examples:
  Register this server; an operator compares code and fingerprint and approves:
    countersign-device -o INIT -a https://idp.example.com -dn onesid1.com \\
      -t web-1 -l Bangkok -r SERVER
  Register without root, with an elliptic-curve key, in folders of your own:
    countersign-device -o INIT -a https://idp.example.com -dn onesid1.com \\
      -k ECC:p256 -cd ./id -kd ./id
  Register with the answers of an enterprise installation:
    countersign-device -o INIT_FROM_CONFIG --config-file /etc/config.json
  Register with a key that never leaves the TPM:
    countersign-device -o INIT -a https://idp.example.com -dn onesid1.com \\
      -s tpm -k ECC:p256
  Replace the key, or finish a replacement that was interrupted:
    countersign-device -o ROTATE_KEY
  Bring the files of px-device-identity into today's form:
    countersign-device -o MIGRATE --check
  Sign the first two parts of a JWT:
    countersign-device -o SIGN -m eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9
  Call the provider with this machine's access token:
    token=$(countersign-device -o GET_ACCESS_TOKEN | jq -r .access_token)
    curl -H \"Authorization: Bearer $token\" https://idp.example.com/oidc/identify
  Show how this machine stands, and what is wrong with it:
    countersign-device status
    countersign-device doctor
  Sign for the programs of this machine, which never see the key:
    countersign-device serve --socket /run/countersign-device/sign.sock

Files:
  /etc/px-device-identity/device.yml              who this machine is; no secrets (-cd DIR)
  ~/.local/share/px-device-identity/private.pem   the private key, mode 0600 (-kd DIR)
  ~/.local/share/px-device-identity/public.pem    the public key
  /etc/px-device-identity/signing-service.toml    who may have signatures of `serve`
  /etc/px-device-identity/user-agent.toml         who may have people signed in by `user-agent`
  /etc/config.json                                answers for INIT_FROM_CONFIG (--config-file FILE)
  INIT writes them only when the registration is approved; until then the key is in memory only.

Environment:
  COUNTERSIGN_TPM_TCTI     where the TPM is, else TPM2TOOLS_TCTI, else device:/dev/tpmrm0
  TSS2_LOG                 what the TPM software itself says; all+NONE for nothing
  SSL_CERT_FILE            certificate authorities to trust instead of the system's
  HTTPS_PROXY, NO_PROXY    proxies, as usual; never used for this machine itself
  NO_COLOR                 no colours, also on a terminal

Exit codes:
  0  done
  1  refused or failed; standard error says why and what to do
  2  wrong usage";

/// Prints what clap has to say, with the two-letter options written as they are typed. Exit code 0 for help and
/// version, 2 for wrong usage.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    let text = as_typed(&error.render().ansi().to_string());
    let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // There is nobody left to tell when the text cannot be written.
    if shown {
        let _ = write!(anstream::stdout(), "{text}");
        ExitCode::SUCCESS
    } else {
        let _ = write!(anstream::stderr(), "{text}");
        ExitCode::from(2)
    }
}

/// clap indents a long option without a short one by six columns: just enough for ` -dn, `.
fn as_typed(text: &str) -> String {
    let (on, off) = (LITERAL.render(), LITERAL.render_reset());
    TWO_LETTERS.iter().fold(text.to_owned(), |text, (short, long)| {
        text.replace(
            &format!("      {on}{long}{off}"),
            &format!(" {on}{short}{off}, {on}{long}{off}"),
        )
    })
}

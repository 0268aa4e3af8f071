//! The checks, from the files outwards. One that cannot be made for want of an earlier one is left out.

use std::path::Path;

use countersign_client::{Clock, DeviceConfig, Http, KeySecurity};
use countersign_jose::public_pem;

use super::clock::in_words;
use super::finding::Findings;
use super::service::{self, SigningServiceState};
use super::{files, provider};
use crate::USER_AGENT;
use crate::folders::Folders;
use crate::identity::Identity;
use crate::signing_service::{SETTINGS_FILE, Settings};
use crate::stamp::Stamp;
use crate::token::fetch_access_token;

/// Beyond this the provider refuses what the machine signs, in seconds (onesid.md §4).
const CLOCK_WRONG: u64 = 60;
/// Beyond this the clock should be set before it gets worse, in seconds.
const CLOCK_DRIFTS: u64 = 10;
/// Where Linux offers a TPM 2.0 through its resource manager.
const TPM: &str = "/dev/tpmrm0";

/// Looks at everything. `port` is that of the signing service.
pub async fn examine(folders: &Folders, port: u16, clock: &dyn Clock) -> Findings {
    let mut findings = Findings::default();
    let config = match DeviceConfig::read(&folders.device_yml()) {
        Ok(config) => config,
        Err(error) => {
            findings.fail("device.yml", error.to_string());
            return findings;
        }
    };
    let in_file = config.key_security == KeySecurity::Default;
    files::examine(&mut findings, folders, in_file);
    tpm(&mut findings, in_file);
    let identity = match Identity::load(folders) {
        Ok(identity) => {
            findings.ok(
                "key",
                format!(
                    "{}, fingerprint {}",
                    config.key_type,
                    identity.public_jwk().thumbprint()
                ),
            );
            Some(identity)
        }
        Err(error) => {
            findings.fail("key", error.to_string());
            None
        }
    };
    if let Some(identity) = &identity {
        public_key(&mut findings, folders, identity);
    }
    at_the_provider(&mut findings, &config, identity.as_ref(), clock).await;
    settings(&mut findings, &folders.config.join(SETTINGS_FILE));
    signing_service(&mut findings, &config, port).await;
    findings
}

fn tpm(findings: &mut Findings, in_file: bool) {
    if in_file {
        let message = "the key is in a file; -s tpm at the registration keeps it in a TPM";
        return findings.skip("tpm", message);
    }
    match std::fs::OpenOptions::new().read(true).write(true).open(TPM) {
        Ok(_) => findings.ok("tpm", format!("{TPM} can be used")),
        Err(error) => findings.fail(
            "tpm",
            format!("{TPM}: {error}; switch the TPM on in the firmware, or add this user to the group tss"),
        ),
    }
}

/// `public.pem` is what other programs read; it must be the half of the key that signs.
fn public_key(findings: &mut Findings, folders: &Folders, identity: &Identity) {
    let path = folders.public_pem();
    let shown = path.display();
    match std::fs::read_to_string(&path) {
        Ok(text) if text == public_pem(identity.public_key()) => {
            findings.ok("public.pem", format!("{shown} belongs to the key"));
        }
        Ok(_) => findings.warn(
            "public.pem",
            format!("{shown} is not the public half of the key; nothing of ours reads it, write it anew from -o GET_JWK"),
        ),
        Err(error) => findings.warn("public.pem", format!("{shown}: {error}; nothing of ours reads it")),
    }
}

async fn at_the_provider(
    findings: &mut Findings,
    config: &DeviceConfig,
    identity: Option<&Identity>,
    clock: &dyn Clock,
) {
    let host = &config.host;
    if host.is_encrypted() {
        findings.ok("tls", format!("{host} is spoken to over TLS"));
    } else if host.is_loopback() {
        findings.skip("tls", format!("{host} is this machine itself"));
    } else {
        let message = format!(
            "{host} is not encrypted: tokens can be read on their way; register anew with an https address"
        );
        findings.fail("tls", message);
    }
    let seen = match Http::for_host(host, USER_AGENT) {
        Ok(http) => provider::look(&http, host, clock).await.map(|seen| (http, seen)),
        Err(error) => Err(error),
    };
    let (http, seen) = match seen {
        Ok(seen) => seen,
        Err(error) => return findings.fail("provider", error.to_string()),
    };
    if seen.is_issuer {
        findings.ok("provider", format!("{} answers", host.issuer()));
    } else {
        let message = format!(
            "{host} says that it is another issuer than {}; ask its operator",
            host.issuer()
        );
        findings.fail("provider", message);
    }
    match seen.skew {
        None => findings.skip("clock", "the provider does not say what time it has"),
        Some(skew) => clock_is(findings, skew.seconds_ahead()),
    }
    if let Some(identity) = identity {
        registered(findings, &http, identity).await;
    }
}

fn clock_is(findings: &mut Findings, ahead: i64) {
    let words = in_words(ahead);
    match ahead.unsigned_abs() {
        0..CLOCK_DRIFTS => findings.ok("clock", words),
        CLOCK_DRIFTS..CLOCK_WRONG => {
            findings.warn("clock", format!("{words}; switch on time synchronisation"));
        }
        _ => findings.fail(
            "clock",
            format!("{words}, so it refuses what this machine signs; set the clock"),
        ),
    }
}

/// A token is proof that the provider has the public half of this very key registered.
async fn registered(findings: &mut Findings, http: &Http, identity: &Identity) {
    let token = match Stamp::now() {
        Ok(stamp) => fetch_access_token(http, identity, stamp)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match token {
        Ok(_) => findings.ok("registration", "the provider accepts this machine with this key"),
        Err(problem) => findings.fail("registration", problem),
    }
}

fn settings(findings: &mut Findings, path: &Path) {
    match Settings::read(path) {
        Ok(settings) => {
            let warnings = settings.warnings();
            if warnings.is_empty() {
                findings.ok("callers", settings.callers_in_words());
            }
            for warning in warnings {
                findings.warn("callers", warning);
            }
        }
        Err(error) => findings.fail("callers", error.to_string()),
    }
}

async fn signing_service(findings: &mut Findings, config: &DeviceConfig, port: u16) {
    const CHECK: &str = "service";
    match service::look(port).await {
        SigningServiceState::Running(health) if health.device_id != config.id.to_string() => findings.fail(
            CHECK,
            format!("the signing service on port {port} signs for another device, {}; restart it", health.device_id),
        ),
        SigningServiceState::Running(health) if health.registered_caller => {
            findings.ok(CHECK, format!("the signing service answers on port {port}"));
        }
        SigningServiceState::Running(_) => findings.warn(
            CHECK,
            format!("the signing service answers on port {port}, and this user is none of its callers"),
        ),
        SigningServiceState::NotRunning => findings.skip(
            CHECK,
            format!("no signing service on port {port}; start `countersign-device serve` if programs here need one"),
        ),
        SigningServiceState::Other(problem) => findings.fail(
            CHECK,
            format!("something else listens on port {port} ({problem}); programs that want a signature reach it; stop it, or serve with --port"),
        ),
    }
}

//! INIT and INIT_FROM_CONFIG: a key, a registration, an operator's decision, three files.

use countersign_device::{
    Approved, CONFIG_VERSION, DeviceConfig, DeviceKey, EnterpriseConfig, Host, Http, Install, KeySecurity,
    Patience, PendingRegistration, PublicJwks, RegistrationError, System, USER_AGENT, public_jwk, register,
};
use countersign_jose::KeyType;
use countersign_protocol::device::{DeviceRole, RegistrationRequest};
use serde::Serialize;
use uuid::Uuid;

use super::args::{Args, Operation};
use super::error::CliError;
use super::output::{self, Progress};

/// What is to be registered, after options, enterprise file and defaults were put together.
struct Wish {
    host: Host,
    domain: String,
    title: String,
    location: String,
    role: DeviceRole,
    key_security: KeySecurity,
    key_type: KeyType,
    system: System,
}

/// A line of `--json`, spelt like the operator's `countersign device list --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    status: &'static str,
    verification_code: &'a str,
    thumbprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

pub(crate) async fn run(args: &Args) -> Result<(), CliError> {
    let initiated_on = jiff::Zoned::now().datetime();
    let wish = wish(args)?;
    let folders = args.folders()?;
    let install = Install::prepare(&folders, args.force)?;
    let key = DeviceKey::make(wish.key_security, wish.key_type)?;
    let http = Http::for_host(&wish.host, USER_AGENT)?;
    let thumbprint = key.public().jwk().thumbprint();

    let pending =
        interruptible(async { Ok(register(&http, &wish.host, &wish.request(&key)?).await?) }).await?;
    show_pending(args, &wish, &pending, &thumbprint)?;
    let decided = interruptible(decision(args, &pending)).await;
    if let (true, Err(CliError::Registration(RegistrationError::Rejected(reason)))) = (args.json, &decided) {
        output::json(&Line {
            reason: reason.as_deref(),
            ..line("rejected", &pending, &thumbprint)
        })?;
    }
    let approved = decided?;

    let config = wish.config(approved, initiated_on);
    install
        .commit(&config, &key)
        .map_err(|source| CliError::Unwritten {
            device_id: approved.device_id,
            source,
        })?;
    if args.json {
        return output::json(&Line {
            device_id: Some(approved.device_id),
            client_id: Some(approved.client_id),
            ..line("approved", &pending, &thumbprint)
        });
    }
    output::line(&format!(
        "Approved: this machine is device {} with client id {}.\nWritten: {}, {}, {}",
        approved.device_id,
        approved.client_id,
        folders.device_yml().display(),
        folders.private_pem().display(),
        folders.public_pem().display(),
    ))
}

/// Options first, then the enterprise file, then the defaults.
fn wish(args: &Args) -> Result<Wish, CliError> {
    let file = match args.operation {
        Some(Operation::InitFromConfig) => EnterpriseConfig::read(&args.config_file)?,
        _ => EnterpriseConfig::default(),
    };
    let host = match &args.address {
        Some(address) => address.parse()?,
        None => file
            .host
            .ok_or_else(|| missing(args, "the provider's address", "-a URL", "host"))?,
    };
    refuse_unencrypted(&host, args.danger_allow_http)?;
    let domain = args
        .domain
        .clone()
        .or(file.domain)
        .ok_or_else(|| missing(args, "the organisation's domain", "-dn DOMAIN", "domain"))?;
    let role = args.role.or(file.role).unwrap_or(DeviceRole::Desktop);
    let system = System::of_this_machine();
    let title = args.title.clone().or(file.title);
    Ok(Wish {
        host,
        domain,
        title: title.unwrap_or_else(|| default_title(role, &system)),
        location: args
            .location
            .clone()
            .or(file.location)
            .unwrap_or_else(|| "Undefined".to_owned()),
        role,
        key_security: args
            .security
            .or(file.key_security)
            .unwrap_or(KeySecurity::Default),
        key_type: args.keytype.or(file.key_type).unwrap_or(KeyType::Rsa2048),
        system,
    })
}

fn missing(args: &Args, what: &str, option: &str, key: &str) -> CliError {
    CliError::Usage(match args.operation {
        Some(Operation::InitFromConfig) => {
            format!(
                "{} does not have {what}: add `{key}` to it, or {option}",
                args.config_file.display()
            )
        }
        _ => format!("INIT needs {what}: add {option}"),
    })
}

/// Whoever can change the registration on its way can put in a key of his own; the fingerprint would tell, if it is
/// compared. TLS does not depend on a person's care.
fn refuse_unencrypted(host: &Host, allowed: bool) -> Result<(), CliError> {
    if host.is_encrypted() || host.is_loopback() || allowed {
        return Ok(());
    }
    Err(CliError::Unencrypted(host.to_string()))
}

fn default_title(role: DeviceRole, system: &System) -> String {
    let role = role.as_str().to_uppercase();
    if system.hostname.is_empty() {
        role
    } else {
        format!("{role}-{}", system.hostname)
    }
}

impl Wish {
    fn request(&self, key: &DeviceKey) -> Result<RegistrationRequest, CliError> {
        Ok(RegistrationRequest {
            public_key: serde_json::to_value(PublicJwks::from(public_jwk(key.public())))?,
            title: self.title.clone(),
            location: self.location.clone(),
            domain: self.domain.clone(),
            role: self.role.as_str().to_owned(),
            operating_system: self.system.name.clone(),
            operating_system_release: self.system.release.clone(),
            system_architecture: self.system.architecture.clone(),
            system_memory: self.system.memory,
        })
    }

    fn config(self, approved: Approved, initiated_on: jiff::civil::DateTime) -> DeviceConfig {
        DeviceConfig {
            client_id: approved.client_id,
            id: approved.device_id,
            host: self.host,
            domain: self.domain,
            initiated_on,
            // A machine without an organisation cannot be registered, so there is no other.
            is_managed: true,
            key_security: self.key_security,
            key_type: self.key_type,
            location: self.location,
            role: self.role,
            title: self.title,
            config_version: Some(CONFIG_VERSION.to_owned()),
        }
    }
}

fn line<'a>(status: &'static str, pending: &'a PendingRegistration, thumbprint: &'a str) -> Line<'a> {
    let verification_code = pending.verification_code();
    Line {
        status,
        verification_code,
        thumbprint,
        device_id: None,
        client_id: None,
        reason: None,
    }
}

fn show_pending(
    args: &Args,
    wish: &Wish,
    pending: &PendingRegistration,
    thumbprint: &str,
) -> Result<(), CliError> {
    if args.json {
        return output::json(&line("pending", pending, thumbprint));
    }
    let code = pending.verification_code();
    output::line(&format!("Verification code: {}", output::strong(code)))?;
    output::line(&format!("Key fingerprint:   {}", output::strong(thumbprint)))?;
    if let (false, Some(drawn)) = (args.quiet, output::qr_for_terminal(code)) {
        output::line(&drawn)?;
    }
    output::line(&format!(
        "An operator of {} must see the same code and the same fingerprint, and only then approve this machine.",
        wish.domain
    ))
}

async fn decision(args: &Args, pending: &PendingRegistration) -> Result<Approved, CliError> {
    let progress = Progress::start(args.quiet, args.wait);
    let patience = Patience {
        wait: args.wait,
        interval: args.poll_interval,
    };
    let decided = pending.wait(patience, |poll| progress.poll(&poll)).await;
    progress.end();
    Ok(decided?)
}

/// Gives up when the person or the system says so (SIGINT, SIGTERM).
async fn interruptible<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::select! {
        done = work => done,
        () = interruption() => Err(CliError::Interrupted),
    }
}

#[cfg(unix)]
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        Ok(()) = tokio::signal::ctrl_c() => {}
        else => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn interruption() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

//! The configuration in force: what was read, checked as a whole, in the shapes that the other crates take.

mod kind;
mod read;
pub(crate) mod reference;
pub(crate) mod settings;

pub(crate) use kind::{LogFormat, seconds_text};
pub(crate) use settings::Settings;

use crate::failure::Failed;
use countersign_core::policy::{Lifetimes, PacePolicy, Policy, PushPolicy, QrPolicy, X1280Policy};
use countersign_core::provider::Host;
use countersign_http::{Limits, TrustedProxies};
use std::path::{Path, PathBuf};
use url::Url;

/// The configuration in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The file that it was read from.
    pub(crate) file: PathBuf,
    /// The base URL of the provider.
    pub(crate) host: Host,
    /// The settings; paths are absolute, or relative to where the command was started.
    pub(crate) settings: Settings,
}

/// The files of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    /// The certificate and its chain.
    pub(crate) certificate: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
}

impl Config {
    /// Reads a file and the environment.
    pub(crate) fn load(file: &Path) -> Result<Self, Failed> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failed::new(format!(
                "{}: the configuration cannot be read ({error}); check the path and its permissions",
                file.display()
            ))
        })?;
        Self::check(file, read::read(file, &text)?)
    }

    fn check(file: &Path, mut settings: Settings) -> Result<Self, Failed> {
        let wrong = |key: &str, text: &str| Failed::new(format!("{}: {text}", read::place(file, key)));
        let public_url = settings.public_url.as_deref().ok_or_else(|| {
            let text = "public_url is missing; set it to the address of this provider, such as \"https://id.example.org\"";
            wrong("public_url", text)
        })?;
        let host = host(public_url, settings.danger_allow_http).map_err(|text| wrong("public_url", &text))?;
        if settings.tls.certificate.is_some() != settings.tls.key.is_some() {
            let text = "tls.certificate and tls.key belong together; set both or none";
            return Err(wrong("tls.certificate", text));
        }
        if settings.limits.first_pause.get() > settings.limits.longest_pause.get() {
            let text = "limits.first_pause is longer than limits.longest_pause; make it shorter";
            return Err(wrong("limits.first_pause", text));
        }
        let contact = settings.push_contact.as_deref();
        if !contact.is_none_or(|contact| contact.starts_with("mailto:") || contact.starts_with("https://")) {
            return Err(wrong(
                "push_contact",
                "push_contact must be a mailto: or https: URL (RFC 8292), such as \"mailto:operations@example.org\"",
            ));
        }
        let directory = file.parent().unwrap_or(Path::new(""));
        let paths = [
            &mut settings.sealing_key_file,
            &mut settings.tls.certificate,
            &mut settings.tls.key,
        ];
        for path in paths.into_iter().flatten() {
            *path = directory.join(&*path);
        }
        Ok(Self {
            file: file.to_owned(),
            host,
            settings,
        })
    }

    /// The policy of the core.
    pub(crate) fn policy(&self) -> Policy {
        let Settings { lifetime, limits, .. } = &self.settings;
        Policy {
            lifetime: Lifetimes {
                device_access_token: lifetime.device_access_token.get(),
                access_token: lifetime.access_token.get(),
                id_token: lifetime.id_token.get(),
                refresh_token: lifetime.refresh_token.get(),
                grant: lifetime.grant.get(),
                refresh_grace: lifetime.refresh_grace.get(),
                ciba_request: lifetime.ciba_request.get(),
                consent_request: lifetime.consent_request.get(),
                consent_values: lifetime.consent_values.get(),
                device_registration: lifetime.device_registration.get(),
                invitation: lifetime.invitation.get(),
                login_hint_token: lifetime.login_hint_token.get(),
                client_assertion: lifetime.client_assertion.get(),
                tombstone: lifetime.tombstone.get(),
            },
            pace: PacePolicy {
                requests_per_minute: limits.requests_per_minute.get(),
                first_pause: limits.first_pause.get(),
                longest_pause: limits.longest_pause.get(),
                unanswered_per_hour: limits.unanswered_per_hour.get(),
                danger_unlimited: self.settings.danger_unlimited_requests,
            },
            qr: QrPolicy {
                danger_unlimited: self.settings.danger_unlimited_requests,
                ..QrPolicy::default()
            },
            x1280: X1280Policy {
                session: lifetime.x1280_session.get(),
                challenge: lifetime.x1280_challenge.get(),
                danger_enroll_without_proof: self.settings.danger_enroll_without_proof,
            },
            push: PushPolicy {
                contact: self.settings.push_contact.clone(),
                danger_private_addresses: self.settings.danger_push_to_private_addresses,
            },
            verification_floor: self.settings.verification_floor,
            clock_tolerance: self.settings.clock_tolerance.get(),
            strict_replay: self.settings.strict_replay,
        }
    }

    /// The limits of the HTTP side.
    pub(crate) fn http_limits(&self) -> Limits {
        let limits = &self.settings.limits;
        Limits {
            registration: limits.registration.into(),
            registration_status: limits.registration_status.into(),
            enrolment: limits.enrolment.into(),
            credential_enrolment: limits.credential_enrolment.into(),
            initiation: limits.initiation.into(),
            failed_authentication: limits.failed_authentication.into(),
            polls_per_request: limits.polls_per_request.into(),
            requests_per_client: limits.requests_per_client.into(),
            streams_per_phone: limits.streams_per_phone.get(),
            body_timeout: limits.body_timeout.get(),
            danger_unlimited: self.settings.danger_unlimited_requests,
            ..Limits::default()
        }
    }

    /// The proxies that are believed.
    pub(crate) fn trusted_proxies(&self) -> TrustedProxies {
        TrustedProxies(self.settings.trusted_proxies.clone())
    }

    /// The files of TLS, when it is served here.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let tls = &self.settings.tls;
        Some(TlsFiles {
            certificate: tls.certificate.clone()?,
            key: tls.key.clone()?,
        })
    }

    /// What an operator should know at every start.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.settings.danger_unlimited_requests {
            warnings.push(
                "danger_unlimited_requests is on: nothing limits requests, people can be bombed with them"
                    .to_owned(),
            );
        }
        if self.settings.danger_allow_http && !is_safe(self.host.as_str()) {
            warnings.push(
                "danger_allow_http is on: tokens cross the network in the clear, everybody on the way can use them"
                    .to_owned(),
            );
        }
        if self.settings.danger_push_to_private_addresses {
            warnings.push(
                "danger_push_to_private_addresses is on: a phone can make this server call into its own network"
                    .to_owned(),
            );
        }
        if self.settings.danger_enroll_without_proof {
            warnings.push(
                "danger_enroll_without_proof is on: whoever sees a credential can bind it to a phone that is not theirs"
                    .to_owned(),
            );
        }
        if self.tls().is_some() && self.host.as_str().starts_with("http:") {
            warnings.push(
                "TLS is served, but public_url begins with http: clients will not find this server"
                    .to_owned(),
            );
        }
        warnings
    }
}

/// Reads a base URL. Without TLS it must be on this machine, or danger must have been asked for.
pub(crate) fn host(public_url: &str, danger_allow_http: bool) -> Result<Host, String> {
    let host = Host::parse(public_url).ok_or_else(|| {
        format!(
            "public_url \"{public_url}\" must be scheme and host only, such as \"https://id.example.org\""
        )
    })?;
    if danger_allow_http || is_safe(host.as_str()) {
        return Ok(host);
    }
    Err(format!(
        "public_url \"{public_url}\" is not encrypted and not on this machine; use https, or danger_allow_http on a \
         network that is yours alone"
    ))
}

/// Whether tokens can go to this URL: encrypted, or without leaving the machine.
fn is_safe(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" || is_loopback(&url))
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

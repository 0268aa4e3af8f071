use countersign_client::{Clock, Http};
use serde::Serialize;
use uuid::Uuid;

use super::clock;
use super::provider;
use super::service::{self, SigningServiceState};
use crate::USER_AGENT;
use crate::identity::Identity;
use crate::stamp::Stamp;
use crate::token::fetch_access_token;

/// Who this machine is and how it stands, for people and for programs. No token is in it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// `id` of `device.yml`.
    pub device_id: Uuid,
    /// `client_id` of `device.yml`.
    pub client_id: Uuid,
    /// The machine's name for people.
    pub title: String,
    /// What it is for.
    pub role: &'static str,
    /// The organisation's domain.
    pub domain: String,
    /// Where it stands.
    pub location: String,
    /// The key.
    pub key: KeyStatus,
    /// The provider.
    pub provider: ProviderStatus,
    /// The signing service of this machine.
    pub signing_service: SigningServiceStatus,
}

/// The key of a machine.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyStatus {
    /// For example `RSA:2048`.
    pub key_type: String,
    /// `default` (a file) or `tpm`.
    pub key_security: &'static str,
    /// RFC 7638 thumbprint, as the operator sees it.
    pub thumbprint: String,
}

/// How the provider stands, seen from here.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderStatus {
    /// `{host}/oidc`.
    pub issuer: String,
    /// Whether it answers as this issuer.
    pub reachable: bool,
    /// Seconds that this machine's clock is ahead of the provider's, negative when behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_ahead: Option<i64>,
    /// Whether it gives this machine an access token.
    pub accepts_this_machine: bool,
    /// When a token that is issued now ends, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<i64>,
    /// Why not, when it is not reachable or does not accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How the signing service stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningServiceStatus {
    /// Where it was looked for.
    pub url: String,
    /// Whether it runs there, for this machine.
    pub running: bool,
    /// Whether this user may have signatures of it.
    pub registered_caller: bool,
}

impl Status {
    /// Looks at everything once. `port` is that of the signing service.
    pub async fn of(identity: &Identity, port: u16, time: &dyn Clock) -> Self {
        let config = identity.config();
        Self {
            device_id: config.id,
            client_id: config.client_id,
            title: config.title.clone(),
            role: config.role.as_str(),
            domain: config.domain.clone(),
            location: config.location.clone(),
            key: KeyStatus {
                key_type: config.key_type.to_string(),
                key_security: config.key_security.as_str(),
                thumbprint: identity.public_jwk().thumbprint(),
            },
            provider: ProviderStatus::of(identity, time).await,
            signing_service: SigningServiceStatus::of(port, config.id).await,
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            key,
            provider,
            signing_service,
            ..
        } = self;
        let held = match key.key_security {
            "tpm" => "in the TPM",
            _ => "in a file",
        };
        let lines = [
            (
                "Machine",
                format!(
                    "{} ({}) of {}, {}",
                    self.title, self.role, self.domain, self.location
                ),
            ),
            ("Device id", self.device_id.to_string()),
            ("Client id", self.client_id.to_string()),
            ("Key", format!("{} {held}", key.key_type)),
            ("Fingerprint", key.thumbprint.clone()),
            ("Provider", provider.text()),
            (
                "Clock",
                provider
                    .clock_ahead
                    .map_or_else(|| "not compared".to_owned(), clock::in_words),
            ),
            ("Signing", signing_service.text()),
        ];
        lines
            .map(|(name, value)| format!("{name:<12} {value}"))
            .join("\n")
    }
}

impl ProviderStatus {
    async fn of(identity: &Identity, time: &dyn Clock) -> Self {
        let host = &identity.config().host;
        let mut status = Self {
            issuer: host.issuer(),
            reachable: false,
            clock_ahead: None,
            accepts_this_machine: false,
            token_expires_at: None,
            problem: None,
        };
        if let Err(problem) = status.look(identity, time).await {
            status.problem = Some(problem);
        }
        status
    }

    async fn look(&mut self, identity: &Identity, time: &dyn Clock) -> Result<(), String> {
        let host = &identity.config().host;
        let http = Http::for_host(host, USER_AGENT).map_err(|error| error.to_string())?;
        let seen = provider::look(&http, host, time)
            .await
            .map_err(|error| error.to_string())?;
        self.clock_ahead = seen.skew.map(clock::Skew::seconds_ahead);
        self.reachable = seen.is_issuer;
        let stamp = Stamp::now().map_err(|error| error.to_string())?;
        let token = fetch_access_token(&http, identity, stamp)
            .await
            .map_err(|error| error.to_string())?;
        self.accepts_this_machine = true;
        self.token_expires_at = Some(token.expires_at());
        Ok(())
    }

    fn text(&self) -> String {
        match (&self.problem, self.accepts_this_machine) {
            (None, true) => format!("{} accepts this machine", self.issuer),
            (None, false) => format!("{} does not accept this machine", self.issuer),
            (Some(problem), _) => format!("{}: {problem}", self.issuer),
        }
    }
}

impl SigningServiceStatus {
    async fn of(port: u16, device_id: Uuid) -> Self {
        let mut status = Self {
            url: format!("http://127.0.0.1:{port}"),
            running: false,
            registered_caller: false,
        };
        if let SigningServiceState::Running(health) = service::look(port).await
            && health.device_id == device_id.to_string()
        {
            status.running = true;
            status.registered_caller = health.registered_caller;
        }
        status
    }

    fn text(&self) -> String {
        match (self.running, self.registered_caller) {
            (true, true) => format!("service on {}; this user is a registered caller", self.url),
            (true, false) => format!("service on {}; this user is not a registered caller", self.url),
            (false, _) => format!("no service on {}", self.url),
        }
    }
}

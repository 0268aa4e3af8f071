//! Our side: an initialised data directory with people, phones, services and a device, and the release server on it.

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::cores::Cores;
use super::device::{Device, HOSTNAME};
use super::phone::Phone;
use super::process::Process;
use super::sign::Cast;
use super::subject::{Approver, Side, Start, Subject, free_address};

/// The limits against push bombing and overload would end the benchmark in its first second.
const UNLIMITED: &str = "danger_unlimited_requests = true\n";

/// The server program and the directory that it serves.
pub(crate) struct Ours {
    server: PathBuf,
    scratch: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    phones: Arc<Vec<Phone>>,
    device: Option<Arc<Device>>,
}

impl Ours {
    /// Initialises a directory with the documented commands, registers the cast, enrols a phone for each person, and
    /// lets the device in.
    ///
    /// # Errors
    /// A command fails.
    pub(crate) async fn seed(
        server: &Path,
        scratch: &Path,
        cast: &Cast,
        cores: &Cores,
    ) -> Result<Self, String> {
        eprintln!("==> initialising a directory");
        let address = free_address()?;
        let (data, host) = (scratch.join("data"), format!("http://{address}"));
        let mut ours = Self {
            server: server.to_owned(),
            scratch: scratch.to_owned(),
            data,
            address,
            phones: Arc::new(Vec::new()),
            device: None,
        };
        ours.operator(&[
            "init",
            "--public-url",
            &host,
            "--domain",
            "bench.example",
            "--alias",
            "Bench",
        ])?;
        ours.lift_limits()?;
        for service in cast.services.iter().chain([&cast.machine]) {
            ours.add_client(service.metadata())?;
        }
        let (mut people, mut invitations) = (Vec::new(), Vec::new());
        for person in &cast.people {
            people.push(text(&ours.operator(&["user", "add", person])?, "id")?);
            invitations.push(ours.invite(person)?);
        }
        let (subject, _) = ours.start(cores).await?;
        let mut phones = Vec::new();
        for invitation in &invitations {
            phones.push(Phone::enrol(address, &host, invitation).await?);
        }
        let device = ours.let_device_in(people).await?;
        drop(subject);
        ours.phones = Arc::new(phones);
        ours.device = Some(Arc::new(device));
        Ok(ours)
    }

    /// Starts the server; gives it with the time until it was ready.
    ///
    /// # Errors
    /// It does not become ready.
    pub(crate) async fn start(&self, cores: &Cores) -> Result<(Subject, Duration), String> {
        let start = Start {
            side: Side::Ours,
            address: self.address,
            ready: "/readyz",
            discovery: "/oidc/.well-known/openid-configuration",
            approver: Approver::Phones(Arc::clone(&self.phones)),
            device: self.device.clone(),
        };
        let mut serve = self.command(&["serve", "--listen", &self.address.to_string()]);
        start
            .go(|| Process::start(&mut serve, &self.scratch.join("ours.log"), cores))
            .await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.server);
        command.args(arguments).arg("--data").arg(&self.data);
        command
    }

    fn operator(&self, arguments: &[&str]) -> Result<Value, String> {
        let what = arguments.join(" ");
        let output = self.command(arguments).arg("--json").output();
        let output = output.map_err(|error| format!("{}: {error}", self.server.display()))?;
        if !output.status.success() {
            return Err(format!(
                "countersign {what}: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("countersign {what}: no JSON: {error}"))
    }

    fn invite(&self, person: &str) -> Result<String, String> {
        text(&self.operator(&["user", "invite", person])?, "invitation")
    }

    /// The device needs an application: without one it may show codes, but not ask for consent.
    async fn let_device_in(&self, people: Vec<String>) -> Result<Device, String> {
        let approve = |code: &str| self.operator(&["device", "approve", code]).map(drop);
        let device = Device::register(self.address, people, approve).await?;
        let client = device.service.id.as_str();
        let application = [
            "app",
            "add",
            "Benchmark",
            "--hostname",
            HOSTNAME,
            "--client",
            client,
        ];
        self.operator(&application)?;
        Ok(device)
    }

    /// Devices speak RS256 in the profile `onesid`; the machine with the P-256 key is a standard client.
    fn add_client(&self, mut metadata: Value) -> Result<(), String> {
        let rsa = metadata.get("token_endpoint_auth_signing_alg") == Some(&json!("RS256"));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert(
                "profile".to_owned(),
                json!(if rsa { "onesid" } else { "standard" }),
            );
        }
        let file = self.scratch.join("client.json");
        std::fs::write(&file, metadata.to_string())
            .map_err(|error| format!("{}: {error}", file.display()))?;
        self.operator(&["client", "add", "--metadata", &file.to_string_lossy()])
            .map(drop)
    }

    /// The key stands before the tables of the file that `init` wrote.
    fn lift_limits(&self) -> Result<(), String> {
        let file = self.data.join("countersign.toml");
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, format!("{UNLIMITED}{before}"))
            .map_err(|error| format!("{}: {error}", file.display()))
    }
}

fn text(answer: &Value, member: &str) -> Result<String, String> {
    let text = answer.get(member).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("a command of the operator gave no {member}"))
}

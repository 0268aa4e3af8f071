//! Our side: an initialised data directory with people, phones, services and a device, and the release server on it.

use countersign_jose::KeyType;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::client::{self, Client};
use super::cores::Cores;
use super::device::{Device, HOSTNAME};
use super::mutual::{Issued, Mutual, PEOPLE, SCOPES, SERVICES};
use super::phone::Phone;
use super::process::Process;
use super::sign::{CLIENT, Cast, Service, parallel};
use super::subject::{Approver, Side, Start, Subject, free_address};

/// What the benchmark sets, for the server and for the commands of its operator.
const SETTINGS: [(&str, &str); 3] = [
    // The limits against push bombing and overload would end the benchmark in its first second.
    ("COUNTERSIGN_DANGER_UNLIMITED_REQUESTS", "true"),
    // Sessions outlive the time in which thousands of browsers connect, and so many may.
    ("COUNTERSIGN_LIFETIME__X1280_SESSION", "5m"),
    ("COUNTERSIGN_LIMITS__CONNECTIONS", "20000"),
];

/// The server program and the directory that it serves.
pub(crate) struct Ours {
    server: PathBuf,
    scratch: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    phones: Arc<Vec<Phone>>,
    device: Option<Arc<Device>>,
    mutual: Option<Arc<Mutual>>,
    client: Option<Arc<Client>>,
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
            mutual: None,
            client: None,
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
        ours.phones = Arc::new(phones);
        ours.device = Some(Arc::new(ours.let_device_in(people).await?));
        drop(subject);
        Ok(ours)
    }

    /// Adds who takes part in mutual sign-in: services and people get their credentials from the operator, and phones
    /// enrol those of the people.
    ///
    /// # Errors
    /// A command fails, or the server refuses a credential.
    pub(crate) async fn introduce(&mut self, cores: &Cores) -> Result<(), String> {
        eprintln!("==> issuing credentials");
        let services = parallel(cores, SERVICES, |n| self.add_service(n))?;
        let issued = parallel(cores, PEOPLE, |_| self.issue())?;
        let (_subject, _) = self.start(cores).await?;
        self.mutual = Some(Arc::new(Mutual::enrol(self.address, services, issued).await?));
        Ok(())
    }

    /// Adds whom our client library asks: clients with P-256 keys, since they sign each poll anew, and people.
    ///
    /// # Errors
    /// A command fails.
    pub(crate) fn gather(&mut self, program: PathBuf, cores: &Cores) -> Result<(), String> {
        eprintln!("==> adding people who will be waited for");
        let clients = parallel(cores, client::CLIENTS, |n| {
            Service::new(CLIENT + n, KeyType::P256)
        })?;
        for client in &clients {
            self.add_client(client.asking_metadata())?;
        }
        let people = parallel(cores, client::PEOPLE, |n| {
            let username = format!("waiter{n}@Bench");
            self.operator(&["user", "add", &username]).map(|_| username)
        })?;
        let issuer = format!("http://{}/oidc", self.address);
        self.client = Some(Arc::new(Client::of(
            program,
            &self.scratch,
            &issuer,
            &clients,
            &people,
        )?));
        Ok(())
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
            mutual: self.mutual.clone(),
            client: self.client.clone(),
        };
        let mut serve = self.command(&["serve", "--listen", &self.address.to_string()]);
        start
            .go(|| Process::start(&mut serve, &self.scratch.join("ours.log"), cores))
            .await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.server);
        command.args(arguments).arg("--data").arg(&self.data);
        command.envs(SETTINGS);
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

    fn add_service(&self, n: usize) -> Result<String, String> {
        let (name, audience) = (format!("Shop {n}"), format!("shop{n}"));
        let mut arguments = vec!["service", "add", "--name", &name, "--audience", &audience];
        for scope in SCOPES {
            arguments.extend(["--allowed-scope", scope.as_str()]);
        }
        text(&self.operator(&arguments)?, "serviceVds")
    }

    fn issue(&self) -> Result<Issued, String> {
        let issued = self.operator(&[
            "credential",
            "issue",
            "--given-name",
            "Marie",
            "--family-name",
            "Dupont",
            "--date-of-birth",
            "1990-05-17",
            "--nationality",
            "FRA",
        ])?;
        Ok(Issued {
            text: text(&issued, "credential")?,
            token_id: text(&issued, "tokenId")?,
        })
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
}

fn text(answer: &Value, member: &str) -> Result<String, String> {
    let text = answer.get(member).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("a command of the operator gave no {member}"))
}

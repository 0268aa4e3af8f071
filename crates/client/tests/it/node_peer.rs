//! A provider that is not ours: npm `oidc-provider` as a Node process (`interop/oidc-provider`), and its person.

use async_trait::async_trait;
use countersign_client::{
    Algorithm, ClientId, Clock, Configuration, IssuerUrl, OpenIdconnectClient, PrivateKey, SystemClock,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The oldest Node that the program is written for.
const NODE: u32 = 20;

/// A client that the provider knows.
pub(crate) struct Registered {
    pub(crate) client_id: &'static str,
    pub(crate) key: PrivateKey,
    pub(crate) algorithm: Algorithm,
}

/// The running provider. It ends with this value.
pub(crate) struct NodePeer {
    child: Child,
    issuer: String,
    control: String,
    _folder: TempDir,
}

impl NodePeer {
    /// Starts it with these clients; `None` when what is not ours is left out, or when there is no Node on a machine that
    /// is not CI.
    pub(crate) fn start(clients: &[Registered]) -> Option<Self> {
        if std::env::var_os("COUNTERSIGN_WITHOUT_INTEROP").is_some_and(|value| value == "1") {
            eprintln!("Left out because COUNTERSIGN_WITHOUT_INTEROP=1: oidc-provider did not run.");
            return None;
        }
        if node_version().is_none_or(|version| version < NODE) {
            let missing = format!("Node {NODE} or newer is not here: oidc-provider did not run.");
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            eprintln!("Left out: {missing}");
            return None;
        }
        Some(Self::run(clients))
    }

    fn run(clients: &[Registered]) -> Self {
        let program = program();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("clients.json");
        let metadata: Vec<Value> = clients.iter().map(metadata).collect();
        std::fs::write(&file, json!(metadata).to_string()).unwrap();
        let mut node = Command::new("node");
        node.arg(program.join("server.mjs")).arg(&file);
        // It ends when its standard input does, so not even a test that is killed leaves it behind.
        let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .unwrap();
        let listening: Value = serde_json::from_str(&listening).unwrap();
        let text = |member: &str| listening[member].as_str().unwrap().to_owned();
        Self {
            child,
            issuer: text("issuer"),
            control: text("control"),
            _folder: folder,
        }
    }

    /// Our client as one of its clients.
    pub(crate) async fn client(&self, registered: &Registered, audiences: &[&str]) -> OpenIdconnectClient {
        let configuration = Configuration {
            audiences: audiences.iter().map(|audience| (*audience).to_owned()).collect(),
            clock: Arc::new(HastyClock),
            ..Configuration::default()
        };
        let id = ClientId::new(registered.client_id.to_owned());
        let issuer = IssuerUrl::new(self.issuer.clone()).unwrap();
        let key = registered.key.clone();
        OpenIdconnectClient::discover_with_configuration(id, issuer, key, configuration)
            .await
            .unwrap()
    }

    /// What the person does, or time: `approve`, `deny`, `expire`, `slow-down`.
    pub(crate) async fn person(&self, verb: &str, auth_req_id: &str) {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        let url = format!("{}/{verb}/{auth_req_id}", self.control);
        let answer = http.build().unwrap().post(url).send().await.unwrap();
        assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
    }
}

impl Drop for NodePeer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time is that of the other process, and nobody has time to wait.
struct HastyClock;

#[async_trait]
impl Clock for HastyClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause.min(Duration::from_millis(20))).await;
    }
}

/// OpenID Connect Registration §2 and CIBA Core §4.
fn metadata(client: &Registered) -> Value {
    let jwk = client
        .key
        .public()
        .jwk()
        .clone()
        .with_alg(client.algorithm)
        .with_use_sig();
    let algorithm = client.algorithm.name();
    json!({
        "client_id": client.client_id, "jwks": { "keys": [jwk] }, "redirect_uris": [], "response_types": [],
        "grant_types": ["client_credentials", "refresh_token", "urn:openid:params:grant-type:ciba"],
        "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": algorithm,
        "backchannel_token_delivery_mode": "poll", "backchannel_authentication_request_signing_alg": algorithm,
        "id_token_signed_response_alg": algorithm,
    })
}

/// The folder of the program, with its packages.
fn program() -> PathBuf {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/oidc-provider");
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    // npm writes this file when everything is there.
    if !folder.join("node_modules/.package-lock.json").exists() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(&folder);
        assert!(npm.stdin(Stdio::null()).status().unwrap().success());
    }
    folder
}

/// The major version of `node`.
fn node_version() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

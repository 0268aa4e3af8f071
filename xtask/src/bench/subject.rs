//! A running server under test, ours or the peer.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use super::client::Client;
use super::device::Device;
use super::load::now;
use super::mutual::Mutual;
use super::phone::Phone;
use super::process::Process;
use super::wire::{self, Answer, Connection};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Side {
    Ours,
    Peer,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Ours, Self::Peer];
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Peer => "peer",
        })
    }
}

/// A server that answers.
pub(crate) struct Subject {
    pub(crate) side: Side,
    pub(crate) address: SocketAddr,
    /// Audience of what clients sign.
    pub(crate) issuer: String,
    pub(crate) paths: Paths,
    pub(crate) process: Process,
    pub(crate) approver: Approver,
    device: Option<Arc<Device>>,
    mutual: Option<Arc<Mutual>>,
    client: Option<Arc<Client>>,
}

/// Paths of the endpoints, as discovery names them.
pub(crate) struct Paths {
    pub(crate) discovery: String,
    pub(crate) jwks: String,
    pub(crate) token: String,
    pub(crate) introspection: String,
    pub(crate) backchannel: String,
}

/// How a person says yes, outside the timed part.
#[derive(Clone)]
pub(crate) enum Approver {
    /// Ours: enrolled phones list what waits and send signed decisions.
    Phones(Arc<Vec<Phone>>),
    /// The peer: its program calls `backchannelResult`.
    Control(SocketAddr),
}

/// What starts a server, and where it then answers.
pub(crate) struct Start {
    pub(crate) side: Side,
    pub(crate) address: SocketAddr,
    pub(crate) ready: &'static str,
    pub(crate) discovery: &'static str,
    pub(crate) approver: Approver,
    pub(crate) device: Option<Arc<Device>>,
    pub(crate) mutual: Option<Arc<Mutual>>,
    pub(crate) client: Option<Arc<Client>>,
}

impl Start {
    /// Starts the server with `spawn`; gives it with the time from the start to its first good answer.
    ///
    /// # Errors
    /// It cannot be started, ends, or does not answer.
    pub(crate) async fn go(
        self,
        spawn: impl FnOnce() -> Result<Process, String>,
    ) -> Result<(Subject, Duration), String> {
        let before = now();
        let mut process = spawn()?;
        while !is_ready(self.address, self.ready).await {
            process.check_alive()?;
            if now().duration_since(before) > PATIENCE {
                return Err(format!("{} does not answer on {}", self.side, self.ready));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = now().duration_since(before);
        let (issuer, paths) = discover(self.address, self.discovery).await?;
        let Self {
            side,
            address,
            approver,
            device,
            mutual,
            client,
            ..
        } = self;
        Ok((
            Subject {
                side,
                address,
                issuer,
                paths,
                process,
                approver,
                device,
                mutual,
                client,
            },
            took,
        ))
    }
}

async fn is_ready(address: SocketAddr, path: &str) -> bool {
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    connection
        .exchange(&wire::get(path, None))
        .await
        .is_ok_and(|answer| answer.status == 200)
}

async fn discover(address: SocketAddr, path: &str) -> Result<(String, Paths), String> {
    let answer = Connection::open(address)
        .await?
        .exchange(&wire::get(path, None))
        .await?;
    let paths = Paths {
        discovery: path.to_owned(),
        jwks: path_of(&answer, "jwks_uri")?,
        token: path_of(&answer, "token_endpoint")?,
        introspection: path_of(&answer, "introspection_endpoint")?,
        backchannel: path_of(&answer, "backchannel_authentication_endpoint")?,
    };
    Ok((answer.member("issuer")?, paths))
}

fn path_of(discovery: &Answer, member: &str) -> Result<String, String> {
    let url = discovery.member(member)?;
    let parsed = url::Url::parse(&url).map_err(|error| format!("{member}: {error}"))?;
    Ok(parsed.path().to_owned())
}

impl Subject {
    /// The device that shows codes and asks for consent.
    ///
    /// # Errors
    /// The peer has none.
    pub(crate) fn device(&self) -> Result<&Device, String> {
        let device = self.device.as_deref();
        device.ok_or_else(|| format!("{} has no device", self.side))
    }

    /// Who takes part in mutual sign-in.
    ///
    /// # Errors
    /// The peer has nothing like it.
    pub(crate) fn mutual(&self) -> Result<&Arc<Mutual>, String> {
        let mutual = self.mutual.as_ref();
        mutual.ok_or_else(|| format!("{} has no mutual sign-in", self.side))
    }

    /// Our client library, and whom it asks.
    ///
    /// # Errors
    /// It is measured beside our server only.
    pub(crate) fn client(&self) -> Result<&Client, String> {
        let client = self.client.as_deref();
        client.ok_or_else(|| format!("{} has no client of ours", self.side))
    }

    /// The people say yes to these requests, which are all that wait.
    ///
    /// # Errors
    /// A decision is refused.
    pub(crate) async fn approve(&self, auth_req_ids: &[String]) -> Result<(), String> {
        match &self.approver {
            Approver::Phones(phones) => {
                let approved = Phone::approve_all(phones, self.address, &self.paths.token).await?;
                if approved == auth_req_ids.len() {
                    return Ok(());
                }
                Err(format!(
                    "phones approved {approved} requests of {}",
                    auth_req_ids.len()
                ))
            }
            Approver::Control(control) => {
                let request = wire::json("/", None, &auth_req_ids)?;
                let answer = Connection::open(*control).await?.exchange(&request).await?;
                if answer.status == 200 {
                    Ok(())
                } else {
                    Err(format!("the peer could not approve: {}", answer.text()))
                }
            }
        }
    }
}

/// A loopback port that is free now.
///
/// # Errors
/// There is none.
pub(crate) fn free_address() -> Result<SocketAddr, String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("no free port: {error}"))?;
    listener
        .local_addr()
        .map_err(|error| format!("no free port: {error}"))
}

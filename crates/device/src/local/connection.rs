use std::net::SocketAddr;

use tokio::net::{TcpStream, UnixStream};

/// How a caller came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// TCP on the loopback interface.
    Tcp,
    /// The Unix socket.
    Unix,
}

impl Way {
    /// One word, for logs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Unix => "unix",
        }
    }
}

/// The user at the other end of a connection, as the kernel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    /// How they came.
    pub(crate) way: Way,
    /// Their user.
    pub(crate) uid: u32,
    /// Their group; unknown over TCP.
    pub(crate) gid: Option<u32>,
    /// Their process; unknown over TCP.
    pub(crate) pid: Option<i32>,
}

/// One connection, put beside each of its requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection {
    /// How it came.
    pub(crate) way: Way,
    /// Who is at the other end; `None` when the kernel does not say, and then nobody is assumed.
    pub(crate) peer: Option<Peer>,
}

impl Connection {
    /// Asks the kernel whose end of the loopback connection the other one is.
    pub(super) async fn of_tcp(stream: &TcpStream) -> Self {
        let peer = match (stream.peer_addr(), stream.local_addr()) {
            (Ok(peer), Ok(own)) if peer.ip().is_loopback() => user(peer, own).await,
            _ => None,
        };
        Self { way: Way::Tcp, peer }
    }

    /// Takes the credentials that the kernel noted when the caller connected (unix(7), `SO_PEERCRED`).
    pub(super) fn of_unix(stream: &UnixStream) -> Self {
        let peer = stream.peer_cred().ok().map(|credentials| Peer {
            way: Way::Unix,
            uid: credentials.uid(),
            gid: Some(credentials.gid()),
            pid: credentials.pid(),
        });
        Self { way: Way::Unix, peer }
    }
}

async fn user(peer: SocketAddr, own: SocketAddr) -> Option<Peer> {
    let uid = tokio::task::spawn_blocking(move || super::socket_table::owner(peer, own))
        .await
        .ok()?
        .ok()??;
    Some(Peer {
        way: Way::Tcp,
        uid,
        gid: None,
        pid: None,
    })
}

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::error::LocalError;

/// The address that every TCP door of this machine has: other machines cannot reach it.
pub const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Everybody may connect to the Unix socket; who may have something is decided by the credentials of the caller.
const SOCKET_MODE: u32 = 0o666;

/// Where a service of this machine listens.
#[derive(Debug, Default)]
pub struct Doors {
    pub(super) tcp: Vec<TcpListener>,
    pub(super) unix: Vec<UnixListener>,
    made: Option<PathBuf>,
}

impl Doors {
    /// Takes the sockets that the service manager holds for us (sd_listen_fds(3)); without any, opens the port on
    /// 127.0.0.1 and, when it is named, the Unix socket.
    ///
    /// # Errors
    /// [`LocalError`]: a place is taken, or cannot be used.
    pub async fn open(port: u16, socket: Option<&Path>) -> Result<Self, LocalError> {
        let inherited = Self::inherited().map_err(LocalError::Inherited)?;
        if !inherited.is_empty() {
            return Ok(inherited);
        }
        let mut doors = Self::default();
        doors.open_tcp(port).await?;
        if let Some(path) = socket {
            doors.open_unix(path).await?;
        }
        Ok(doors)
    }

    fn inherited() -> io::Result<Self> {
        let mut handed = ListenFd::from_env();
        let mut doors = Self::default();
        for index in 0..handed.len() {
            if let Ok(Some(listener)) = handed.take_unix_listener(index) {
                listener.set_nonblocking(true)?;
                doors.unix.push(UnixListener::from_std(listener)?);
            } else if let Some(listener) = handed.take_tcp_listener(index)? {
                let address = listener.local_addr()?;
                if !address.ip().is_loopback() {
                    return Err(io::Error::other(format!(
                        "{address} can be reached from other machines"
                    )));
                }
                listener.set_nonblocking(true)?;
                doors.tcp.push(TcpListener::from_std(listener)?);
            }
        }
        Ok(doors)
    }

    async fn open_tcp(&mut self, port: u16) -> Result<(), LocalError> {
        let address = SocketAddr::from((LOOPBACK, port));
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| LocalError::Listen {
                place: address.to_string(),
                source,
            })?;
        self.tcp.push(listener);
        Ok(())
    }

    async fn open_unix(&mut self, path: &Path) -> Result<(), LocalError> {
        remove_left_over(path).await?;
        let failed = |source| LocalError::Listen {
            place: path.display().to_string(),
            source,
        };
        let listener = UnixListener::bind(path).map_err(failed)?;
        self.made = Some(path.to_owned());
        std::fs::set_permissions(path, PermissionsExt::from_mode(SOCKET_MODE)).map_err(failed)?;
        self.unix.push(listener);
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.unix.is_empty()
    }

    /// Every place as a person writes it, for example `http://127.0.0.1:8000`.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        let tcp = self.tcp.iter().filter_map(|listener| listener.local_addr().ok());
        let unix = self.unix.iter().filter_map(|listener| listener.local_addr().ok());
        tcp.map(|address| format!("http://{address}"))
            .chain(unix.filter_map(|address| Some(address.as_pathname()?.display().to_string())))
            .collect()
    }
}

impl Drop for Doors {
    /// A socket that we made goes with us; one of the service manager stays.
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            let _gone_already = std::fs::remove_file(path);
        }
    }
}

/// A socket that a killed service left behind would be in the way for ever; one that somebody listens on is theirs.
async fn remove_left_over(path: &Path) -> Result<(), LocalError> {
    let Ok(there) = path.symlink_metadata() else {
        return Ok(());
    };
    if !there.file_type().is_socket() {
        return Err(LocalError::NotASocket {
            path: path.to_owned(),
        });
    }
    let listen = |source| LocalError::Listen {
        place: path.display().to_string(),
        source,
    };
    if UnixStream::connect(path).await.is_ok() {
        return Err(listen(io::ErrorKind::AddrInUse.into()));
    }
    std::fs::remove_file(path).map_err(listen)
}

//! Telling systemd that the server is ready (sd_notify(3)).

/// Sends a state to the service manager, when there is one.
#[cfg(unix)]
pub(super) fn tell(state: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(%error, "the service manager could not be told {state}");
    }
}

#[cfg(unix)]
fn send(socket: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let own = UnixDatagram::unbound()?;
    let address = match socket.as_bytes().split_first() {
        #[cfg(target_os = "linux")]
        Some((b'@', name)) => <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    own.send_to_addr(state.as_bytes(), &address).map(drop)
}

/// There is no such service manager here.
#[cfg(not(unix))]
pub(super) fn tell(_: &str) {}

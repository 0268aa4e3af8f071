//! A door: one listening socket, and the loop that lets connections in.

use super::connection::{Guest, Limits, attend};
use super::tls::Tls;
use crate::failure::Failed;
use axum::Router;
use countersign_http::Place;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait when no connection can be accepted, usually because file handles have run out.
const BREATHER: Duration = Duration::from_millis(500);

/// Everybody who is inside.
#[derive(Clone, Default)]
pub(super) struct Guests(TaskTracker);

impl Guests {
    /// Lets somebody in.
    pub(super) fn spawn(&self, guest: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(guest);
    }

    /// A place that is taken until its last holder is gone: a guest that stays after the door's own work is done.
    fn place(&self, counted: OwnedSemaphorePermit) -> Place {
        Place::new((counted, self.0.token()))
    }

    /// Waits until all have left; `false` when some are still there after `patience`.
    pub(super) async fn all_left(&self, patience: Duration) -> bool {
        self.0.close();
        tokio::time::timeout(patience, self.0.wait()).await.is_ok()
    }
}

/// One listening socket with what is served behind it.
pub(super) struct Door {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    router: Router,
    limits: Limits,
}

impl Door {
    /// Binds the address.
    pub(super) async fn open(
        address: SocketAddr,
        tls: Option<Arc<Tls>>,
        router: Router,
        limits: Limits,
    ) -> Result<Self, Failed> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| cannot_listen(address, &error))?;
        let address = listener
            .local_addr()
            .map_err(|error| cannot_listen(address, &error))?;
        Ok(Self {
            listener,
            address,
            tls,
            router,
            limits,
        })
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Lets connections in until the server stops. The socket closes at once, the guests finish what they began.
    pub(super) async fn serve(self, guests: Guests, shutdown: CancellationToken) {
        let Self {
            listener,
            tls,
            router,
            limits,
            ..
        } = self;
        let places = Arc::new(Semaphore::new(limits.connections));
        loop {
            // The semaphore is never closed.
            let Ok(place) = (tokio::select! {
                () = shutdown.cancelled() => return,
                place = Arc::clone(&places).acquire_owned() => place,
            }) else {
                return;
            };
            let Ok((stream, peer)) = (tokio::select! {
                () = shutdown.cancelled() => return,
                accepted = accept(&listener) => accepted,
            }) else {
                continue;
            };
            let (tls, router, shutdown) = (tls.clone(), router.clone(), shutdown.clone());
            let guest = Guest {
                peer,
                place: guests.place(place),
            };
            guests.spawn(attend(stream, guest, tls, router, limits, shutdown));
        }
    }
}

/// Accepts one connection. An error is about that connection, or about us having too much open: then it pauses.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let accepted = listener.accept().await;
    if let Err(error) = &accepted {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if !matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            tracing::error!(%error, "no connection can be accepted; look at the limit of open files");
            tokio::time::sleep(BREATHER).await;
        }
    }
    accepted
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failed {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the port is in use; stop the other program, or choose another port with listen or --listen"
                .to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "this user may not use the port; choose one above 1023, or give the program CAP_NET_BIND_SERVICE"
                .to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; choose another one with listen or --listen".to_owned()
        }
        _ => format!("{error}; choose another address with listen or --listen"),
    };
    Failed::new(format!("cannot listen on {address}: {advice}"))
}

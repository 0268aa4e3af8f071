//! The listener's loop: connections are bounded in number and time, and end in order when the service stops.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service as _;

use super::connection::Connection;
use super::door::Doors;
use super::notify;
use super::seats::Seats;

/// Connections at the same time. A caller signs and goes; what holds more is a fault or an attack.
const CONNECTIONS: usize = 128;
/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;
/// How long the head of a request may take, and how long a connection may be idle between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long open requests may take to finish when the service stops.
const GRACE: Duration = Duration::from_secs(5);
/// The pause when the system has no handle left for a new connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then lets open requests finish.
pub(crate) async fn serve(mut doors: Doors, app: Router, stop: impl Future<Output = ()>) {
    let hall = Arc::new(Hall {
        app,
        places: Arc::new(Semaphore::new(CONNECTIONS)),
        seats: Seats::default(),
    });
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    notify::tell("READY=1");
    loop {
        let place = hall.place();
        let (place, guest) = tokio::select! {
            () = stop.as_mut() => break,
            arrived = async { (place.await, next(&mut doors).await) } => arrived,
        };
        let (Some(place), Some(guest)) = (place, guest) else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let watcher = connections.watcher();
        let hall = Arc::clone(&hall);
        tokio::spawn(async move {
            let _held_to_the_end = place;
            match guest {
                Guest::Tcp(stream) => {
                    let connection = Connection::of_tcp(&stream).await;
                    hall.attend(stream, connection, watcher).await;
                }
                Guest::Unix(stream) => {
                    let connection = Connection::of_unix(&stream);
                    hall.attend(stream, connection, watcher).await;
                }
            }
        });
    }
    notify::tell("STOPPING=1");
    // Nobody who comes now is taken in; who was taken in is answered.
    drop(doors);
    let _too_slow = tokio::time::timeout(GRACE, connections.shutdown()).await;
}

/// Somebody who came in.
enum Guest {
    Tcp(tokio::net::TcpStream),
    Unix(tokio::net::UnixStream),
}

/// The next one at any door; `None` when a door has trouble.
async fn next(doors: &mut Doors) -> Option<Guest> {
    tokio::select! {
        stream = accept_tcp(&doors.tcp) => stream.ok().map(Guest::Tcp),
        stream = accept_unix(&doors.unix) => stream.ok().map(Guest::Unix),
    }
}

async fn accept_tcp(doors: &[TcpListener]) -> std::io::Result<tokio::net::TcpStream> {
    std::future::poll_fn(|context| {
        for door in doors {
            if let std::task::Poll::Ready(accepted) = door.poll_accept(context) {
                return std::task::Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        std::task::Poll::Pending
    })
    .await
}

async fn accept_unix(doors: &[UnixListener]) -> std::io::Result<tokio::net::UnixStream> {
    std::future::poll_fn(|context| {
        for door in doors {
            if let std::task::Poll::Ready(accepted) = door.poll_accept(context) {
                return std::task::Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// What every connection shares.
struct Hall {
    app: Router,
    places: Arc<Semaphore>,
    seats: Seats,
}

impl Hall {
    fn place(&self) -> impl Future<Output = Option<OwnedSemaphorePermit>> + use<> {
        let places = Arc::clone(&self.places);
        async move { places.acquire_owned().await.ok() }
    }

    async fn attend<S>(
        &self,
        stream: S,
        connection: Connection,
        watcher: hyper_util::server::graceful::Watcher,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Some(_held_to_the_end) = self.seats.take(&connection) else {
            return;
        };
        let app = self.app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(connection);
            app.clone().call(request.map(Body::new))
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        // A connection that breaks off is the other end's affair.
        let _ = watcher.watch(served).await;
    }
}

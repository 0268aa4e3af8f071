//! One connection: TLS, HTTP/1.1 or HTTP/2, and how long it may be silent.

use super::tls::Tls;
use crate::config::settings;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use countersign_http::{PeerAddr, Place};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// The largest head of a request, in bytes. A client assertion is sent in the body, so heads are small.
const MAX_HEAD: usize = 32 * 1024;

/// Requests that one HTTP/2 connection may have open at the same time.
const MAX_STREAMS: u32 = 128;

/// How often an HTTP/2 connection is asked whether the other end is still there.
const PING: Duration = Duration::from_secs(30);

/// How long a new connection may take to shake hands, and then to send the head of its first request.
const GREETING: Duration = Duration::from_secs(10);

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at the same time.
    pub(super) connections: usize,
    greeting: Duration,
    head_timeout: Duration,
}

impl From<&settings::Limits> for Limits {
    fn from(limits: &settings::Limits) -> Self {
        Self {
            connections: usize::try_from(limits.connections.get()).unwrap_or(usize::MAX),
            greeting: limits.head_timeout.get().min(GREETING),
            head_timeout: limits.head_timeout.get(),
        }
    }
}

/// Who is at the other end, and the place that they take until they leave.
pub(super) struct Guest {
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
}

/// Serves one connection to its end. A socket that it became goes on by itself and keeps the place.
pub(super) async fn attend(
    stream: TcpStream,
    guest: Guest,
    tls: Option<Arc<Tls>>,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    // Answers are small and wait for nobody: Nagle's algorithm would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection was gone at once");
        return;
    }
    let Some(tls) = tls else {
        return converse(stream, guest, router, limits, shutdown).await;
    };
    match tokio::time::timeout(limits.greeting, tls.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, guest, router, limits, shutdown).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn converse<S>(stream: S, guest: Guest, router: Router, limits: Limits, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let spoke = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&spoke);
    let service = service_fn(move |mut request: Request<Incoming>| {
        heard.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(PeerAddr(guest.peer));
        request.extensions_mut().insert(guest.place.clone());
        router.clone().call(request.map(Body::new))
    });
    let builder = builder(limits);
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // hyper watches over heads, but not over a connection that never says which protocol it speaks.
    let mut silence = pin!(tokio::time::sleep(limits.greeting));
    let (mut waited, mut stopping) = (false, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection ended early");
                }
                return;
            }
            () = shutdown.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            () = silence.as_mut(), if !waited => {
                waited = true;
                if !spoke.load(Ordering::Relaxed) {
                    tracing::debug!("a connection never sent a request");
                    return;
                }
            }
        }
    }
}

fn builder(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(MAX_HEAD)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(PING);
    builder
}

//! Signals: SIGTERM and SIGINT stop the server, SIGHUP reads the TLS files again.

use super::tls::Tls;
use crate::failure::Failed;
use std::io;
use std::sync::Arc;

/// Watched signals.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to watch, so that a signal from now on does what it should.
    #[cfg(unix)]
    pub(super) fn watch(tls: Option<Arc<Tls>>) -> Result<Self, Failed> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup()).map_err(|error| unwatched(&error))?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                reload(tls.as_deref());
            }
        });
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(|error| unwatched(&error))?,
            interrupt: signal(SignalKind::interrupt()).map_err(|error| unwatched(&error))?,
        })
    }

    /// Where there is no SIGHUP, TLS files are read at the start only.
    #[cfg(not(unix))]
    pub(super) fn watch(_: Option<Arc<Tls>>) -> Result<Self, Failed> {
        Ok(Self {})
    }

    /// Returns at the first signal to stop.
    #[cfg(unix)]
    pub(super) async fn stop(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Returns at Ctrl-C.
    #[cfg(not(unix))]
    pub(super) async fn stop(self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!("{}", unwatched(&error));
        }
    }
}

#[cfg(unix)]
fn reload(tls: Option<&Tls>) {
    match tls.map(Tls::reload) {
        Some(Ok(())) => tracing::info!("the TLS files were read again"),
        Some(Err(failed)) => tracing::error!("{failed}; the certificate from before stays in use"),
        None => tracing::info!("SIGHUP: TLS is not served here, so there is nothing to read again"),
    }
}

fn unwatched(error: &io::Error) -> Failed {
    Failed::new(format!(
        "signals cannot be watched ({error}); free some file handles, then try again"
    ))
}

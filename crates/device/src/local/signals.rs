use tokio::signal::unix::{SignalKind, signal};

use super::error::LocalError;

/// Begins to watch for SIGTERM and SIGINT; what it returns ends at the first of them.
///
/// # Errors
/// [`LocalError::Signals`] when the system has no room to watch.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, LocalError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(LocalError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(LocalError::Signals)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

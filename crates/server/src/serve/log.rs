//! Logs: human or JSON lines on standard error.

use crate::config::LogFormat;
use crate::config::settings::Log;
use crate::output;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// What the libraries say is seldom about the operator's concern; their warnings are. That of sockets would also print
/// what is sent over them, which is a person's identity.
const LIBRARIES: [&str; 7] = [
    "hyper",
    "hyper_util",
    "h2",
    "rustls",
    "mio",
    "tungstenite",
    "tokio_tungstenite",
];

/// Logs of the server.
pub(crate) fn start(settings: &Log) {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter(settings.level.as_str()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // It fails only when there is a subscriber already, and then that one is as good.
    let _second = match settings.format {
        LogFormat::Human => subscriber.try_init(),
        LogFormat::Json => subscriber
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
}

/// Logs of a command: what it prints is its result, so only warnings stand beside it.
pub(crate) fn quiet() {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter("warn"))
        .without_time()
        .with_target(false);
    let _second = subscriber
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

/// A line that programs wait for: plain on standard output, or a JSON line among the others.
pub(crate) fn announce(settings: &Log, line: &str) {
    match settings.format {
        LogFormat::Json => tracing::info!("{line}"),
        LogFormat::Human => {
            if let Err(failed) = output::say(line) {
                tracing::warn!("{failed}");
            }
        }
    }
}

fn filter(level: &str) -> EnvFilter {
    let libraries = LIBRARIES.map(|library| format!(",{library}=warn")).concat();
    EnvFilter::new(format!("{level}{libraries}"))
}

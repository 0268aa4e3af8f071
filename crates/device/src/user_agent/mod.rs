//! Sign-in for the programs of a machine, on 127.0.0.1:8010 (onesid.md §11, last paragraph, and §10.3): a program asks
//! here, the person answers on their phone, and the program collects the tokens here.
//!
//! Routes, statuses and bodies are those that existing programs know: 202 for what was accepted, 200 for a refresh, 400
//! with `title` and `description`, 503 when the provider or this machine's registration has trouble. Answers carry
//! tokens, so they are never stored or logged.

mod bc;
mod guard;
mod qr;
mod refresh;
mod refusal;
mod run;
mod settings;

pub use run::UserAgent;
pub use settings::{SETTINGS_FILE, Settings};

/// The port that existing programs know.
pub const DEFAULT_PORT: u16 = 8010;

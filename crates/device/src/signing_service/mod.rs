//! The signing service of a machine (onesid.md §12): programs of the machine get their JWTs signed without ever
//! holding the key.
//!
//! Who calls is the user that the kernel names, on the Unix socket by its credentials and on 127.0.0.1 by the owner of
//! the other end of the connection, because the published clients send no secret. What is signed is what this machine
//! says to its own provider and nothing else ([`judge`]), so that a caller can act as the machine for five minutes but
//! cannot take its identity along.

mod audit;
mod health;
mod refusal;
mod refusals;
mod run;
mod settings;
mod sign;
mod statement;

pub(crate) use health::{Health, SERVICE};
pub use run::SigningService;
pub use settings::{SETTINGS_FILE, Settings};
pub use statement::{Kind, Rules, Statement, StatementError, judge};

/// The port that the published clients know (onesid.md §12).
pub const DEFAULT_PORT: u16 = 8000;

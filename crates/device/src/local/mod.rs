//! What a program needs that serves programs of this machine only: doors that nobody outside reaches, the user behind
//! each connection, and no door for web pages.

mod accounts;
mod body;
mod browser;
mod callers;
mod connection;
mod door;
mod error;
mod notify;
mod seats;
mod serve;
pub(crate) mod settings;
mod signals;
mod socket_table;

pub(crate) use body::{BodyError, read_json};
pub(crate) use browser::{Foreign, refuse_foreign_host};
pub(crate) use callers::{CallerEntry, Callers};
pub(crate) use connection::{Connection, Peer};
pub use door::{Doors, LOOPBACK};
pub use error::LocalError;
pub(crate) use serve::serve;
pub use signals::stop_signal;
pub use socket_table::owner_in;

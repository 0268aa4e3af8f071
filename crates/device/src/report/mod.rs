//! How a machine's identity stands: the facts for [`status`](Status), and what is wrong with them for
//! [`doctor`](Findings).

mod clock;
mod doctor;
mod files;
mod finding;
mod provider;
mod service;
mod status;

pub use doctor::examine;
pub use finding::{Finding, FindingStatus, Findings};
pub use status::Status;

//! What the tests of the program need: the program itself, run as a person or a script runs it, and a whole server in a
//! directory of its own.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests wait for real processes, in real time"
)]

mod program;
mod test_server;

pub(crate) use program::{Program, Ran};
pub(crate) use test_server::{TestServer, free_address};

use std::time::{Duration, Instant};

/// Looks again and again until there is something to see. What it waits for stays true once it is, so that a slow
/// machine only takes longer; the limit is for what never comes.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "waited in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

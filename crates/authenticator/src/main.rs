//! The phone's side as a terminal program. Everything is in the library, so that it can be tested there.

use std::process::ExitCode;

/// One person's phone needs one thread.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    countersign_authenticator::cli::main().await
}

//! What `cargo xtask bench` measures of this library, as a process of its own.
//!
//! `bench_client validate RS256|ES256 COUNT` validates one token COUNT times, with the provider's keys in the cache.
//! `bench_client wait CROWD.json` lets every client ask every person to sign in, and waits for all of them at once.
//!
//! It says `"ready"`, and goes one step further for each line that it is told on standard input: the timed part, which
//! it answers with its times in microseconds, and for `wait` the number of those who still wait. All of it happens in
//! one thread.

mod validate;
mod wait;

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What goes wrong ends the process; xtask shows standard error.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["validate", algorithm, count] => validate::run(algorithm, count).await,
        ["wait", crowd] => wait::run(crowd).await,
        _ => Err("usage: bench_client validate RS256|ES256 COUNT, or bench_client wait CROWD.json".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench_client: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says something, and waits without holding up the others until it is told to go on.
async fn say(answer: &Value) -> Outcome {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{answer}")?;
    stdout.flush()?;
    drop(stdout);
    let told = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|read| read > 0)
    });
    if told.await?? {
        Ok(())
    } else {
        Err("nobody listens any more".into())
    }
}

/// The last thing that is said.
fn conclude(answer: &Value) -> Outcome {
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// How long each took, and all together.
fn times(elapsed: Duration, latencies: &[Duration]) -> Value {
    let latencies: Vec<u128> = latencies.iter().map(Duration::as_micros).collect();
    json!({ "elapsed": elapsed.as_micros(), "latencies": latencies })
}

/// The time, for measuring.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement: how long something takes is what is asked"
)]
fn now() -> Instant {
    Instant::now()
}

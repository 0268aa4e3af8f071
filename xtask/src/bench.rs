//! `cargo xtask bench`: the release server and its peer, side by side in one run, on one core each in turn.
//!
//! The server is pinned to one core and this generator to another. A closed loop of 16 keep-alive connections speaks
//! plain HTTP/1.1; assertions are signed before the clock starts, and what phones do happens outside the timed part,
//! except in mutual sign-in, where the phone's answer is what is measured.
//! Every answer is checked: one wrong answer ends the run, since the speed of an error is nobody's figure.

mod browser;
mod client;
mod cores;
mod descriptors;
mod device;
mod disk;
mod load;
mod machine;
mod measure;
mod mutual;
mod mutual_lane;
mod ours;
mod peer;
mod phone;
mod process;
mod render;
mod report;
mod sign;
mod startup;
mod subject;
mod wire;
mod workload;

use crate::step::{self, Outcome};
use report::{Report, Row};
use sign::Cast;
use std::path::{Path, PathBuf};
use std::process::Command;
use subject::{Side, Subject};
use workload::Workload;

/// The example of `crates/client` that is measured.
const CLIENT: &str = "bench_client";

#[derive(clap::Args, Clone)]
pub(crate) struct Arguments {
    /// Short runs, to see that everything works; their figures mean little and are not written to docs/
    #[arg(long)]
    quick: bool,
    /// Measure only this path; may be repeated. Figures are printed and not written to docs/
    #[arg(long, value_name = "PATH", value_enum)]
    only: Vec<Workload>,
    /// Measure only this side. Figures are printed and not written to docs/
    #[arg(long, value_enum)]
    side: Option<Side>,
    /// Timed runs of each path and side, taken in turn; the median one is reported
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    rounds: u16,
    /// The `countersign` to measure, instead of building it
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// The Node.js that runs the peer, instead of the one that bench/peer pins
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// The date to print in the report, instead of today's in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
}

impl Arguments {
    /// Whether the figures are the whole picture, fit for the documentation.
    fn whole(&self) -> bool {
        !self.quick && self.only.is_empty() && self.side.is_none()
    }

    fn workloads(&self) -> Vec<Workload> {
        let all = <Workload as clap::ValueEnum>::value_variants();
        all.iter()
            .copied()
            .filter(|path| self.only.is_empty() || self.only.contains(path))
            .filter(|path| !path.is_ours_alone() || self.sides().contains(&Side::Ours))
            .collect()
    }

    /// The most sockets that wait at the same time.
    fn sockets(&self) -> usize {
        let sockets = self.workloads().into_iter().map(|path| path.sockets(self.quick));
        sockets.max().unwrap_or_default()
    }

    fn sides(&self) -> Vec<Side> {
        Side::BOTH
            .into_iter()
            .filter(|side| self.side.is_none_or(|only| only == *side))
            .collect()
    }
}

/// Builds, measures and reports. A missed target is a result, not a failure.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if cfg!(debug_assertions) {
        return again_as_release(arguments);
    }
    let server = arguments
        .server
        .clone()
        .unwrap_or_else(|| step::target().join("release/countersign"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the generator's runtime: {error}"))?;
    let report = runtime.block_on(all(arguments, &server))?;
    let text = render::markdown(&report);
    println!("{text}");
    if arguments.whole() {
        let file = step::root().join("docs/benchmarks.md");
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        eprintln!("==> written to {}", file.display());
    }
    Ok(())
}

/// A generator that was built without optimization would measure itself.
fn again_as_release(arguments: &Arguments) -> Outcome {
    let mut build = step::cargo();
    build.args(["build", "--release", "--locked", "-p", "countersign-xtask"]);
    if arguments.server.is_none() {
        build.args(["-p", "countersign-server"]);
    }
    step::run("building the server and the generator for release", &mut build)?;
    if arguments.workloads().into_iter().any(Workload::is_client) {
        let mut build = step::cargo();
        build.args([
            "build",
            "--release",
            "--locked",
            "-p",
            "countersign-client",
            "--example",
            CLIENT,
        ]);
        step::run("building our client for release", &mut build)?;
    }
    let mut again = Command::new(step::target().join("release/countersign-xtask"));
    step::run("measuring", again.args(std::env::args_os().skip(1)))
}

async fn all(arguments: &Arguments, server: &Path) -> Result<Report, String> {
    let scratch = Scratch::new()?;
    let cores = cores::Cores::find();
    let sides = arguments.sides();
    // Servers inherit the limit.
    descriptors::allow(arguments.sockets())?;
    eprintln!("==> making keys");
    let cast = Cast::new(&cores)?;
    let ours = if sides.contains(&Side::Ours) {
        let mut ours = ours::Ours::seed(server, &scratch.0, &cast, &cores).await?;
        if arguments.workloads().into_iter().any(Workload::is_mutual) {
            ours.introduce(&cores).await?;
        }
        if arguments.workloads().into_iter().any(Workload::is_client) {
            let program = step::target().join("release/examples").join(CLIENT);
            ours.gather(program, &cores)?;
        }
        Some(ours)
    } else {
        None
    };
    let peer = if sides.contains(&Side::Peer) {
        Some(peer::Peer::install(arguments.node.as_deref(), &scratch.0, &cast)?)
    } else {
        None
    };
    let node = peer.as_ref().map(|peer| peer.node().to_owned());
    let mut report = Report::new(
        machine::facts(&scratch.0, node.as_deref(), &cores, arguments.date.as_deref())?,
        arguments.rounds,
        arguments.whole(),
    );
    if arguments.only.is_empty() {
        eprintln!("==> start and idle memory");
        if let Some(ours) = &ours {
            report.ours_idle =
                Some(startup::measure(async || ours.start(&cores).await, arguments.quick).await?);
        }
        if let Some(peer) = &peer {
            report.peer_idle =
                Some(startup::measure(async || peer.start(&cores).await, arguments.quick).await?);
        }
    }
    for workload in arguments.workloads() {
        let mut subjects = Vec::new();
        if let Some(ours) = &ours {
            subjects.push(ours.start(&cores).await?.0);
        }
        if let Some(peer) = peer.as_ref().filter(|_| !workload.is_ours_alone()) {
            subjects.push(peer.start(&cores).await?.0);
        }
        report
            .rows
            .push(in_turn(arguments, workload, &mut subjects, &cast, &cores, &scratch.0).await?);
    }
    Ok(report)
}

/// The rounds of one path, the sides in turn, so that a disturbance of the machine meets both.
async fn in_turn(
    arguments: &Arguments,
    workload: Workload,
    subjects: &mut [Subject],
    cast: &Cast,
    cores: &cores::Cores,
    scratch: &Path,
) -> Result<Row, String> {
    let mut row = Row::new(workload);
    for round in 1..=arguments.rounds {
        for subject in subjects.iter_mut() {
            eprintln!(
                "==> {workload}, {}, round {round} of {}",
                subject.side, arguments.rounds
            );
            row.syncs.push(disk::probe(scratch)?);
            let figures = measure::measure(workload, subject, cast, cores, arguments.quick).await?;
            eprintln!("    {figures}");
            row.add(subject.side, figures);
        }
    }
    Ok(row)
}

/// A directory for one run, below the build directory: on a disk, where a write is a write.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let directory = step::target().join("bench");
        let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
        if directory.exists() {
            std::fs::remove_dir_all(&directory).map_err(failed)?;
        }
        std::fs::create_dir_all(&directory).map_err(failed)?;
        Ok(Self(directory))
    }
}

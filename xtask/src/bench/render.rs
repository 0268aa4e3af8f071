//! The report as Markdown.

use std::fmt::Write;
use std::time::Duration;

use super::disk::Sync;
use super::report::{Figures, Report, Row, megabytes};
use super::startup::Idle;
use super::subject::Side;

/// Ready within this, on an initialised directory.
const READY: Duration = Duration::from_millis(300);
/// Resident memory when idle, in MB.
const RESIDENT_MB: f64 = 40.0;

/// What other programs may take of a core before the figures suffer, in percent.
const QUIET_PERCENT: f64 = 10.0;

const ABOUT: &str = "\
How fast Countersign is and what it needs, beside npm `oidc-provider` with its in-memory adapter, measured in one run on one core each in turn.

Repeat it with

```sh
cargo xtask bench
```

on an idle machine with Rust, Node.js with npm, and two cores. It builds the release server, installs the pinned peer, measures for about fifteen minutes and writes this page.
`--quick` tries everything in a minute or two, `--only PATH` measures one path; both only print.
";

const METHOD: &str = "\
## How it is measured

* The server has one core to itself, the generator another. 16 keep-alive connections, plain HTTP/1.1, each sends its next request when it has read the last answer. Latencies are those of this closed loop, at full load.
* Both sides get the same requests: the same people, services, keys (RSA-2048, P-256) and claims. Signatures are made before the clock starts. Every answer is checked; a wrong one ends the run.
* Both start anew for each path; ours on the same directory, whose database grows, the peer with an empty memory. Each path has an untimed warm-up, then timed rounds in which the sides take turns. The round of median speed is shown.
* Ours writes durably: SQLite in WAL mode with `synchronous=FULL`, so an answer waits for the disk, and the time of an `fdatasync` at that moment stands beside it. Ours keeps its default access log and its audit log. The peer keeps everything in memory, logs nothing, and forgets all at its end.
* Approvals are outside the timed part on both sides. Ours are decisions signed by enrolled phones and sent over HTTP; the peer's program calls `provider.backchannelResult`. A whole sign-in is the CIBA request and the token request that follows the approval; its latency is the sum of the two.
* In the CIBA request path each of 16 services asks each of 64 people once; then, outside the timed part, the people say yes, and the services ask again. No request replaces one that waits, on either side.
* The peer has no QR sessions and no consent for personal data: these paths show ours alone, and a dash stands for the peer. A device, registered and approved as machines are, takes its bearer token before the clock starts. It looks again and again at 16 QR sessions that wait to be scanned; it asks 64 people in turn for two items of personal data, so each request after the first 64 also settles the earlier one of the same device and person, which it replaces; and it reads again and again 16 consents that wait for their people.
* The peer has no mutual sign-in (X.1280) either. There are 10 services and 1024 people, each with a credential of ours; the people have enrolled theirs on their phones. Each of the 16 connections asks 64 of the people in turn, for one service after the other. A mutual sign-in is `POST /auth/initiate`, in which the service proves itself with its credential (`serviceVds`), and `POST /auth/verify`, which the generator signs as the phone between the two; its latency is the sum of the two requests. Everything is ES256: the server verifies the service's credential and the phone's signature, and signs the identity.
* For the way of an approval to the browser 1024 browsers wait on WebSockets, each for another person. Each connection takes the one of its 64 that has waited longest and sends the phone's answer; the latency ends when the browser has read `approved`. Then it begins another session and lets its browser wait, which is not part of the latency, but of the time that the rate is reckoned from.
* Of sockets that only wait, 10240 are connected, one for each pair of a service and a person. The rate is that of sessions that were begun with their sockets connected, the latency is from connecting to the first message. Then they are left alone for 20 seconds (2 with `--quick`), in which the server looks at each session several times and pings each socket; RSS is that of the whole process after that. A socket that ends ends the run. Sessions live for 300 s in the benchmark (`x1280_session`) instead of 60, and 20000 connections are let in.
* Of our client library (`crates/client`) a process of its own is measured, `examples/bench_client.rs`, on the generator's core; rate, latency, processor time and RSS are those of this process, and the peer has nothing beside it. To validate a token is one call of `validate_token` after the other, in one thread, with the provider's keys fetched before. For the sign-ins that wait, 16 clients with P-256 keys ask 640 people each by `ciba().ask(..)`, and nobody answers: the rate and the latency are those of asking, at most 64 at a time, while those who asked before poll already. Then they are left alone for 20 seconds (5 with `--quick`), in which each polls several times with a new assertion; RSS is that of the process after that. A wait that ends ends the run.
* Ours runs with `danger_unlimited_requests = true`: the limits against push bombing and overload would stop the benchmark. The peer has none.
* Of the peer two defaults are changed, so that it does the same work: its in-memory adapter, which keeps 1000 entries, gets room for all of them, and its refresh tokens rotate at each use.
* CPU is processor time of the whole server process, all threads, in milliseconds for 1000 requests. RSS is its resident memory right after the run.
";

/// The whole page.
pub(crate) fn markdown(report: &Report) -> String {
    let mut page = String::from("# Benchmarks\n\n");
    page.push_str(ABOUT);
    if !report.whole {
        page.push_str("\n**A short or partial run: these figures are not fit to be kept.**\n");
    }
    page.push_str("\n## The machine\n\n");
    table(
        &mut page,
        &["fact", "value"],
        report
            .facts
            .iter()
            .map(|(name, value)| vec![(*name).to_owned(), value.clone()]),
    );
    if report.ours_idle.is_some() || report.peer_idle.is_some() {
        page.push_str("\n## Start and idle memory\n\nFrom the start of the process to its first good answer on an initialised directory; then two seconds at rest.\n\n");
        let header = ["measure", "ours", "peer", "ratio", "target", "met?"];
        table(&mut page, &header, idle(report.ours_idle, report.peer_idle));
    }
    let rounds = match report.rounds {
        1 => "One round.".to_owned(),
        many => format!("The median of {many} rounds."),
    };
    let _ = write!(page, "\n## Requests per second\n\n{rounds}\n\n");
    table(
        &mut page,
        &["path", "ours", "peer", "ratio", "target", "met?"],
        report.rows.iter().map(speed),
    );
    if report.rows.iter().any(|row| {
        row.median(Side::Ours)
            .is_some_and(Figures::is_limited_by_generator)
    }) {
        page.push_str("\n≥: the generator was the limit, the server can do more.\n");
    }
    if let Some(worst) = disturbance(report) {
        let _ = write!(
            page,
            "\nOther programs took up to {worst:.0} % of a core during the runs that are shown.\n"
        );
        if worst > QUIET_PERCENT {
            page.push_str("\n**The machine was not idle: the figures are too low, repeat the run.**\n");
        }
    }
    page.push_str("\n## Latency, processor time, memory\n\nLatencies in milliseconds.\n\n");
    let header = [
        "path",
        "side",
        "p50",
        "p99",
        "CPU ms per 1000",
        "RSS MB",
        "fdatasync p50 / p99",
    ];
    table(
        &mut page,
        &header,
        report
            .rows
            .iter()
            .flat_map(|row| Side::BOTH.into_iter().filter_map(|side| cost(row, side))),
    );
    page.push('\n');
    page.push_str(METHOD);
    page
}

fn table(page: &mut String, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let _ = writeln!(page, "| {} |", header.join(" | "));
    let _ = writeln!(page, "|{}", " --- |".repeat(header.len()));
    for row in rows {
        let _ = writeln!(page, "| {} |", row.join(" | "));
    }
}

/// The most that other programs took during a shown run, in percent of a core.
fn disturbance(report: &Report) -> Option<f64> {
    let shown = report
        .rows
        .iter()
        .flat_map(|row| Side::BOTH.into_iter().filter_map(|side| row.median(side)));
    shown.map(Figures::disturbance_percent).max_by(f64::total_cmp)
}

fn idle(ours: Option<Idle>, peer: Option<Idle>) -> Vec<Vec<String>> {
    let shown =
        |value: Option<f64>, unit: &str| value.map_or_else(String::new, |value| format!("{value:.0} {unit}"));
    let row = |name: &str, unit: &str, read: fn(Idle) -> f64, limit: f64| {
        let (ours, peer) = (ours.map(read), peer.map(read));
        let ratio = ours
            .zip(peer)
            .map_or_else(String::new, |(ours, peer)| format!("{:.2}", ours / peer));
        vec![
            name.to_owned(),
            shown(ours, unit),
            shown(peer, unit),
            ratio,
            format!("< {limit:.0} {unit}"),
            met(ours.map(|ours| ours < limit)),
        ]
    };
    vec![
        row(
            "ready",
            "ms",
            |idle| idle.ready.as_secs_f64() * 1000.0,
            READY.as_secs_f64() * 1000.0,
        ),
        row("RSS idle", "MB", |idle| megabytes(idle.resident_kib), RESIDENT_MB),
    ]
}

fn speed(row: &Row) -> Vec<String> {
    let alone = row.workload.is_ours_alone();
    // An empty cell was not measured; a dash cannot be.
    let nothing = |absent: bool| if absent { "-" } else { "" }.to_owned();
    let rate = |side| {
        let absent = nothing(alone && side == Side::Peer);
        row.median(side).map_or(absent, |figures| {
            let least = if figures.is_limited_by_generator() {
                "≥ "
            } else {
                ""
            };
            format!("{least}{:.0}", figures.rate())
        })
    };
    let target = row.workload.target();
    vec![
        row.workload.title().to_owned(),
        rate(Side::Ours),
        rate(Side::Peer),
        row.ratio()
            .map_or_else(|| nothing(alone), |ratio| format!("{ratio:.2}")),
        target.map_or_else(|| "none".to_owned(), |target| target.to_string()),
        met(row.is_met()),
    ]
}

fn met(met: Option<bool>) -> String {
    match met {
        Some(true) => "yes",
        Some(false) => "**NO**",
        None => "",
    }
    .to_owned()
}

fn cost(row: &Row, side: Side) -> Option<Vec<String>> {
    let figures = row.median(side)?;
    let waits = side == Side::Ours && row.workload.is_durable();
    Some(vec![
        row.workload.title().to_owned(),
        side.to_string(),
        format!("{:.2}", figures.latency_ms(50.0)),
        format!("{:.2}", figures.latency_ms(99.0)),
        format!("{:.0}", figures.cpu_ms_per_thousand()),
        format!("{:.0}", figures.resident_mb()),
        row.sync().filter(|_| waits).map_or_else(String::new, sync),
    ])
}

fn sync(sync: Sync) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:.2} / {:.2}", ms(sync.p50), ms(sync.p99))
}

#[cfg(test)]
mod tests {
    use super::super::load::histogram;
    use super::super::workload::Workload;
    use super::*;

    fn figures(seconds: u64) -> Figures {
        Figures {
            count: 1000,
            elapsed: Duration::from_secs(seconds),
            latencies: histogram().unwrap(),
            cpu: Duration::from_millis(500),
            generator: Duration::from_millis(100),
            others: Duration::from_secs(1),
            resident_kib: 1000,
        }
    }

    fn page(ours: u64, peer: u64) -> String {
        let mut row = Row::new(Workload::Token);
        row.add(Side::Ours, figures(ours));
        row.add(Side::Peer, figures(peer));
        let mut report = Report::new(Vec::new(), 1, true);
        report.rows.push(row);
        markdown(&report)
    }

    #[test]
    fn a_missed_target_is_said_plainly() {
        assert!(page(10, 12).contains("| 100 | 83 | 1.20 | ≥ 1.3 | **NO** |"));
        assert!(page(10, 13).contains("| 100 | 77 | 1.30 | ≥ 1.3 | yes |"));
    }

    #[test]
    fn a_dash_stands_for_what_the_peer_cannot_do() {
        let mut row = Row::new(Workload::ConsentRequest);
        row.add(Side::Ours, figures(10));
        let mut report = Report::new(Vec::new(), 1, true);
        report.rows.push(row);
        assert!(markdown(&report).contains("| consent request | 100 | - | - | none |  |"));
    }

    #[test]
    fn a_path_of_ours_alone_can_miss_a_target_too() {
        let said = |workload, seconds| {
            let mut row = Row::new(workload);
            row.add(Side::Ours, figures(seconds));
            let mut report = Report::new(Vec::new(), 1, true);
            report.rows.push(row);
            markdown(&report)
        };
        assert!(said(Workload::Mutual, 1).contains("| 1000 | - | - | ≥ 1000 a second | yes |"));
        assert!(said(Workload::Mutual, 2).contains("| 500 | - | - | ≥ 1000 a second | **NO** |"));
        assert!(said(Workload::MutualSocket, 1).contains("| p99 < 50 ms | yes |"));
        assert!(said(Workload::IdleSockets, 1).contains("| RSS < 200 MB | yes |"));
        assert!(said(Workload::CibaWaits, 1).contains("| RSS < 100 MB | yes |"));
    }

    #[test]
    fn a_busy_machine_is_said_plainly() {
        assert!(page(5, 20).contains("up to 20 % of a core"));
        assert!(page(5, 20).contains("The machine was not idle"));
        assert!(!page(20, 20).contains("The machine was not idle"));
    }
}

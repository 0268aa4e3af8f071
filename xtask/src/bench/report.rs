//! What was measured.

use hdrhistogram::Histogram;
use std::time::Duration;

use super::disk::Sync;
use super::startup::Idle;
use super::subject::Side;
use super::workload::{Target, Workload};

/// One timed run.
pub(crate) struct Figures {
    /// Requests, or sign-ins for the whole cycle.
    pub(crate) count: usize,
    pub(crate) elapsed: Duration,
    /// In microseconds.
    pub(crate) latencies: Histogram<u64>,
    /// Processor time of the server.
    pub(crate) cpu: Duration,
    /// Processor time of the generator: when it is as long as `elapsed`, the generator was the limit.
    pub(crate) generator: Duration,
    /// Processor time of everything else on the machine: when it is long, the figures are too low.
    pub(crate) others: Duration,
    /// Resident memory of the server after the run.
    pub(crate) resident_kib: u64,
}

impl Figures {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            as_f64(self.count) / seconds
        } else {
            0.0
        }
    }

    /// Resident memory in MB, which are 1 000 000 bytes.
    pub(crate) fn resident_mb(&self) -> f64 {
        megabytes(self.resident_kib)
    }

    /// Processor milliseconds of the server for 1000 requests.
    pub(crate) fn cpu_ms_per_thousand(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.cpu.as_secs_f64() * 1_000_000.0 / as_f64(self.count)
        }
    }

    /// Milliseconds within which so many of a hundred requests were answered.
    pub(crate) fn latency_ms(&self, percent: f64) -> f64 {
        let micros = self.latencies.value_at_percentile(percent);
        Duration::from_micros(micros).as_secs_f64() * 1000.0
    }

    /// Whether the server was faster than the generator could ask.
    pub(crate) fn is_limited_by_generator(&self) -> bool {
        self.generator.as_secs_f64() > 0.9 * self.elapsed.as_secs_f64()
    }

    /// How many hundredths of one core other programs took.
    pub(crate) fn disturbance_percent(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.others.as_secs_f64() * 100.0 / seconds
        } else {
            0.0
        }
    }

    /// Adds a later part of the same run.
    ///
    /// # Errors
    /// The histograms do not fit, which would be a mistake here.
    pub(crate) fn append(&mut self, later: Self) -> Result<(), String> {
        self.count += later.count;
        self.elapsed += later.elapsed;
        self.cpu += later.cpu;
        self.generator += later.generator;
        self.others += later.others;
        self.resident_kib = later.resident_kib;
        self.latencies
            .add(later.latencies)
            .map_err(|error| format!("the histogram: {error}"))
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (p50, p99) = (self.latency_ms(50.0), self.latency_ms(99.0));
        write!(
            f,
            "{:.0} a second, p50 {p50:.2} ms, p99 {p99:.2} ms, {:.0} ms CPU per 1000",
            self.rate(),
            self.cpu_ms_per_thousand()
        )
    }
}

/// MB, which are 1 000 000 bytes.
pub(crate) fn megabytes(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) * 1024.0 / 1_000_000.0
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// One path, with the rounds of both sides.
pub(crate) struct Row {
    pub(crate) workload: Workload,
    ours: Vec<Figures>,
    peer: Vec<Figures>,
    pub(crate) syncs: Vec<Sync>,
}

impl Row {
    pub(crate) const fn new(workload: Workload) -> Self {
        Self {
            workload,
            ours: Vec::new(),
            peer: Vec::new(),
            syncs: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, side: Side, figures: Figures) {
        match side {
            Side::Ours => self.ours.push(figures),
            Side::Peer => self.peer.push(figures),
        }
    }

    /// The round of median speed.
    pub(crate) fn median(&self, side: Side) -> Option<&Figures> {
        let rounds = match side {
            Side::Ours => &self.ours,
            Side::Peer => &self.peer,
        };
        let mut by_rate: Vec<&Figures> = rounds.iter().collect();
        by_rate.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        by_rate.get(by_rate.len() / 2).copied()
    }

    /// The median of the rounds' `fdatasync`, and the worst of their 99th percentiles.
    pub(crate) fn sync(&self) -> Option<Sync> {
        let mut syncs = self.syncs.clone();
        syncs.sort_by_key(|sync| sync.p50);
        let p99 = syncs.iter().map(|sync| sync.p99).max()?;
        syncs.get(syncs.len() / 2).map(|sync| Sync { p50: sync.p50, p99 })
    }

    /// How many times as fast as the peer we were.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (ours, peer) = (self.median(Side::Ours)?.rate(), self.median(Side::Peer)?.rate());
        (peer > 0.0).then_some(ours / peer)
    }

    /// Whether we met our target; `None` without one, and when what it is about was not measured.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let ours = self.median(Side::Ours)?;
        Some(match self.workload.target()? {
            Target::TimesPeer(times) => self.ratio()? >= times,
            Target::PerSecond(rate) => ours.rate() >= rate,
            Target::P99Ms(ms) => ours.latency_ms(99.0) < ms,
            Target::ResidentMb(limit) => ours.resident_mb() < limit,
        })
    }
}

/// Everything.
pub(crate) struct Report {
    /// Name and value of what tells one machine from another.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) rounds: u16,
    /// Whether every path and both sides were measured at full length.
    pub(crate) whole: bool,
    pub(crate) ours_idle: Option<Idle>,
    pub(crate) peer_idle: Option<Idle>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) const fn new(facts: Vec<(&'static str, String)>, rounds: u16, whole: bool) -> Self {
        Self {
            facts,
            rounds,
            whole,
            ours_idle: None,
            peer_idle: None,
            rows: Vec::new(),
        }
    }
}

//! The closed loop: every connection sends its next request when it has read the answer to the last one.

use hdrhistogram::Histogram;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::wire::{Answer, Connection};

/// Keep-alive connections at the same time.
pub(crate) const LANES: usize = 16;

/// The time, for measuring.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement: how long something takes is what is asked"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What an answer must be, or the run ends.
#[derive(Clone, Copy)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    pub(crate) holds: &'static str,
}

impl Expect {
    pub(crate) const fn ok(holds: &'static str) -> Self {
        Self { status: 200, holds }
    }

    fn check(self, answer: &Answer) -> Result<(), String> {
        let holds = self.holds.as_bytes();
        if answer.status == self.status && answer.body.windows(holds.len()).any(|part| part == holds) {
            return Ok(());
        }
        Err(format!(
            "expected {} with {}, got {}",
            self.status,
            self.holds,
            answer.text()
        ))
    }
}

/// What one connection asks.
pub(crate) trait Lane: Send + 'static {
    /// The next rendered request, after the answer to the last one; nothing when the lane is done.
    fn next(&mut self, last: Option<Answer>) -> Result<Option<Vec<u8>>, String>;
}

/// Requests that were rendered beforehand.
pub(crate) struct Prepared {
    requests: std::vec::IntoIter<Vec<u8>>,
    /// The answers in the order of the requests, when they are wanted.
    pub(crate) answers: Option<Vec<Answer>>,
}

impl Prepared {
    /// Deals requests out to the lanes like cards: the request with number n goes to lane n modulo [`LANES`].
    pub(crate) fn deal(requests: Vec<Vec<u8>>, keep_answers: bool) -> Vec<Self> {
        let mut hands: Vec<Vec<Vec<u8>>> = (0..LANES)
            .map(|_| Vec::with_capacity(requests.len() / LANES + 1))
            .collect();
        let mut next = (0..LANES).cycle();
        for request in requests {
            if let Some(hand) = next.next().and_then(|lane| hands.get_mut(lane)) {
                hand.push(request);
            }
        }
        let lane = |hand: Vec<Vec<u8>>| Self {
            requests: hand.into_iter(),
            answers: keep_answers.then(Vec::new),
        };
        hands.into_iter().map(lane).collect()
    }

    /// The kept answers of all lanes, in the order in which the requests were dealt.
    pub(crate) fn collect(lanes: Vec<Self>) -> Vec<Answer> {
        let mut hands: Vec<_> = lanes
            .into_iter()
            .map(|lane| lane.answers.unwrap_or_default().into_iter())
            .collect();
        let mut all = Vec::new();
        loop {
            let before = all.len();
            all.extend(hands.iter_mut().filter_map(Iterator::next));
            if all.len() == before {
                return all;
            }
        }
    }
}

impl Lane for Prepared {
    fn next(&mut self, last: Option<Answer>) -> Result<Option<Vec<u8>>, String> {
        if let (Some(answers), Some(last)) = (&mut self.answers, last) {
            answers.push(last);
        }
        Ok(self.requests.next())
    }
}

/// How long the lanes took together, and each request by itself.
pub(crate) struct Timing {
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Histogram<u64>,
}

impl Timing {
    /// Adds a later part of the same run.
    ///
    /// # Errors
    /// The histograms do not fit, which would be a mistake here.
    pub(crate) fn append(&mut self, later: Self) -> Result<(), String> {
        self.elapsed += later.elapsed;
        self.latencies
            .add(later.latencies)
            .map_err(|error| format!("the histogram: {error}"))
    }
}

/// A histogram of microseconds, to three significant digits.
///
/// # Errors
/// The bounds are refused, which would be a mistake here.
pub(crate) fn histogram() -> Result<Histogram<u64>, String> {
    Histogram::new_with_bounds(1, 60_000_000, 3).map_err(|error| format!("the histogram: {error}"))
}

/// Runs all lanes to their end. Connections are opened before the clock starts.
///
/// # Errors
/// A connection ends, or an answer is not as expected.
pub(crate) async fn run<L: Lane>(
    address: SocketAddr,
    lanes: Vec<L>,
    expect: Expect,
) -> Result<(Vec<L>, Timing), String> {
    let mut ready = Vec::with_capacity(lanes.len());
    for lane in lanes {
        ready.push((lane, Connection::open(address).await?));
    }
    together(
        ready
            .into_iter()
            .map(|(lane, connection)| drive(lane, connection, expect)),
    )
    .await
}

/// Drives all lanes to their ends at the same time.
///
/// # Errors
/// That of the first lane that has one.
pub(crate) async fn together<L, D>(lanes: impl Iterator<Item = D>) -> Result<(Vec<L>, Timing), String>
where
    L: Send + 'static,
    D: Future<Output = Result<(L, Histogram<u64>), String>> + Send + 'static,
{
    let start = now();
    let running: Vec<_> = lanes.map(tokio::spawn).collect();
    let (mut done, mut latencies) = (Vec::with_capacity(running.len()), histogram()?);
    for lane in running {
        let (lane, own) = lane
            .await
            .map_err(|error| format!("a connection of the generator died: {error}"))??;
        latencies
            .add(own)
            .map_err(|error| format!("the histogram: {error}"))?;
        done.push(lane);
    }
    Ok((
        done,
        Timing {
            elapsed: now().duration_since(start),
            latencies,
        },
    ))
}

async fn drive<L: Lane>(
    mut lane: L,
    mut connection: Connection,
    expect: Expect,
) -> Result<(L, Histogram<u64>), String> {
    let (mut last, mut latencies) = (None, histogram()?);
    while let Some(request) = lane.next(last.take())? {
        let answer = connection.exchange(&request).await?;
        expect.check(&answer)?;
        latencies.saturating_record(micros(answer.latency));
        last = Some(answer);
    }
    Ok((lane, latencies))
}

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_in_the_order_of_the_requests() {
        let requests: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![n]).collect();
        let mut lanes = Prepared::deal(requests.clone(), true);
        for lane in &mut lanes {
            let mut last = None;
            while let Some(request) = lane.next(last.take()).unwrap() {
                last = Some(Answer {
                    status: 200,
                    body: request,
                    latency: Duration::ZERO,
                });
            }
        }
        let bodies: Vec<_> = Prepared::collect(lanes)
            .into_iter()
            .map(|answer| answer.body)
            .collect();
        assert_eq!(bodies, requests);
    }
}

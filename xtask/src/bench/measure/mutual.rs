//! Mutual sign-in (X.1280): the sign-in itself, the way of an approval to the browser, and browsers that wait.

use std::sync::Arc;
use std::time::Duration;

use super::super::load::{LANES, Timing, histogram, together};
use super::super::mutual_lane::MutualLane;
use super::super::report::Figures;
use super::super::sign::BATCH;
use super::{Meter, Stage};

/// How long browsers wait in peace: longer than from one ping to the next (X.1280 profile §2).
const PEACE: Duration = Duration::from_secs(20);

impl Stage<'_> {
    /// Request and answer; the phone signs between them.
    pub(super) async fn mutual(&self) -> Result<Figures, String> {
        let (before, times) = (self.warm_up / LANES, self.count / LANES);
        let sign_in = |times| move |lane: MutualLane| lane.sign_in(times);
        let (lanes, _) = together(self.mutual_lanes().await?.into_iter().map(sign_in(before))).await?;
        let meter = Meter::start(self.subject)?;
        let (_, timing) = together(lanes.into_iter().map(sign_in(times))).await?;
        meter.stop(self.subject, times * LANES, timing)
    }

    /// Browsers wait all the time, and get their approvals.
    pub(super) async fn mutual_socket(&self) -> Result<Figures, String> {
        let (before, times) = (self.warm_up / LANES, self.count / LANES);
        let approve = |times| move |lane: MutualLane| lane.approve(times);
        let waiting = |lane: MutualLane| lane.let_wait(BATCH / LANES);
        let (lanes, _) = together(self.mutual_lanes().await?.into_iter().map(waiting)).await?;
        let (lanes, _) = together(lanes.into_iter().map(approve(before))).await?;
        let meter = Meter::start(self.subject)?;
        let (_, timing) = together(lanes.into_iter().map(approve(times))).await?;
        meter.stop(self.subject, times * LANES, timing)
    }

    /// Browsers connect, a batch at a time, and then wait in peace.
    pub(super) async fn idle_sockets(&self) -> Result<Figures, String> {
        let mut lanes = self.mutual_lanes().await?;
        let mut all = Timing {
            elapsed: Duration::ZERO,
            latencies: histogram()?,
        };
        let mut waiting = Vec::with_capacity(self.count);
        let meter = Meter::start(self.subject)?;
        while waiting.len() < self.count {
            let let_wait = |lane: MutualLane| lane.let_wait(BATCH / LANES);
            let (connected, timing) = together(lanes.into_iter().map(let_wait)).await?;
            lanes = connected;
            all.append(timing)?;
            // From now on they answer pings.
            let browsers = lanes.iter_mut().flat_map(MutualLane::take_browsers);
            waiting.extend(browsers.map(|browser| tokio::spawn(browser.wait())));
        }
        let mut figures = meter.stop(self.subject, waiting.len(), all)?;
        tokio::time::sleep(if self.quick { PEACE / 10 } else { PEACE }).await;
        figures.resident_kib = self.subject.process.resident_kib()?;
        for browser in waiting {
            if browser.is_finished() {
                let Err(error) = browser
                    .await
                    .map_err(|error| format!("a browser died: {error}"))?;
                return Err(error);
            }
            browser.abort();
        }
        Ok(figures)
    }

    async fn mutual_lanes(&self) -> Result<Vec<MutualLane>, String> {
        let mutual = self.subject.mutual()?;
        let mut lanes = Vec::with_capacity(LANES);
        for lane in 0..LANES {
            lanes.push(MutualLane::open(Arc::clone(mutual), self.subject.address, lane).await?);
        }
        Ok(lanes)
    }
}

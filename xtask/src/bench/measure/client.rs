//! Our client library: tokens that it validates, and sign-ins that it waits for.

use std::time::Duration;

use super::super::client::{Running, Told};
use super::super::load::{Timing, histogram};
use super::super::process::{machine_cpu_time, own_cpu_time};
use super::super::report::Figures;
use super::Stage;

/// How long sign-ins wait in peace: several polls of each (CIBA Core §7.3, `interval`).
const PEACE: Duration = Duration::from_secs(20);

impl Stage<'_> {
    /// A token whose key was fetched before.
    pub(super) fn validate(&self, algorithm: &str) -> Result<Figures, String> {
        let mut client = self.subject.client()?.validate(algorithm, self.count)?;
        self.timed_part(&mut client)
    }

    /// Every client asks every person, and nobody answers.
    pub(super) async fn ciba_waits(&self) -> Result<Figures, String> {
        let mut client = self.subject.client()?.wait()?;
        let mut figures = self.timed_part(&mut client)?;
        tokio::time::sleep(if self.quick { PEACE / 4 } else { PEACE }).await;
        figures.resident_kib = client.process.resident_kib()?;
        let waiting = client.go_on()?;
        if waiting.as_u64() == u64::try_from(self.count).ok() {
            return Ok(figures);
        }
        Err(format!("{} sign-ins were to wait, and {waiting} do", self.count))
    }

    /// What the client's process used itself counts; what the server used meanwhile is no disturbance.
    fn timed_part(&self, client: &mut Running) -> Result<Figures, String> {
        let server = self.subject.process.cpu_time()?;
        let (before, generator, machine) = (client.process.cpu_time()?, own_cpu_time()?, machine_cpu_time()?);
        let told = client.timed()?;
        let cpu = client.process.cpu_time()?.saturating_sub(before);
        let server = self.subject.process.cpu_time()?.saturating_sub(server);
        let generator = own_cpu_time()?.saturating_sub(generator);
        let machine = machine_cpu_time()?.saturating_sub(machine);
        if told.latencies.len() != self.count {
            return Err(format!("{} of {} were done", told.latencies.len(), self.count));
        }
        let Timing { elapsed, latencies } = timing(&told)?;
        Ok(Figures {
            count: self.count,
            elapsed,
            latencies,
            cpu,
            generator,
            others: machine.saturating_sub(cpu + generator + server),
            resident_kib: client.process.resident_kib()?,
        })
    }
}

fn timing(told: &Told) -> Result<Timing, String> {
    let mut latencies = histogram()?;
    for micros in &told.latencies {
        latencies.saturating_record(*micros);
    }
    Ok(Timing {
        elapsed: told.elapsed(),
        latencies,
    })
}

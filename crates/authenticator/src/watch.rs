//! Watching: each approval once, the moment it arrives, over as many connections as it takes.
//!
//! The stream is a hint and the list is the truth: after every connect the list is read again, so a request is shown
//! even if the provider forgot the events that were missed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use countersign_protocol::approval::{ApprovalItem, Settled};
use uuid::Uuid;

use crate::event_stream::{EventStream, Told};
use crate::session::Session;
use crate::{Error, approvals};

/// How long to wait before connecting again: doubled after each failure, up to a quarter more by chance, so that all
/// phones do not come back in the same second after the provider was restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After the first failure.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Pace {
    /// One second, up to one minute.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
        }
    }
}

/// What a watcher tells.
#[derive(Debug)]
pub enum Notice {
    /// A request waits for the person.
    Arrived(Box<ApprovalItem>),
    /// A request that was shown has been decided or has ended: take it off the screen.
    Settled(Settled),
    /// A request that was shown is no longer in the list; how it ended is not known here.
    Withdrawn(Uuid),
    /// The connection could not be made or broke; it is made again after the wait.
    Interrupted {
        /// Why.
        problem: Error,
        /// The wait.
        again_in: Duration,
    },
}

/// Watches the approvals of one phone.
pub struct Watcher {
    session: Arc<Session>,
    pace: Pace,
    stream: Option<EventStream>,
    last_event_id: Option<String>,
    shown: BTreeSet<Uuid>,
    notices: VecDeque<Notice>,
    failures: u32,
    wait: Duration,
}

impl Watcher {
    pub(crate) fn new(session: Arc<Session>, pace: Pace) -> Self {
        Self {
            session,
            pace,
            stream: None,
            last_event_id: None,
            shown: BTreeSet::new(),
            notices: VecDeque::new(),
            failures: 0,
            wait: Duration::ZERO,
        }
    }

    /// Waits for the next notice.
    ///
    /// # Errors
    /// What waiting cannot mend: the phone was revoked, or the provider sends what cannot be read.
    pub async fn next(&mut self) -> Result<Notice, Error> {
        loop {
            if let Some(notice) = self.notices.pop_front() {
                return Ok(notice);
            }
            if let Err(problem) = self.step().await {
                if !problem.is_temporary() {
                    return Err(problem);
                }
                self.stream = None;
                self.wait = self.backoff()?;
                return Ok(Notice::Interrupted {
                    problem,
                    again_in: self.wait,
                });
            }
        }
    }

    /// Connects if needed, or reads one event.
    async fn step(&mut self) -> Result<(), Error> {
        let Some(stream) = &mut self.stream else {
            return self.connect().await;
        };
        match stream.next(&self.session).await? {
            Some((told, id)) => {
                self.last_event_id = id;
                self.tell(told);
            }
            // An orderly end, for example when the phone's token has run out: connect again without a word.
            None => {
                self.stream = None;
                self.wait = self.pace.first;
            }
        }
        Ok(())
    }

    async fn connect(&mut self) -> Result<(), Error> {
        tokio::time::sleep(std::mem::take(&mut self.wait)).await;
        // The stream first, the list second: what arrives in between is in both, never in neither.
        let stream = EventStream::open(&self.session, self.last_event_id.as_deref()).await?;
        let pending = approvals::pending(&self.session).await?;
        self.stream = Some(stream);
        self.failures = 0;
        self.reconcile(pending);
        Ok(())
    }

    fn reconcile(&mut self, pending: Vec<ApprovalItem>) {
        let ids: BTreeSet<Uuid> = pending.iter().map(|item| item.id).collect();
        for gone in self.shown.difference(&ids) {
            self.notices.push_back(Notice::Withdrawn(*gone));
        }
        self.shown.retain(|id| ids.contains(id));
        for item in pending {
            self.tell(Told::Approval(Box::new(item)));
        }
    }

    fn tell(&mut self, told: Told) {
        match told {
            Told::Approval(item) => {
                if self.shown.insert(item.id) {
                    self.notices.push_back(Notice::Arrived(item));
                }
            }
            Told::Settled(settled) => {
                if self.shown.remove(&settled.id) {
                    self.notices.push_back(Notice::Settled(settled));
                }
            }
        }
    }

    fn backoff(&mut self) -> Result<Duration, Error> {
        let doubled = self
            .pace
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        let mut chance = [0];
        self.session.ports.entropy.fill(&mut chance)?;
        let [chance] = chance;
        let wait = doubled.min(self.pace.longest);
        Ok(wait + wait / 4 * u32::from(chance) / 255)
    }
}

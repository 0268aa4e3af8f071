//! What one connection does in mutual sign-ins (X.1280): it goes through people of its own, for one service after the other.

use countersign_protocol::x1280::{InitiateAnswer, VerifyAnswer};
use hdrhistogram::Histogram;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::browser::Browser;
use super::load::{LANES, histogram, micros, now};
use super::mutual::{Mutual, PEOPLE, SERVICES, read};
use super::wire::Connection;

/// People of one lane.
const OWN: usize = PEOPLE / LANES;

/// One connection, and the browsers of its services.
pub(crate) struct MutualLane {
    mutual: Arc<Mutual>,
    address: SocketAddr,
    connection: Connection,
    lane: usize,
    /// Pairs of a service and a person that it has asked.
    asked: usize,
    /// Browsers that wait, the longest first.
    waiting: VecDeque<Waiting>,
}

/// A session with a browser on its socket.
struct Waiting {
    person: usize,
    session: InitiateAnswer,
    browser: Browser,
}

impl MutualLane {
    /// Connects.
    ///
    /// # Errors
    /// Nobody answers.
    pub(crate) async fn open(mutual: Arc<Mutual>, address: SocketAddr, lane: usize) -> Result<Self, String> {
        Ok(Self {
            mutual,
            address,
            connection: Connection::open(address).await?,
            lane,
            asked: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Signs in so many times; the latency of a sign-in is that of its two requests together, without the time in which
    /// the phone signs.
    ///
    /// # Errors
    /// The server refuses.
    pub(crate) async fn sign_in(mut self, times: usize) -> Result<(Self, Histogram<u64>), String> {
        let mut latencies = histogram()?;
        for _ in 0..times {
            let (person, session, asked) = self.initiate().await?;
            let request = self.mutual.verify(person, &session)?;
            let answer = self.connection.exchange(&request).await?;
            read::<VerifyAnswer>(&answer)?;
            latencies.saturating_record(micros(asked + answer.latency));
        }
        Ok((self, latencies))
    }

    /// Lets so many more browsers wait; the latency is from connecting to the first message.
    ///
    /// # Errors
    /// The server refuses.
    pub(crate) async fn let_wait(mut self, browsers: usize) -> Result<(Self, Histogram<u64>), String> {
        let mut latencies = histogram()?;
        for _ in 0..browsers {
            latencies.saturating_record(micros(self.wait().await?));
        }
        Ok((self, latencies))
    }

    /// Approves so many times for the browser that has waited longest, and lets the same person wait again; the latency
    /// is from sending the approval to the browser's reading of it.
    ///
    /// # Errors
    /// The server refuses, or tells the browser something else.
    pub(crate) async fn approve(mut self, times: usize) -> Result<(Self, Histogram<u64>), String> {
        let mut latencies = histogram()?;
        for _ in 0..times {
            let mut next = self.waiting.pop_front().ok_or("no browser waits")?;
            let request = self.mutual.verify(next.person, &next.session)?;
            let before = now();
            let (answer, told) =
                tokio::try_join!(self.connection.exchange(&request), next.browser.approved())?;
            latencies.saturating_record(micros(told.duration_since(before)));
            read::<VerifyAnswer>(&answer)?;
            next.browser.leave().await?;
            self.wait().await?;
        }
        Ok((self, latencies))
    }

    /// The browsers that wait; nobody is approved for them any more.
    pub(crate) fn take_browsers(&mut self) -> impl Iterator<Item = Browser> {
        std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|waiting| waiting.browser)
    }

    async fn wait(&mut self) -> Result<Duration, String> {
        let (person, session, _) = self.initiate().await?;
        let before = now();
        let browser = Browser::open(self.address, &session).await?;
        let took = now().duration_since(before);
        self.waiting.push_back(Waiting {
            person,
            session,
            browser,
        });
        Ok(took)
    }

    /// A lane has people of its own; when it has asked all of them for one service, it speaks for the next.
    fn next_pair(&mut self) -> (usize, usize) {
        let (round, person) = (self.asked / OWN, self.asked % OWN);
        self.asked += 1;
        (round % SERVICES, self.lane * OWN + person)
    }

    /// Asks for the next person; gives who that is, the session, and how long the answer took.
    async fn initiate(&mut self) -> Result<(usize, InitiateAnswer, Duration), String> {
        let (service, person) = self.next_pair();
        let request = self.mutual.initiate(service, person)?;
        let answer = self.connection.exchange(&request).await?;
        Ok((person, read(&answer)?, answer.latency))
    }
}

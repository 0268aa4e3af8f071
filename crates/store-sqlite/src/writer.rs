//! The one thread that writes, and its group commit.

use crate::counters::Counters;
use crate::failure::{fault, repeat};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::store::Verdict;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Work for the writer. An error rolls it back and is its answer.
pub(crate) type Work = Box<dyn FnOnce(&mut Tx<'_>) -> Result<Verdict, Fault> + Send>;

type Answer = Result<(), Fault>;

/// How long a commit waits for company while others write too: about what a flush takes on a good disk, and a flush
/// costs a core about as much as the rest of a transaction.
const PATIENCE: Duration = Duration::from_millis(2);

/// How often it looks whether somebody came.
const LOOK_EVERY: Duration = Duration::from_micros(100);

/// Works after which it waits no longer.
const ENOUGH: usize = 8;

struct Job {
    work: Work,
    answer: oneshot::Sender<Answer>,
}

/// The way to the writer's thread. Dropping it lets the thread finish what it accepted, and waits for that.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which takes the connection over.
    pub(crate) fn start(
        connection: Connection,
        queue: usize,
        group: usize,
        counters: Arc<Counters>,
    ) -> Result<Self, Fault> {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&connection, receiver, group.max(1), &counters))
            .map_err(|error| {
                Fault::new("the database's writer could not start; allow this user more threads")
                    .with_source(error)
            })?;
        Ok(Self {
            queue: Some(sender),
            thread: Some(thread),
        })
    }

    /// Runs the work in its turn and returns when it is durable. A caller that goes away before its turn comes is
    /// not served; one that goes away later has written all the same.
    pub(crate) async fn run(&self, work: Work) -> Answer {
        let gone = || Fault::new("the database's writer has ended; restart the program");
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(Job { work, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        let Some(thread) = self.thread.take() else { return };
        // The last handle of a store may die inside a work, on the writer's own thread, which cannot wait for itself.
        if thread.thread().id() != thread::current().id() {
            // The thread catches the panics of works; if it ended by another, its callers were told already.
            let _ended = thread.join();
        }
    }
}

fn serve(connection: &Connection, mut queue: mpsc::Receiver<Job>, limit: usize, counters: &Counters) {
    let mut group = Vec::with_capacity(limit);
    let mut company = false;
    while queue.blocking_recv_many(&mut group, limit) > 0 {
        // A caller that works alone never waits. Where several do, more are on their way, and one flush serves all.
        if company {
            gather(&mut queue, &mut group, ENOUGH.min(limit));
        }
        company = group.len() > 1;
        commit_group(connection, &mut group, counters);
    }
}

/// Waits a moment for more works, until they are enough.
#[expect(
    clippy::disallowed_methods,
    reason = "decides how long a commit waits for company, nothing that is kept"
)]
fn gather(queue: &mut mpsc::Receiver<Job>, group: &mut Vec<Job>, enough: usize) {
    let until = Instant::now() + PATIENCE;
    while group.len() < enough && Instant::now() < until {
        match queue.try_recv() {
            Ok(job) => group.push(job),
            Err(mpsc::error::TryRecvError::Empty) => thread::sleep(LOOK_EVERY),
            Err(mpsc::error::TryRecvError::Disconnected) => return,
        }
    }
}

/// Runs what was waiting in one transaction, flushes once, and only then answers anyone.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long a commit takes, decides nothing"
)]
fn commit_group(connection: &Connection, group: &mut Vec<Job>, counters: &Counters) {
    group.retain(|job| !job.answer.is_closed());
    if group.is_empty() {
        return;
    }
    let started = Instant::now();
    let (works, waiting): (Vec<Work>, Vec<_>) = group.drain(..).map(|job| (job.work, job.answer)).unzip();
    let answers = transact(connection, works);
    if let Ok(answers) = &answers {
        let (all, failed) = (
            answers.len(),
            answers.iter().filter(|answer| !answer.kept).count(),
        );
        counters.committed(all as u64, failed as u64, started.elapsed());
    } else {
        counters.failed();
    }
    match answers {
        Ok(answers) => {
            for (caller, end) in waiting.into_iter().zip(answers) {
                let _caller_left = caller.send(end.answer);
            }
        }
        Err(fault) => {
            for caller in waiting {
                let _caller_left = caller.send(Err(repeat(&fault)));
            }
        }
    }
}

/// How one work of a committed group ended.
struct End {
    kept: bool,
    answer: Answer,
}

/// One transaction around all works. An error means that nothing at all was kept.
fn transact(connection: &Connection, works: Vec<Work>) -> Result<Vec<End>, Fault> {
    // IMMEDIATE takes the write lock at once and waits for it up to the busy timeout; a lock that is taken later could
    // not wait, because the snapshot under it would be stale. With one lock there is nothing to deadlock on.
    execute(connection, "BEGIN IMMEDIATE")?;
    let ends = works
        .into_iter()
        .map(|work| run(connection, work))
        .collect::<Result<Vec<_>, _>>();
    let committed = ends.and_then(|ends| execute(connection, "COMMIT").map(|()| ends));
    if committed.is_err() && !connection.is_autocommit() {
        // The first error is the one to tell; after a failed rollback the next BEGIN fails and tells its own.
        let _rolled_back = execute(connection, "ROLLBACK");
    }
    committed
}

/// One work in its savepoint. An error means that the whole transaction is lost.
fn run(connection: &Connection, work: Work) -> Result<End, Fault> {
    execute(connection, "SAVEPOINT work")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut Tx::new(connection))));
    // Some errors (disk full, I/O) make SQLite roll everything back by itself, also the works before this one.
    if connection.is_autocommit() {
        return Err(Fault::temporary(
            "the database undid a group of transactions; look for a full or failing disk and try again",
        ));
    }
    let kept = matches!(outcome, Ok(Ok(Verdict::Commit)));
    if !kept {
        execute(connection, "ROLLBACK TO work")?;
    }
    execute(connection, "RELEASE work")?;
    let answer = match outcome {
        Ok(outcome) => outcome.map(|_| ()),
        Err(_) => Err(panicked()),
    };
    Ok(End { kept, answer })
}

/// What a caller hears whose work panicked. The panic itself went to the log through the panic hook.
pub(crate) fn panicked() -> Fault {
    Fault::new("a transaction panicked and was rolled back; this is a bug, please report it with the log")
}

/// Runs a statement without parameters, parsed once.
pub(crate) fn execute(connection: &Connection, sql: &str) -> Result<(), Fault> {
    let run = || connection.prepare_cached(sql)?.execute([]);
    run().map(|_| ()).map_err(fault)
}

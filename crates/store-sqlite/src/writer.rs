//! The one thread that writes, and its group commit.

use crate::checkpoint::Progress;
use crate::counters::Counters;
use crate::failure::{fault, repeat};
use crate::options::Options;
use crate::queue::Queue;
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::store::Verdict;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Work for the writer. An error rolls it back and is its answer.
pub(crate) type Work = Box<dyn FnOnce(&mut Tx<'_>) -> Result<Verdict, Fault> + Send>;

type Answer = Result<(), Fault>;

/// How long a commit waits for those who shared the last one. A flush costs a core about as much as the rest of a
/// transaction, and those who sign a token on the way back need some milliseconds for a dozen of them on one core. Who
/// comes alone waits once at most: then nobody shared the last one.
const PATIENCE: Duration = Duration::from_millis(4);

/// Works that a commit waits for at most. Beyond it a flush is shared well enough, and the others can prepare theirs
/// while it lasts.
const ENOUGH: usize = 16;

struct Job {
    work: Work,
    answer: oneshot::Sender<Answer>,
}

/// The way to the writer's thread. Dropping it lets the thread finish what it accepted, and waits for that.
pub(crate) struct Writer {
    queue: Arc<Queue<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which takes the connection over.
    pub(crate) fn start(
        mut connection: Connection,
        options: &Options,
        counters: Arc<Counters>,
        checkpoint: Arc<Progress>,
    ) -> Result<Self, Fault> {
        let queue = Arc::new(Queue::new(options.queue));
        let (jobs, group) = (Arc::clone(&queue), options.group.max(1));
        let told = Arc::clone(&checkpoint);
        // Takes the place of SQLite's own hook, which copies the log back in the middle of a commit.
        connection
            .wal_hook(Some(move |_: &mut Wal, pages: i32| {
                told.committed(pages);
                Ok(())
            }))
            .map_err(fault)?;
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&connection, &jobs, group, &counters, &checkpoint))
            .map_err(|error| {
                Fault::new("the database's writer could not start; allow this user more threads")
                    .with_source(error)
            })?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    /// Runs the work in its turn and returns when it is durable. A caller that goes away before its turn comes is
    /// not served; one that goes away later has written all the same.
    pub(crate) async fn run(&self, work: Work) -> Answer {
        let gone = || Fault::new("the database's writer has ended; restart the program");
        let (answer, answered) = oneshot::channel();
        self.queue.push(Job { work, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        let Some(thread) = self.thread.take() else { return };
        // The last handle of a store may die inside a work, on the writer's own thread, which cannot wait for itself.
        if thread.thread().id() != thread::current().id() {
            // The thread catches the panics of works; if it ended by another, its callers were told already.
            let _ended = thread.join();
        }
    }
}

fn serve(
    connection: &Connection,
    queue: &Queue<Job>,
    limit: usize,
    counters: &Counters,
    checkpoint: &Progress,
) {
    let _ending = Ending(queue);
    let mut wanted = 1;
    loop {
        let mut group = queue.take(wanted, PATIENCE, limit);
        if group.is_empty() {
            return;
        }
        // Whoever shared a commit is likely to come back for the next one, and one flush serves all. A caller that works
        // alone never waits.
        wanted = group.len().min(ENOUGH);
        commit_group(connection, &mut group, counters);
        checkpoint.finish(connection);
    }
}

/// However the thread ends, nobody waits for it any more.
struct Ending<'q>(&'q Queue<Job>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.abandon();
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

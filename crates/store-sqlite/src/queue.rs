//! Where works wait for the writer. It wakes once for as many as it waits for, not once for each.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A bounded queue of many askers and one server.
pub(crate) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    enough: Condvar,
    places: Semaphore,
}

struct Waiting<T> {
    items: Vec<T>,
    /// How many the server waits for.
    wanted: usize,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue with places for so many.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                items: Vec::new(),
                wanted: 1,
                closed: false,
            }),
            enough: Condvar::new(),
            places: Semaphore::new(places.max(1)),
        }
    }

    /// Puts an item at the end, as soon as there is a place. A closed queue gives it back.
    pub(crate) async fn push(&self, item: T) -> Result<(), T> {
        let Ok(place) = self.places.acquire().await else {
            return Err(item);
        };
        place.forget();
        let mut waiting = self.lock();
        waiting.items.push(item);
        if waiting.items.len() >= waiting.wanted {
            self.enough.notify_one();
        }
        Ok(())
    }

    /// Takes the oldest items, `limit` at most: as soon as `wanted` are there, or else those that came while `patience`
    /// lasted, or else the next one. Nothing when the queue is closed and empty.
    pub(crate) fn take(&self, wanted: usize, patience: Duration, limit: usize) -> Vec<T> {
        let mut waiting = self.lock();
        if wanted > 1 {
            waiting.wanted = wanted;
            let few = |waiting: &mut Waiting<T>| waiting.items.len() < wanted && !waiting.closed;
            (waiting, _) = self
                .enough
                .wait_timeout_while(waiting, patience, few)
                .unwrap_or_else(PoisonError::into_inner);
        }
        waiting.wanted = 1;
        let nothing = |waiting: &mut Waiting<T>| waiting.items.is_empty() && !waiting.closed;
        let mut waiting = self
            .enough
            .wait_while(waiting, nothing)
            .unwrap_or_else(PoisonError::into_inner);
        let count = waiting.items.len().min(limit.max(1));
        let taken: Vec<T> = waiting.items.drain(..count).collect();
        // Nobody need wake us while we work: we look again when we are done.
        waiting.wanted = usize::MAX;
        drop(waiting);
        self.places.add_permits(taken.len());
        taken
    }

    /// Lets nothing in any more. What is in is still taken.
    pub(crate) fn close(&self) {
        self.places.close();
        self.lock().closed = true;
        self.enough.notify_one();
    }

    /// Closes the queue and forgets what waits, whose askers see that nobody answers.
    pub(crate) fn abandon(&self) {
        self.close();
        self.lock().items.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn filled(count: usize) -> Queue<usize> {
        let queue = Queue::new(16);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime without drivers");
        for n in 0..count {
            runtime.block_on(queue.push(n)).expect("there is a place");
        }
        queue
    }

    #[test]
    fn what_is_there_is_taken_at_once_when_it_is_enough() {
        let queue = filled(3);
        assert_eq!(queue.take(1, LONG, 8), [0, 1, 2]);
    }

    #[test]
    fn no_more_than_the_limit_is_taken_and_the_rest_waits_in_order() {
        let queue = filled(5);
        assert_eq!(queue.take(2, LONG, 2), [0, 1]);
        assert_eq!(queue.take(2, LONG, 8), [2, 3, 4]);
    }

    #[test]
    fn when_patience_is_over_the_few_are_taken() {
        let queue = filled(2);
        assert_eq!(queue.take(3, Duration::ZERO, 8), [0, 1]);
    }

    #[test]
    fn one_who_waits_for_more_wakes_when_they_are_there() {
        let queue = std::sync::Arc::new(filled(1));
        let taking = std::sync::Arc::clone(&queue);
        let taken = std::thread::spawn(move || taking.take(2, LONG, 8));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let pushed = runtime.expect("a runtime").block_on(queue.push(7));
        assert_eq!(pushed, Ok(()));
        assert_eq!(taken.join().expect("it does not panic"), [0, 7]);
    }

    #[test]
    fn a_closed_queue_gives_what_is_in_it_then_nothing_and_takes_nothing() {
        let queue = filled(1);
        queue.close();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let refused = runtime.expect("a runtime").block_on(queue.push(9));
        assert_eq!(refused, Err(9));
        assert_eq!(queue.take(5, LONG, 8), [0]);
        assert_eq!(queue.take(5, LONG, 8), Vec::<usize>::new());
    }

    #[test]
    fn an_abandoned_queue_has_nothing() {
        let queue = filled(2);
        queue.abandon();
        assert_eq!(queue.take(1, LONG, 8), Vec::<usize>::new());
    }
}

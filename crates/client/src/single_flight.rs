use std::sync::{Mutex, PoisonError};

use crate::error::ClientError;

/// Many ask, one goes: whoever arrives while somebody is on the way shares what that one brings, also a failure.
///
/// Without the shared failure, a thousand callers that wait for a dead provider would each wait for it in turn.
pub(crate) struct SingleFlight<T> {
    turn: tokio::sync::Mutex<()>,
    last: Mutex<Landed<T>>,
}

struct Landed<T> {
    flights: u64,
    result: Option<Result<T, ClientError>>,
}

impl<T: Clone> SingleFlight<T> {
    pub(crate) fn new() -> Self {
        Self {
            turn: tokio::sync::Mutex::new(()),
            last: Mutex::new(Landed {
                flights: 0,
                result: None,
            }),
        }
    }

    /// The result of a flight that lands after this call began. A caller that gives up (drops the future) hands its
    /// turn to the next one.
    pub(crate) async fn run<F>(&self, fly: impl FnOnce() -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let seen = self.with(|last| last.flights);
        let _turn = self.turn.lock().await;
        let shared = self.with(|last| last.result.clone().filter(|_| last.flights != seen));
        if let Some(result) = shared {
            return result;
        }
        let result = fly().await;
        self.with(|last| {
            last.flights = last.flights.wrapping_add(1);
            last.result = Some(result.clone());
        });
        result
    }

    fn with<R>(&self, look: impl FnOnce(&mut Landed<T>) -> R) -> R {
        look(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! How many event streams a phone may hold open.

use crate::layer::metrics;
use crate::limits::Limits;
use countersign_core::Refusal;
use countersign_core::id::AuthenticatorId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The open streams by phone.
pub(crate) struct Streams {
    open: Mutex<HashMap<AuthenticatorId, u32>>,
    per_phone: u32,
}

impl Streams {
    pub(crate) fn new(limits: &Limits) -> Self {
        let per_phone = if limits.danger_unlimited {
            u32::MAX
        } else {
            limits.streams_per_phone
        };
        Self {
            open: Mutex::default(),
            per_phone,
        }
    }

    /// Takes one of the phone's places, until the [`Seat`] is dropped.
    ///
    /// # Errors
    /// `too_many_requests`: the phone holds as many as it may.
    pub(crate) fn sit(self: &Arc<Self>, phone: AuthenticatorId) -> Result<Seat, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(phone).or_insert(0);
        if *count >= self.per_phone {
            let description = "this phone holds too many event streams open; close one first";
            return Err(Refusal::too_many_requests(Duration::from_secs(5), description));
        }
        *count += 1;
        metrics::event_streams(1.0);
        Ok(Seat {
            streams: Arc::clone(self),
            phone,
        })
    }
}

/// One open stream.
pub(crate) struct Seat {
    streams: Arc<Streams>,
    phone: AuthenticatorId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&self.phone).map_or(0, |count| count.saturating_sub(1));
        // The last one takes the phone's entry with it, so that the map holds nobody who is not here.
        if left == 0 {
            open.remove(&self.phone)
        } else {
            open.insert(self.phone, left)
        };
        metrics::event_streams(-1.0);
    }
}

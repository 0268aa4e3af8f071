use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::connection::Connection;

/// Connections that one user may have at the same time: half of all, so that nobody can keep everybody else out by
/// holding connections open.
const PER_USER: usize = 64;

/// How many connections each user has.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<Option<u32>, usize>>>);

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    user: Option<u32>,
}

impl Seats {
    /// One more connection of its user; `None` when they have too many. Those whose user is unknown share one count.
    pub(super) fn take(&self, connection: &Connection) -> Option<Seat> {
        let user = connection.peer.map(|peer| peer.uid);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(user).or_default();
        if *count >= PER_USER {
            return None;
        }
        *count += 1;
        Some(Seat {
            seats: self.clone(),
            user,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = counts.get(&self.user).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            counts.remove(&self.user);
        } else {
            counts.insert(self.user, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::connection::{Peer, Way};

    fn of(uid: u32) -> Connection {
        let way = Way::Tcp;
        let (gid, pid) = (None, None);
        Connection {
            way,
            peer: Some(Peer { way, uid, gid, pid }),
        }
    }

    #[test]
    fn a_user_with_many_connections_leaves_room_for_the_others() {
        let seats = Seats::default();
        let mut taken: Vec<Seat> = (0..PER_USER).filter_map(|_| seats.take(&of(1))).collect();
        assert_eq!(taken.len(), PER_USER);
        assert!(seats.take(&of(1)).is_none() && seats.take(&of(2)).is_some());
        taken.pop();
        assert!(seats.take(&of(1)).is_some());
        drop(taken);
        assert!(seats.0.lock().unwrap().is_empty());
    }
}

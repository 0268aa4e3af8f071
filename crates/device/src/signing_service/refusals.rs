//! How many lines about refusals a user may cause: the audit log is a file, and asking for what one does not get is free.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Lines about the refusals of one user in a minute. What more there is, is counted.
const PER_MINUTE: u32 = 30;

/// The refusals of the current minute, by user; those whose user is unknown share one count.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<Option<u32>, Minute>>);

/// What a user was refused in a minute.
#[derive(Debug, Clone, Copy)]
struct Minute {
    /// Minutes since 1970.
    number: i64,
    written: u32,
    left_out: u32,
}

impl Refusals {
    /// One more refusal of a user. `Some` when it gets a line: the number in it says how many before it got none.
    pub(super) fn line(&self, user: Option<u32>, now: i64) -> Option<u32> {
        let number = now.div_euclid(60);
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Who was refused long ago and has nothing left to be told of needs no place.
        minutes.retain(|_, minute| minute.number == number || minute.left_out > 0);
        let minute = minutes.entry(user).or_insert(Minute {
            number,
            written: 0,
            left_out: 0,
        });
        if minute.number != number {
            (minute.number, minute.written) = (number, 0);
        }
        if minute.written == PER_MINUTE {
            minute.left_out += 1;
            return None;
        }
        minute.written += 1;
        Some(std::mem::take(&mut minute.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::{PER_MINUTE, Refusals};

    #[test]
    fn who_is_refused_without_end_gets_some_lines_a_minute_and_the_number_of_the_others() {
        let refusals = Refusals::default();
        let lines = |now| {
            (0..100)
                .filter_map(|_| refusals.line(Some(1), now))
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(59).len(), PER_MINUTE as usize);
        assert_eq!(lines(59).len(), 0);
        assert_eq!(
            refusals.line(Some(2), 59),
            Some(0),
            "another user has lines of their own"
        );
        assert_eq!(refusals.line(None, 59), Some(0));
        assert_eq!(refusals.line(Some(1), 60), Some(170));
        assert_eq!(refusals.line(Some(1), 60), Some(0));
    }

    #[test]
    fn users_of_earlier_minutes_are_forgotten() {
        let refusals = Refusals::default();
        for user in 0..1000 {
            refusals.line(Some(user), 0);
        }
        refusals.line(Some(1), 60);
        assert_eq!(refusals.0.lock().unwrap().len(), 1);
    }
}

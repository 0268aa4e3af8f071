use jiff::{SignedDuration, Timestamp};

/// Differences up to this are the network's and the second's that `Date` is rounded to.
const UNSEEN: SignedDuration = SignedDuration::from_secs(2);

/// How far this machine's clock is from the provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skew(SignedDuration);

impl Skew {
    /// The provider answered at `date`, between the two moments of our clock.
    pub(super) fn between(asked: Timestamp, date: Timestamp, answered: Timestamp) -> Self {
        // Whatever lies between asking and answering may be the network's.
        if date < asked {
            Self(asked.duration_since(date))
        } else if date > answered {
            Self(answered.duration_since(date))
        } else {
            Self(SignedDuration::ZERO)
        }
    }

    /// Seconds that we are ahead; negative when we are behind. 0 for what may be rounding.
    pub(super) fn seconds_ahead(self) -> i64 {
        if self.0.abs() <= UNSEEN {
            0
        } else {
            self.0.as_secs()
        }
    }
}

/// Seconds that we are ahead in words, for example `4 s behind the provider's`.
pub(super) fn in_words(ahead: i64) -> String {
    match ahead {
        0 => "agrees with the provider's".to_owned(),
        ahead if ahead > 0 => format!("{ahead} s ahead of the provider's"),
        behind => format!("{} s behind the provider's", behind.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_ahead_or_behind_by_what_the_journey_cannot_explain() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let skew = |date| Skew::between(at(1000), at(date), at(1003));
        assert_eq!(
            [998, 1001, 1005].map(|date| skew(date).seconds_ahead()),
            [0, 0, 0]
        );
        assert_eq!([910, 1093].map(|date| skew(date).seconds_ahead()), [90, -90]);
    }

    #[test]
    fn the_difference_is_said_in_words() {
        let words = [0, 90, -4].map(in_words);
        assert_eq!(
            words,
            [
                "agrees with the provider's",
                "90 s ahead of the provider's",
                "4 s behind the provider's"
            ]
        );
    }
}

//! How long a credential is good, as an operator says it.

use crate::failure::Refusal;
use crate::time::Timestamp;
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

/// The longest life of a credential: nobody looks after a key for longer.
const LONGEST_YEARS: i16 = 20;

/// A time on the calendar, such as `2y`, `90d` or `1y 6mo`: two years from 29 February end on 28 February.
#[derive(Debug, Clone, Copy)]
pub struct Lifetime(Span);

impl Default for Lifetime {
    /// Two years.
    fn default() -> Self {
        Self(Span::new().years(2))
    }
}

impl Lifetime {
    /// Reads numbers with units (`y`, `mo`, `w`, `d`, `h`, `m`, `s`).
    ///
    /// # Errors
    /// `invalid_request`: no such text, or no time ahead.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let wrong =
            || Refusal::invalid_request("a lifetime is numbers with units, for example 2y, 90d or 1y 6mo");
        let span: Span = text.trim().parse().map_err(|_| wrong())?;
        if span.is_negative() || span.is_zero() {
            return Err(wrong());
        }
        Ok(Self(span))
    }

    /// When it ends, in whole seconds, if it begins at `now`; days and years are those of UTC.
    ///
    /// # Errors
    /// `invalid_request`: later than in 20 years.
    pub fn end(self, now: Timestamp) -> Result<Timestamp, Refusal> {
        let too_long =
            || Refusal::invalid_request(format!("a credential lives {LONGEST_YEARS} years at most"));
        let begin = jiff::Timestamp::from_second(now.unix()).map_err(|_| too_long())?;
        let begin = Zoned::new(begin, TimeZone::UTC);
        let end = begin.checked_add(self.0).map_err(|_| too_long())?;
        let latest = begin
            .checked_add(Span::new().years(LONGEST_YEARS))
            .map_err(|_| too_long())?;
        if end > latest {
            return Err(too_long());
        }
        Ok(Timestamp::from_unix(end.timestamp().as_second()))
    }
}

#[cfg(test)]
mod tests {
    use super::Lifetime;
    use crate::time::Timestamp;

    fn end(begin: &str, lifetime: &str) -> String {
        let begin: jiff::Timestamp = begin.parse().unwrap();
        let lifetime = Lifetime::parse(lifetime).unwrap();
        lifetime
            .end(Timestamp::from_unix(begin.as_second()))
            .unwrap()
            .rfc3339()
    }

    #[test]
    fn a_lifetime_is_reckoned_on_the_calendar() {
        for (begin, lifetime, expected) in [
            ("2026-11-21T09:00:00Z", "2y", "2028-11-21T09:00:00Z"),
            ("2026-11-21T09:00:00Z", "90d", "2027-02-19T09:00:00Z"),
            ("2026-11-21T09:00:00Z", "2y 90d", "2029-02-19T09:00:00Z"),
            ("2028-02-29T23:59:59Z", "1y", "2029-02-28T23:59:59Z"),
            ("2026-01-31T00:00:00Z", "1mo", "2026-02-28T00:00:00Z"),
            ("2026-11-21T09:00:00Z", " 12h ", "2026-11-21T21:00:00Z"),
        ] {
            assert_eq!(end(begin, lifetime), expected, "{lifetime}");
        }
    }

    #[test]
    fn what_is_no_time_ahead_is_refused() {
        for wrong in ["", "2", "y", "0d", "-1y", "2y ago", "forever", "2028-11-21"] {
            assert!(Lifetime::parse(wrong).is_err(), "{wrong}");
        }
        let now = Timestamp::from_unix(1_795_251_600);
        for wrong in ["21y", "20y 1s", "1000000y"] {
            assert!(
                Lifetime::parse(wrong).and_then(|long| long.end(now)).is_err(),
                "{wrong}"
            );
        }
        assert!(Lifetime::parse("20y").unwrap().end(now).is_ok());
    }
}

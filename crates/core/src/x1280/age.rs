//! Ages on the calendar (X.1280 profile §4). A person's age is a question of dates, not of seconds, so both ends are
//! civil dates, those of `jiff`, which writes our times as well; the present one is that of UTC, the same for everyone
//! who verifies the answer.

use crate::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// The ranges of `ageRange`, by the first year of life that no longer belongs to them.
const RANGES: [(i16, &str); 6] = [
    (13, "0-12"),
    (18, "13-17"),
    (25, "18-24"),
    (35, "25-34"),
    (50, "35-49"),
    (65, "50-64"),
];

/// The calendar date of a moment, in UTC; `None` for a moment outside the years -9999 to 9999.
#[must_use]
pub fn date_of(moment: Timestamp) -> Option<Date> {
    let moment = jiff::Timestamp::from_millisecond(moment.millis()).ok()?;
    Some(Offset::UTC.to_datetime(moment).date())
}

/// Reads a whole ISO date, `YYYY-MM-DD`. A credential may also hold a year, or a year and a month: no age is told from
/// those, since a guess could make a child of age.
#[must_use]
pub fn date_of_birth(text: &str) -> Option<Date> {
    // The library also reads other forms of ISO 8601 (no hyphens, a time behind the date); the profile has one.
    let shape = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (text.len() == 10 && shape).then(|| text.parse().ok()).flatten()
}

/// Completed years of life; `None` before the birth. Who was born on 29 February completes a year on 1 March when the
/// year has no such day, as the comparison of month and day says by itself.
#[must_use]
pub fn years(born: Date, today: Date) -> Option<i16> {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i16::from(!had_birthday);
    (years >= 0).then_some(years)
}

/// The range of `ageRange` that an age falls into.
#[must_use]
pub fn range(years: i16) -> &'static str {
    RANGES
        .iter()
        .find(|(end, _)| years < *end)
        .map_or("65+", |(_, range)| range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{Span, Unit};
    use proptest::prelude::*;

    fn age(born: &str, today: &str) -> Option<i16> {
        years(date_of_birth(born).unwrap(), date_of_birth(today).unwrap())
    }

    #[test]
    fn a_year_is_completed_on_the_birthday_itself() {
        assert_eq!(age("2008-11-21", "2026-11-20"), Some(17));
        assert_eq!(age("2008-11-21", "2026-11-21"), Some(18));
        assert_eq!(age("2008-11-21", "2008-11-21"), Some(0));
        assert_eq!(age("2008-01-31", "2026-02-01"), Some(18));
        assert_eq!(age("2008-12-01", "2026-11-30"), Some(17));
    }

    #[test]
    fn who_was_born_on_29_february_is_of_age_on_1_march() {
        assert_eq!(age("2008-02-29", "2026-02-28"), Some(17));
        assert_eq!(age("2008-02-29", "2026-03-01"), Some(18));
    }

    #[test]
    fn in_a_leap_year_29_february_is_the_birthday() {
        assert_eq!(age("2004-02-29", "2028-02-28"), Some(23));
        assert_eq!(age("2004-02-29", "2028-02-29"), Some(24));
        // 2100 is divisible by 4 and yet no leap year.
        assert_eq!(age("2096-02-29", "2100-02-28"), Some(3));
        assert_eq!(age("2096-02-29", "2100-03-01"), Some(4));
        // 2000 was one.
        assert_eq!(age("2000-02-29", "2018-02-28"), Some(17));
    }

    #[test]
    fn nobody_has_an_age_before_the_birth() {
        assert_eq!(age("2026-11-22", "2026-11-21"), None);
        assert_eq!(age("2027-01-01", "2026-12-31"), None);
    }

    #[test]
    fn the_day_changes_at_midnight_in_utc() {
        let midnight: jiff::Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let at = |millis: i64| {
            date_of(Timestamp::from_millis(midnight.as_millisecond() + millis))
                .unwrap()
                .to_string()
        };
        let half_an_hour = 30 * 60 * 1000;
        assert_eq!(at(-half_an_hour), "2026-11-20");
        assert_eq!(at(-1), "2026-11-20");
        assert_eq!(at(0), "2026-11-21");
        assert_eq!(at(half_an_hour), "2026-11-21");
    }

    #[test]
    fn the_days_around_the_epoch_are_counted_downwards_too() {
        assert_eq!(
            date_of(Timestamp::from_millis(-1)).unwrap().to_string(),
            "1969-12-31"
        );
        assert_eq!(
            date_of(Timestamp::from_millis(0)).unwrap().to_string(),
            "1970-01-01"
        );
        assert_eq!(date_of(Timestamp::from_millis(i64::MAX)), None);
    }

    proptest! {
        /// The library's own reckoning, but for those born on 29 February, whom it gives a birthday on the 28th.
        #[test]
        fn years_are_those_of_the_calendar(born in 0..40_000_i64, later in 0..40_000_i64) {
            let epoch = date_of_birth("1910-01-01").unwrap();
            let born = epoch.saturating_add(Span::new().days(born));
            let today = born.saturating_add(Span::new().days(later));
            prop_assume!((born.month(), born.day()) != (2, 29));
            let reckoned = born.until((Unit::Year, today)).unwrap().get_years();
            prop_assert_eq!(years(born, today), Some(reckoned));
        }
    }

    #[test]
    fn the_ranges_meet_without_a_gap() {
        let of: Vec<&str> = [0, 12, 13, 17, 18, 24, 25, 34, 35, 49, 50, 64, 65, 120]
            .map(range)
            .to_vec();
        assert_eq!(
            of,
            [
                "0-12", "0-12", "13-17", "13-17", "18-24", "18-24", "25-34", "25-34", "35-49", "35-49",
                "50-64", "50-64", "65+", "65+"
            ]
        );
    }

    #[test]
    fn only_a_whole_date_of_the_calendar_is_one() {
        for text in [
            "",
            "1990",
            "1990-05",
            "19900501",
            "1990-5-1",
            "1990-02-30",
            "1991-02-29",
            "1990-13-01",
            "1990-05-01T00:00:00",
            "+1990-05-01",
            "1990/05/01",
            "1990-05-0١",
        ] {
            assert_eq!(date_of_birth(text), None, "{text}");
        }
        assert!(date_of_birth("1992-02-29").is_some());
    }
}

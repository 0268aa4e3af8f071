//! The kinds of values that a setting can have. Each knows how to say what it takes, so that an error, the example and
//! the reference tell the same; and each refuses while it is read, so that the refusal carries the place.

use countersign_protocol::approval::VerificationMode;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A value that can stand in the configuration.
pub(crate) trait Kind {
    /// What it takes, for people: `a duration from 1s to 1h`.
    fn describe() -> String;
    /// The value as TOML; `None` when it is not set.
    fn toml(&self) -> Option<String>;
}

/// A length of time from `MIN` to `MAX` seconds, written as `60s`, `10m`, `1h30m` or `14d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Within<const MIN: u64, const MAX: u64>(Duration);

impl<const MIN: u64, const MAX: u64> Within<MIN, MAX> {
    /// A default. That it is in its bounds shows where the example is read back in a test.
    pub(crate) const fn new(duration: Duration) -> Self {
        Self(duration)
    }

    /// The length of time.
    pub(crate) const fn get(self) -> Duration {
        self.0
    }
}

impl<const MIN: u64, const MAX: u64> TryFrom<String> for Within<MIN, MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || {
            format!(
                "expected {}, for example \"{}\"",
                Self::describe(),
                seconds_text(MIN.max(1))
            )
        };
        let seconds = parse_seconds(&text).ok_or_else(wrong)?;
        (MIN..=MAX)
            .contains(&seconds)
            .then(|| Self(Duration::from_secs(seconds)))
            .ok_or_else(wrong)
    }
}

impl<const MIN: u64, const MAX: u64> From<Within<MIN, MAX>> for String {
    fn from(value: Within<MIN, MAX>) -> Self {
        seconds_text(value.0.as_secs())
    }
}

impl<const MIN: u64, const MAX: u64> Kind for Within<MIN, MAX> {
    fn describe() -> String {
        format!("a duration from {} to {}", seconds_text(MIN), seconds_text(MAX))
    }

    fn toml(&self) -> Option<String> {
        Some(quoted(seconds_text(self.0.as_secs())))
    }
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads `1h30m`: numbers with units, the larger unit first.
fn parse_seconds(text: &str) -> Option<u64> {
    let (mut total, mut rest) = (0_u64, text);
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit = tail.chars().next()?;
        let (_, seconds) = units.by_ref().find(|(letter, _)| *letter == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
        rest = tail.get(unit.len_utf8()..)?;
    }
    (!text.is_empty()).then_some(total)
}

/// Writes what [`parse_seconds`] reads.
pub(crate) fn seconds_text(seconds: u64) -> String {
    let mut rest = seconds;
    let mut text = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub(crate) struct Count<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Count<MIN, MAX> {
    /// A default.
    pub(crate) const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub(crate) const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<i64> for Count<MIN, MAX> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let fitting = u32::try_from(number)
            .ok()
            .filter(|number| (MIN..=MAX).contains(number));
        fitting
            .map(Self)
            .ok_or_else(|| format!("expected {}", Self::describe()))
    }
}

impl<const MIN: u32, const MAX: u32> From<Count<MIN, MAX>> for i64 {
    fn from(value: Count<MIN, MAX>) -> Self {
        value.0.into()
    }
}

impl<const MIN: u32, const MAX: u32> Kind for Count<MIN, MAX> {
    fn describe() -> String {
        format!("a number from {MIN} to {MAX}")
    }

    fn toml(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// How often something may happen: `burst` at once after a quiet time, then `per_minute` evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    pub(crate) burst: Count<1, 10_000_000>,
    pub(crate) per_minute: Count<1, 10_000_000>,
}

impl From<countersign_http::Rate> for Rate {
    fn from(rate: countersign_http::Rate) -> Self {
        Self {
            burst: Count(rate.burst.get()),
            per_minute: Count(rate.per_minute.get()),
        }
    }
}

impl From<Rate> for countersign_http::Rate {
    fn from(rate: Rate) -> Self {
        Self::new(rate.burst.0, rate.per_minute.0)
    }
}

/// How often something rare may happen: `burst` at once after a quiet time, then `per_hour` evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HourlyRate {
    pub(crate) burst: Count<1, 10_000_000>,
    pub(crate) per_hour: Count<1, 10_000_000>,
}

impl From<countersign_http::HourlyRate> for HourlyRate {
    fn from(rate: countersign_http::HourlyRate) -> Self {
        Self {
            burst: Count(rate.burst.get()),
            per_hour: Count(rate.per_hour.get()),
        }
    }
}

impl From<HourlyRate> for countersign_http::HourlyRate {
    fn from(rate: HourlyRate) -> Self {
        Self::new(rate.burst.0, rate.per_hour.0)
    }
}

impl Kind for HourlyRate {
    fn describe() -> String {
        "a rate: so many at once, then so many an hour".to_owned()
    }

    fn toml(&self) -> Option<String> {
        Some(format!(
            "{{ burst = {}, per_hour = {} }}",
            self.burst.0, self.per_hour.0
        ))
    }
}

impl Kind for Rate {
    fn describe() -> String {
        "a rate: so many at once, then so many a minute".to_owned()
    }

    fn toml(&self) -> Option<String> {
        Some(format!(
            "{{ burst = {}, per_minute = {} }}",
            self.burst.0, self.per_minute.0
        ))
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Human,
    Json,
}

impl Kind for LogFormat {
    fn describe() -> String {
        "\"human\" or \"json\"".to_owned()
    }

    fn toml(&self) -> Option<String> {
        Some(quoted(match self {
            Self::Human => "human",
            Self::Json => "json",
        }))
    }
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Kind for LogLevel {
    fn describe() -> String {
        "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"".to_owned()
    }

    fn toml(&self) -> Option<String> {
        Some(quoted(self.as_str()))
    }
}

macro_rules! kind {
    ($($kind:ty: $describe:literal, |$value:ident| $toml:expr;)*) => {$(
        impl Kind for $kind {
            fn describe() -> String {
                $describe.to_owned()
            }

            fn toml(&self) -> Option<String> {
                let $value = self;
                Some($toml)
            }
        }
    )*};
}

kind! {
    bool: "true or false", |value| value.to_string();
    String: "a text", |value| quoted(value);
    PathBuf: "a path; a relative one begins at the configuration file", |value| quoted(value.display());
    SocketAddr: "an address with a port", |value| quoted(value);
    Vec<IpNet>: "a list of networks, such as \"10.0.0.0/8\"", |value| list(value);
    VerificationMode: "\"none\", \"compare\", \"choose\" or \"transfer\"", |value| word(value);
}

impl<K: Kind> Kind for Option<K> {
    fn describe() -> String {
        K::describe()
    }

    fn toml(&self) -> Option<String> {
        self.as_ref().and_then(K::toml)
    }
}

fn quoted(text: impl fmt::Display) -> String {
    toml::Value::String(text.to_string()).to_string()
}

fn list<T: fmt::Display>(items: &[T]) -> String {
    format!("[{}]", items.iter().map(quoted).collect::<Vec<_>>().join(", "))
}

fn word(value: &impl Serialize) -> String {
    toml::Value::try_from(value).map_or_else(|error| error.to_string(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Within, parse_seconds, seconds_text};

    #[test]
    fn a_duration_is_read_and_written_with_units() {
        let samples = [
            ("60s", 60, "1m"),
            ("1h30m", 5_400, "1h30m"),
            ("14d", 1_209_600, "14d"),
            ("0s", 0, "0s"),
        ];
        for (text, seconds, written) in samples {
            assert_eq!(parse_seconds(text), Some(seconds), "{text}");
            assert_eq!(seconds_text(seconds), written);
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_the_bounds() {
        for text in [
            "",
            "10",
            "m",
            "10 m",
            "5m1h",
            "-5m",
            "1w",
            "99999999999999999999s",
            "1m1m",
            "1.5h",
        ] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
        let refused = Within::<60, 3600>::try_from("2h".to_owned()).unwrap_err();
        assert_eq!(refused, "expected a duration from 1m to 1h, for example \"1m\"");
    }
}

//! What the answer of a push service means (RFC 8030 §5 and §7.3).

use countersign_core::outbound::OutboundAnswer;
use countersign_core::outbox::settle::Attempt;
use countersign_core::time::{Duration, Timestamp};

/// Reads an answer.
pub(crate) fn read(answer: &OutboundAnswer, now: Timestamp) -> Attempt {
    let status = answer.status;
    let problem = |meaning: &str| format!("status {status}: {meaning}");
    match status {
        200..=299 => Attempt::Accepted,
        // Followed, it would carry the message and our signature to a host that nobody subscribed at.
        300..=399 => Attempt::Refused(problem("redirects are not followed")),
        404 | 410 => Attempt::Gone(problem("the subscription is over")),
        408 | 429 | 500..=599 => Attempt::Failed {
            problem: problem("the push service is busy or broken"),
            retry_after: answer
                .retry_after
                .as_deref()
                .and_then(|value| retry_after(value, now)),
        },
        401 | 403 => Attempt::Refused(problem("the subscription was made for another key")),
        413 => Attempt::Refused(problem("the message is too large for the push service")),
        _ => Attempt::Refused(problem("the push service does not take the message")),
    }
}

/// Seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?;
    Some(Timestamp::from_millis(date.timestamp().as_millisecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::{read, retry_after};
    use countersign_core::outbound::OutboundAnswer;
    use countersign_core::outbox::settle::Attempt;
    use countersign_core::time::{Duration, Timestamp};

    const NOW: Timestamp = Timestamp::from_unix(784_111_777);

    fn attempt(status: u16, retry_after: Option<&str>) -> Attempt {
        let retry_after = retry_after.map(str::to_owned);
        read(&OutboundAnswer { status, retry_after }, NOW)
    }

    #[test]
    fn every_status_has_one_meaning() {
        for status in [200, 201, 202, 204] {
            assert_eq!(attempt(status, None), Attempt::Accepted);
        }
        for status in [404, 410] {
            assert!(matches!(attempt(status, None), Attempt::Gone(_)), "{status}");
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 405, 413, 415] {
            assert!(matches!(attempt(status, None), Attempt::Refused(_)), "{status}");
        }
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(
                matches!(attempt(status, None), Attempt::Failed { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn a_push_service_may_say_when_to_come_back_in_seconds_or_as_a_date() {
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ] {
            assert_eq!(
                retry_after(value, NOW),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
        let Attempt::Failed { retry_after, .. } = attempt(429, Some("9")) else {
            panic!("429 is tried again");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(9)));
    }
}

//! `GET {host}/ws/session/{sessionId}?token={wsToken}`: what the waiting browser is told (X.1280 profile §2).

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A text frame of the socket; the server sends, the browser only listens.
///
/// No `Debug`: an approved event carries a person's identity.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SocketEvent {
    /// The session waits for the phone: told at once.
    OtpReady {
        /// The code, its last two digits masked: who has only the socket's address does not learn it.
        auto_password: String,
        /// When the session ends, RFC 3339 in UTC.
        expires_at: String,
    },
    /// The person approved.
    Approved {
        /// The identity, a JWT (X.1280 profile §4).
        jwt: String,
        /// base64url HMAC-SHA256 with the service's response key over `sessionId|jwt|random`.
        hash: String,
        /// The `random` of the answer to the request.
        random: String,
        /// When the JWT ends, RFC 3339 in UTC.
        expires_at: String,
    },
    /// The person declined, or an attempt to approve was wrong.
    Rejected {
        /// Why.
        reason: RejectReason,
    },
    /// Nobody answered in time, or a newer session took the place of this one.
    Expired,
}

/// Why a session was, or an attempt was, rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum RejectReason {
    /// A signature was wrong; the session goes on while attempts are left.
    #[serde(rename = "Invalid signature")]
    InvalidSignature,
    /// A code was wrong; the session goes on while attempts are left.
    #[serde(rename = "Invalid OTP")]
    InvalidOtp,
    /// The third wrong attempt ended the session.
    #[serde(rename = "Too many attempts")]
    TooManyAttempts,
    /// The person declined.
    #[serde(rename = "User rejected")]
    UserRejected,
}

impl RejectReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [
        Self::InvalidSignature,
        Self::InvalidOtp,
        Self::TooManyAttempts,
        Self::UserRejected,
    ];

    /// The reason as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSignature => "Invalid signature",
            Self::InvalidOtp => "Invalid OTP",
            Self::TooManyAttempts => "Too many attempts",
            Self::UserRejected => "User rejected",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why the server closed the socket (RFC 6455 §7.4: 4000 to 4999 are for private use).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The session was resolved.
    Resolved,
    /// The token of the address is not that of the session.
    WrongToken,
    /// There is no such session.
    NoSuchSession,
    /// A newer connection took the place of this one.
    Replaced,
}

impl CloseCode {
    /// The number in the close frame.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Resolved => 1000,
            Self::WrongToken => 4001,
            Self::NoSuchSession => 4004,
            Self::Replaced => 4009,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RejectReason, SocketEvent};
    use serde_json::json;

    #[test]
    fn events_have_the_members_that_browsers_read() {
        let text = |text: &str| text.to_owned();
        for (event, wire) in [
            (
                SocketEvent::OtpReady {
                    auto_password: text("4829**"),
                    expires_at: text("2026-11-21T09:01:00Z"),
                },
                json!({ "type": "otp_ready", "autoPassword": "4829**", "expiresAt": "2026-11-21T09:01:00Z" }),
            ),
            (
                SocketEvent::Approved {
                    jwt: text("e30.e30.AA"),
                    hash: text("h"),
                    random: text("00ff"),
                    expires_at: text("2026-11-21T10:00:00Z"),
                },
                json!({ "type": "approved", "jwt": "e30.e30.AA", "hash": "h", "random": "00ff",
                    "expiresAt": "2026-11-21T10:00:00Z" }),
            ),
            (
                SocketEvent::Rejected {
                    reason: RejectReason::InvalidOtp,
                },
                json!({ "type": "rejected", "reason": "Invalid OTP" }),
            ),
            (SocketEvent::Expired, json!({ "type": "expired" })),
        ] {
            assert_eq!(serde_json::to_value(&event).unwrap(), wire);
            assert!(serde_json::from_value::<SocketEvent>(wire).unwrap() == event);
        }
    }

    #[test]
    fn a_reason_is_read_as_it_is_written() {
        for reason in RejectReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            let read: RejectReason = serde_json::from_value(json!(reason.as_str())).unwrap();
            assert_eq!(read, reason);
        }
    }
}

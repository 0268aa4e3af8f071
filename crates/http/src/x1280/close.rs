//! Why a socket ends, and what the browser is told of it (RFC 6455 §7.4; X.1280 profile §2).

use axum::extract::ws::{CloseFrame, close_code};
use countersign_protocol::x1280::CloseCode;
use std::error::Error as _;
use tokio_tungstenite::tungstenite::Error as WireError;
use tokio_tungstenite::tungstenite::error::ProtocolError;

/// Why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With a code of the profile.
    Session(CloseCode),
    /// The server stops. The decision stays: the browser gets it when it connects again.
    Stopping,
    /// The browser sent a frame that is larger than anything a browser has to say here.
    TooLarge,
    /// The browser talks without end.
    TooMuch,
    /// The browser broke the protocol.
    Protocol,
    /// The browser sent a text that is not UTF-8.
    NotText,
    /// The browser did not answer a ping.
    Silent,
    /// Our side.
    Broken,
    /// The browser has closed, or its connection is gone, or it does not read: there is nobody to tell.
    Gone,
}

impl End {
    /// What a failed reading means.
    pub(super) fn of(error: &axum::Error) -> Self {
        match error.source().and_then(|source| source.downcast_ref()) {
            Some(WireError::Capacity(_)) => Self::TooLarge,
            Some(WireError::Utf8(_)) => Self::NotText,
            Some(WireError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Self::Gone,
            Some(WireError::Protocol(_)) => Self::Protocol,
            _ => Self::Gone,
        }
    }

    /// The close frame; `None` when there is nobody to tell.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Session(code) => (code.number(), reason(code)),
            Self::Stopping => (close_code::AWAY, "the server stops; connect again"),
            Self::TooLarge => (close_code::SIZE, "a frame may have 1024 bytes at most"),
            Self::TooMuch => (close_code::POLICY, "this socket is there to listen"),
            Self::Protocol => (close_code::PROTOCOL, "this is no WebSocket frame"),
            Self::NotText => (close_code::INVALID, "a text must be UTF-8"),
            Self::Silent => (close_code::POLICY, "a ping was not answered"),
            Self::Broken => (close_code::ERROR, "something is broken here; connect again"),
            Self::Gone => return None,
        };
        Some(CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}

fn reason(code: CloseCode) -> &'static str {
    match code {
        CloseCode::Resolved => "the session has ended",
        CloseCode::WrongToken => "the token is not that of the session",
        CloseCode::NoSuchSession => "there is no such session",
        CloseCode::Replaced => "a newer connection took the place of this one",
    }
}

//! The protocol of push services: what is sent (RFC 8030, RFC 8291, RFC 8292), and what their answers mean.

pub(crate) mod answer;
pub(crate) mod message;
mod vapid;

//! Reaching phones. A phone that listens to its event stream is woken by the [`Inbox`] when something of its person
//! changed; that always works. A phone that sleeps can be woken by its push service beside it: the [`Courier`] carries the
//! messages of the outbox there, through [`HttpOutbound`].

mod courier;
mod inbox;
mod outbound;
mod web_push;

pub use courier::Courier;
pub use inbox::Inbox;
pub use outbound::HttpOutbound;

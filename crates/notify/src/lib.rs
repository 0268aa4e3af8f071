//! Reaching phones. Today that is the inbox: a phone that listens to its event stream is woken when something of its
//! person changed. Push services join later, beside it: the inbox always works without any of them.

mod inbox;

pub use inbox::Inbox;

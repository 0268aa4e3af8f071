//! The use cases against the production provider on a real store, with time and chance in the test's hand.

mod ciba_poll;
mod support;

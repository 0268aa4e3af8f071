//! From a value, a refusal or a fault to an answer.

mod documented;
mod error;
mod fault;
mod json;
mod x1280;

pub(crate) use documented::{refusals, refused};
pub(crate) use error::{ErrorReply, Refused};
pub(crate) use fault::{Broken, chain};
pub(crate) use json::{Created, JsonReply};
pub(crate) use x1280::respelled;

/// What a handler gives.
pub(crate) type Reply<T> = Result<JsonReply<T>, ErrorReply>;

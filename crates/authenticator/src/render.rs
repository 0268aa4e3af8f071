//! What a person sees.
//!
//! Names, messages and codes come from somebody else: everything is made safe for a terminal here, and nowhere else.

mod identity;
mod item;
mod text;

pub use identity::{describe_credential, identity_claim};
pub(crate) use item::status;
pub use item::{describe, describe_consent, describe_for, headline, history_line, seconds_left};
pub use text::{neutralise, neutralise_json};

//! The binding message (CIBA Core §7.1): the text that both screens show.

use crate::failure::Refusal;
use crate::text::is_showable;
use countersign_protocol::ErrorCode;

/// The longest binding message, in characters: what a phone can show at a glance. Published clients send sentences
/// such as "Authorize login to Example.com?", so the 20 characters of other providers would be too few.
pub const MAX_CHARACTERS: usize = 120;

/// Checks a binding message. An absent one is fine unless the profile needs it; an empty one is not a message.
///
/// # Errors
/// `invalid_binding_message`, or `invalid_request` when a required one is missing.
pub fn check(message: Option<&str>, needed: bool) -> Result<(), Refusal> {
    let refuse = |description: String| Err(Refusal::new(ErrorCode::InvalidBindingMessage, description));
    match message {
        None if needed => Err(Refusal::invalid_request(
            "binding_message is required for this client",
        )),
        None => Ok(()),
        Some(text) if text.trim().is_empty() => {
            refuse("binding_message is empty; leave it out or say what the person approves".into())
        }
        Some(text) if text.chars().count() > MAX_CHARACTERS => refuse(format!(
            "binding_message is longer than {MAX_CHARACTERS} characters, more than a phone shows at a glance"
        )),
        // Control, direction and invisible characters could make the phone show another text than the screen.
        Some(text) if !is_showable(text) => {
            refuse("binding_message holds control, direction or invisible characters; send plain text".into())
        }
        Some(text) if text.chars().any(is_pictograph) => refuse(
            "binding_message holds pictographs, which look different on every screen; send plain text".into(),
        ),
        Some(_) => Ok(()),
    }
}

/// Emoji and their modifiers: two screens draw them differently, so nobody can compare them.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

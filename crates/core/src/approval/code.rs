//! The codes that tie a phone to the screen that asked. They are derived from the provider's master secret and the
//! approval's id, so the store never holds them.

use super::{Approval, ApprovalState};
use crate::id::ApprovalId;
use crate::keys::Sealer;
use crate::x1280::code::AutoPassword;
use countersign_protocol::approval::{MutualShown, VerificationMode, VerificationShown};
use countersign_protocol::ciba::VerificationToShow;

/// Wrong codes after which a request ends (decisions.md): a wrong choice ends it at once.
#[must_use]
pub const fn wrong_codes_allowed(mode: VerificationMode) -> u32 {
    match mode {
        VerificationMode::Choose => 1,
        VerificationMode::None | VerificationMode::Compare | VerificationMode::Transfer => 3,
    }
}

/// The code that the asking screen shows; `None` when the mode has none.
#[must_use]
pub fn screen_code(sealer: &Sealer, id: ApprovalId, mode: VerificationMode) -> Option<String> {
    match mode {
        VerificationMode::None => None,
        // NIST SP 800-63B: an out-of-band secret has at least 20 bits, six digits.
        VerificationMode::Compare | VerificationMode::Transfer => {
            Some(format!("{:06}", draw(sealer, id, "code", 1_000_000)))
        }
        VerificationMode::Choose => {
            let place = usize::try_from(draw(sealer, id, "place", 3)).unwrap_or(0);
            choices(sealer, id).into_iter().nth(place)
        }
    }
}

/// What the asking screen shows while an approval waits for its decision; `None` once it has one, and in mode `none`.
#[must_use]
pub fn to_show(sealer: &Sealer, approval: &Approval) -> Option<VerificationToShow> {
    let mode = approval.verification_mode;
    let code = screen_code(sealer, approval.id, mode).filter(|_| approval.state == ApprovalState::Pending)?;
    Some(VerificationToShow { mode, code })
}

/// What a phone shows of a mode: the code to compare, or those to choose from. A mutual sign-in has the code of its
/// session; `None` if that is not one of ours.
#[must_use]
pub fn on_phone(
    sealer: &Sealer,
    id: ApprovalId,
    mode: VerificationMode,
    mutual: Option<&MutualShown>,
) -> Option<VerificationShown> {
    let (code, choices) = match (mode, mutual) {
        (VerificationMode::Compare, Some(mutual)) => {
            let code = AutoPassword::shown(sealer, mutual)?;
            (Some(code.reveal().to_owned()), None)
        }
        (VerificationMode::Compare, None) => (screen_code(sealer, id, mode), None),
        (VerificationMode::Choose, _) => (None, Some(choices(sealer, id))),
        (VerificationMode::None | VerificationMode::Transfer, _) => (None, None),
    };
    Some(VerificationShown { mode, code, choices })
}

/// The three codes that a phone offers in mode `choose`: two digits each, all different, in ascending order, so that
/// the place of the right one tells nothing.
#[must_use]
pub fn choices(sealer: &Sealer, id: ApprovalId) -> Vec<String> {
    // Three distinct numbers out of 10..=99, by drawing from what is left.
    let mut left: Vec<u32> = (10..=99).collect();
    let mut drawn: Vec<u32> = ["first", "second", "third"]
        .into_iter()
        .map(|which| {
            let place = usize::try_from(draw(sealer, id, which, left.len() as u128)).unwrap_or(0);
            left.swap_remove(place)
        })
        .collect();
    drawn.sort_unstable();
    drawn.into_iter().map(|number| number.to_string()).collect()
}

/// An even draw from `0..below`: 128 bits reduced to at most 20, so the bias is below 2^-100.
fn draw(sealer: &Sealer, id: ApprovalId, which: &str, below: u128) -> u128 {
    let bytes: [u8; 16] = sealer.derive(&format!("approval {which}"), id.0.as_bytes());
    u128::from_be_bytes(bytes) % below
}

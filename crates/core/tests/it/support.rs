//! What every test needs.

use countersign_core::{Failure, Outcome};
use countersign_protocol::ErrorCode;

/// The code of a refusal. Anything else is a broken expectation.
#[track_caller]
pub(crate) fn refused<T>(outcome: Outcome<T>) -> ErrorCode {
    match outcome {
        Ok(_) => panic!("this had to be refused"),
        Err(Failure::Refusal(refusal)) => {
            assert!(
                !refusal.description.trim().is_empty(),
                "a refusal says what to change"
            );
            refusal.code
        }
        Err(Failure::Fault(fault)) => panic!("a fault instead of a refusal: {fault}"),
    }
}

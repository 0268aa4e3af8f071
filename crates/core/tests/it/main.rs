//! The use cases against the production provider on a real store, with time and chance in the test's hand.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the helpers of tests may fail loudly like the tests themselves"
)]

mod application;
mod application_change;
mod approval_decide;
mod approval_expire;
mod approval_pace;
mod attack_list;
mod audit;
mod bearer;
mod checklist;
mod ciba_hints;
mod ciba_poll;
mod ciba_poll_changes;
mod ciba_poll_pace;
mod ciba_request_object;
mod ciba_start;
mod client_assertion;
mod client_quirks;
mod client_registration;
mod consent;
mod device;
mod device_key;
mod discovery;
mod enrol;
mod id_token_and_access_token;
mod interposed;
mod introspection_and_revocation;
mod keys;
mod onesid_vectors;
mod qr;
mod refresh;
mod scene;
mod support;
mod user;
mod verification_modes;
mod x1280;

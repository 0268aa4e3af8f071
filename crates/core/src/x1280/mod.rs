//! X.1280 mutual sign-in: the service proves itself to the person first, with a one-time code that browser and phone
//! show for this very session; then the person approves with the phone's key, and only then is an identity released.
//!
//! One more front door of the approval engine: the phones, the evidence, the limits and the audit are the same. A
//! service is a client, a session opens an approval, and only the phone's signature over the profile's text approves it.
//! Sections are those of `docs/specs/x1280.md`.

pub mod credential;
pub mod enrolment;
mod ids;
pub mod mutual_session;
pub mod service;
pub mod spki;
pub mod trust;

pub use credential::Credential;
pub use enrolment::{Enrolment, EnrolmentChallenge};
pub use ids::{ServiceId, SessionId, TokenId};
pub use mutual_session::{MutualSession, SessionState};
pub use service::Service;
pub use trust::TrustAnchor;

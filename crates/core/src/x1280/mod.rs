//! X.1280 mutual sign-in: the service proves itself to the person first, with a one-time code that browser and phone
//! show for this very session; then the person approves with the phone's key, and only then is an identity released.
//!
//! One more front door of the approval engine: the phones, the evidence, the limits and the audit are the same. A
//! service is a client, a session opens an approval, and only the phone's signature over the profile's text approves it.
//! Sections are those of `docs/specs/x1280.md`.

pub mod age;
mod answer;
mod caller;
pub mod claims;
pub mod code;
pub mod credential;
pub mod enrol;
pub mod enrolment;
mod identity;
mod ids;
pub mod initiate;
mod join;
pub mod lifetime;
pub mod mutual_session;
mod precedence;
mod refuse;
pub mod reject;
mod release;
mod sealed;
pub mod service;
pub mod session;
pub mod spki;
mod standing;
pub mod trust;
pub mod verify;

pub use credential::Credential;
pub use enrolment::{Enrolment, EnrolmentChallenge};
pub use identity::identity_jwks;
pub use ids::{NotAnId, ServiceId, SessionId, TokenId};
pub use mutual_session::{MutualSession, SessionState};
pub use service::Service;
pub use trust::TrustAnchor;

//! X.1280 mutual sign-in: the service proves itself first, then the person approves on the phone.
//!
//! ITU-T X.1280 (03/2024) is a framework without bytes; these are the messages of our profile of it, which
//! `docs/specs/x1280.md` describes section by section. The surface is JSON in `camelCase` below the host, not below the
//! issuer, and its errors are [`X1280Error`]. What operators say and read of services and credentials is beside it.

mod claim;
mod credential;
mod enroll;
mod error;
mod initiate;
mod scope;
mod service;
mod socket;
mod verify;

pub use claim::{ClaimStyle, IdentityClaim};
pub use credential::{
    CredentialRequest, CredentialStatus, IssuedCredential, RevocationQuery, StoredCredential,
    StoredCredentialList,
};
pub use enroll::{EnrollAnswer, EnrollChallenge, EnrollRequest};
pub use error::X1280Error;
pub use initiate::{InitiateAnswer, InitiateRequest, NamedService};
pub use scope::IdentityScope;
pub use service::{
    RotationPart, RotationRequest, ServiceHandover, ServiceRequest, ServiceStatus, StoredService,
    StoredServiceList,
};
pub use socket::{CloseCode, RejectReason, SocketEvent};
pub use verify::{RejectRequest, VerifyAnswer, VerifyRequest, rejection_message, verification_message};

//! Consent for personal data: a device asks and reads, a person sees and withdraws (decisions.md).

pub(crate) mod consents;
pub(crate) mod request;
pub(crate) mod status;
pub(crate) mod withdrawal;

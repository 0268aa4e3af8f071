//! QR sign-in (onesid.md §10).

pub(crate) mod legacy_make;
pub(crate) mod legacy_status;
pub(crate) mod make;
pub(crate) mod scan;
pub(crate) mod status;

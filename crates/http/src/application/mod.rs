//! Applications that people sign in to (onesid.md §9).

pub(crate) mod applications;
pub(crate) mod by_id;
pub(crate) mod well_known;

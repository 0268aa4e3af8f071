//! Applications that people sign in to (onesid.md §9).

pub(crate) mod well_known;

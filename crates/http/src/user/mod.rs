//! What a service may know of a person (onesid.md §8).

pub(crate) mod me;

//! Credentials of people, for operators (X.1280 profile §6).

pub(crate) mod by_id;
pub(crate) mod credentials;

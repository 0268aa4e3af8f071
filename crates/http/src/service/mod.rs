//! Services that people prove their identity to, for operators (X.1280 profile §7).

pub(crate) mod by_id;
pub(crate) mod rotate;
pub(crate) mod services;

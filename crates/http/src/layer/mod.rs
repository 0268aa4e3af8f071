//! What every exchange has, from the outside in: [`observe`] (request id, caller, one log line, metrics, faults),
//! [`headers`], [`panics`] and [`size`].

pub(crate) mod headers;
pub(crate) mod metrics;
pub(crate) mod observe;
pub(crate) mod panics;
pub(crate) mod size;

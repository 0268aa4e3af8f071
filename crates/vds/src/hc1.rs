//! The HC1 container, from the zlib stream inwards.

mod cwt;
mod sign1;
mod zlib;

pub(crate) use cwt::Cwt;
pub(crate) use sign1::Sign1;
pub(crate) use zlib::{deflate, inflate};

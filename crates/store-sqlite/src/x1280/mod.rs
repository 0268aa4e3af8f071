//! X.1280 mutual sign-in.

mod credential;
mod enrolment;
mod service;
mod session;
mod trust;

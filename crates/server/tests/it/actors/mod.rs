//! Who takes part in a sign-in from outside: machines, phones, and the clients of other people. They are the real
//! programs, started as processes; what a service or a phone's app would send by itself goes over plain HTTP.

pub(crate) mod browser;
pub(crate) mod event_stream;
pub(crate) mod example;
pub(crate) mod machine;
pub(crate) mod machine_service;
pub(crate) mod ones_oidc;
pub(crate) mod openidconnect;
pub(crate) mod page;
pub(crate) mod phone;
pub(crate) mod programs;
pub(crate) mod python;
pub(crate) mod wire;

pub(crate) use machine::Machine;
pub(crate) use page::Page;
pub(crate) use phone::Phone;
pub(crate) use wire::{Answer, Caller};

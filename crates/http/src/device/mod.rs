//! Machines: they register, operators decide (onesid.md §3, decisions.md "Devices and operators").

pub(crate) mod decision;
pub(crate) mod key;
pub(crate) mod registration;
pub(crate) mod registrations;
pub(crate) mod status;

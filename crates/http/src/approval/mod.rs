//! What a phone sees and decides (decisions.md "People, phones and approvals").

pub(crate) mod approvals;
pub(crate) mod decision;
pub(crate) mod events;
pub(crate) mod history;
pub(crate) mod streams;

//! From a request to a value, or to a refusal that says what to change.

pub(crate) mod address;
pub(crate) mod bearer;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod client;
pub(crate) mod form;
pub(crate) mod handshake;
pub(crate) mod json;
pub(crate) mod merge_patch;
pub(crate) mod optional_json;
pub(crate) mod path;
pub(crate) mod place;
pub(crate) mod query;
pub(crate) mod urlencoded;

pub(crate) use bearer::Token;
pub(crate) use caller::Caller;
pub(crate) use form::Form;
pub(crate) use handshake::Handshake;
pub(crate) use json::JsonBody;
pub(crate) use merge_patch::MergePatch;
pub(crate) use optional_json::OptionalJson;
pub(crate) use path::PathParam;
pub(crate) use place::Place;
pub(crate) use query::Query;

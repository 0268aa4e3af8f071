//! A person's phones: enrolment, invitations, login hint tokens, push (decisions.md "People, phones and approvals").

pub(crate) mod authenticators;
pub(crate) mod enroll;
pub(crate) mod invitations;
pub(crate) mod login_hint_tokens;
pub(crate) mod push;
pub(crate) mod push_key;

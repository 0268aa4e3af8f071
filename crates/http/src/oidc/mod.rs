//! The OpenID provider under `{host}/oidc`.

pub(crate) mod authorization;
pub(crate) mod configuration;
pub(crate) mod from_identifier;
pub(crate) mod identify;
pub(crate) mod introspection;
pub(crate) mod jwks;
pub(crate) mod published;
pub(crate) mod revocation;
pub(crate) mod token;
pub(crate) mod userinfo;

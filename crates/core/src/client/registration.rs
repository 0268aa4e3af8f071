//! Client metadata, validated once (RFC 7591 §2, CIBA Core §4): what is wrong is refused when a client is registered,
//! never found out at its first sign-in.

mod keys;
mod members;

use super::Profile;
use crate::failure::{Fault, Refusal};
use crate::id::ClientId;
use countersign_jose::{Algorithm, PublicKey, jcs};
use countersign_protocol::approval::VerificationMode;
use countersign_protocol::ciba::{self, DeliveryMode};
use countersign_protocol::client::ClientMetadata;
use countersign_protocol::{ErrorCode, ScopeList};
use serde_json::{Value, json};

/// The metadata of one client, parsed: only what validates can be one.
#[derive(Debug)]
pub struct Registration {
    /// The text that the store keeps: the metadata with all defaults filled in, in JCS form (RFC 8785).
    pub text: String,
    /// How the client may speak.
    pub profile: Profile,
    /// Its name, shown to people; the `client_id` when it has none (RFC 7591 §2).
    pub name: String,
    /// Host name of its home page, shown beside the name.
    pub host: Option<String>,
    /// Its public keys; each can verify with an algorithm of the profile.
    pub keys: Vec<PublicKey>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for; every known one when absent.
    pub scope: Option<ScopeList>,
    /// The one algorithm of its assertions, when it pinned one.
    pub assertion_alg: Option<Algorithm>,
    /// The one algorithm of its signed requests; when present, requests must be signed (CIBA Core §4).
    pub request_object_alg: Option<Algorithm>,
    /// Algorithm of its ID tokens: RS256 or ES256.
    pub id_token_alg: Algorithm,
    /// How it learns that a decision was made.
    pub delivery_mode: DeliveryMode,
    /// How strongly a decision is tied to its screen.
    pub verification_mode: VerificationMode,
    /// Whether an unknown person is answered like one that never decides.
    pub hide_unknown_users: bool,
    metadata: ClientMetadata,
}

/// The grants of the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// CIBA Core §10.1.
    Ciba,
    /// RFC 6749 §6.
    RefreshToken,
}

impl GrantType {
    /// Every grant.
    pub const ALL: [Self; 3] = [Self::ClientCredentials, Self::Ciba, Self::RefreshToken];

    /// The value of `grant_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Ciba => ciba::GRANT_TYPE,
            Self::RefreshToken => "refresh_token",
        }
    }

    /// Reads the value of `grant_type`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == word)
    }
}

impl Registration {
    /// Validates metadata. Refusals in the order of RFC 7591 §2, then CIBA Core §4.
    ///
    /// # Errors
    /// `invalid_client_metadata`, naming the member and what to change.
    pub fn validate(metadata: ClientMetadata) -> Result<Self, Refusal> {
        members::refuse_unserved(&metadata)?;
        let profile = members::profile(&metadata)?;
        let keys = keys::keys(&metadata, profile)?;
        let host = members::client_uri(&metadata)?;
        let name = members::client_name(&metadata)?;
        let grant_types = members::grant_types(&metadata, profile)?;
        let scope = members::scope(&metadata)?;
        let assertion_alg = keys::assertion_alg(&metadata, profile, &keys)?;
        let request_object_alg = keys::request_object_alg(&metadata, profile, &keys)?;
        let id_token_alg = keys::id_token_alg(&metadata, profile)?;
        let delivery_mode = members::delivery_mode(&metadata)?;
        let verification_mode = metadata.verification_mode.unwrap_or_default();
        let hide_unknown_users = metadata.hide_unknown_users.unwrap_or_default();
        let canonical = ClientMetadata {
            profile: Some(profile.as_str().to_owned()),
            jwks: Some(jwks(&keys)),
            grant_types: Some(
                grant_types
                    .iter()
                    .map(|grant| grant.as_str().to_owned())
                    .collect(),
            ),
            scope: scope.as_ref().map(ToString::to_string),
            token_endpoint_auth_method: Some(members::AUTH_METHOD.to_owned()),
            id_token_signed_response_alg: Some(id_token_alg.name().to_owned()),
            backchannel_authentication_request_signing_alg: request_object_alg
                .map(|alg| alg.name().to_owned()),
            backchannel_token_delivery_mode: Some(delivery_mode),
            backchannel_user_code_parameter: Some(false),
            verification_mode: Some(verification_mode),
            hide_unknown_users: Some(hide_unknown_users),
            ..metadata
        };
        Ok(Self {
            text: text(&canonical)?,
            profile,
            name,
            host,
            keys,
            grant_types,
            scope,
            assertion_alg,
            request_object_alg,
            id_token_alg,
            delivery_mode,
            verification_mode,
            hide_unknown_users,
            metadata: canonical,
        })
    }

    /// Reads back what the store kept of a client.
    ///
    /// # Errors
    /// The text is no metadata that [`Registration::validate`] would have let in.
    pub fn stored(id: &ClientId, text: &str) -> Result<Self, Fault> {
        let broken = |reason: String| Fault::corrupt("client", id, reason);
        let mut metadata: ClientMetadata = serde_json::from_str(text)
            .map_err(|error| broken(format!("the metadata cannot be read: {error}")))?;
        let named = metadata.client_id.get_or_insert_with(|| id.to_string());
        if named.as_str() != id.as_str() {
            return Err(broken("the metadata belongs to another client".to_owned()));
        }
        let registration =
            Self::validate(metadata).map_err(|refusal| broken(refusal.description.into_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            ..registration
        })
    }

    /// Whether the client may use a grant.
    #[must_use]
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// The algorithms that its assertions may be signed with, for error texts.
    #[must_use]
    pub fn allowed_algorithms(&self) -> String {
        let pinned = self.assertion_alg;
        let usable =
            keys::usable(self.profile, &self.keys).filter(|alg| pinned.is_none_or(|pinned| pinned == *alg));
        usable.map(Algorithm::name).collect::<Vec<_>>().join(", ")
    }

    /// The metadata with all defaults filled in, as RFC 7591 §3.2.1 answers it.
    #[must_use]
    pub const fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }
}

fn jwks(keys: &[PublicKey]) -> Value {
    json!({ "keys": keys.iter().map(PublicKey::jwk).collect::<Vec<_>>() })
}

fn text(metadata: &ClientMetadata) -> Result<String, Refusal> {
    let bytes = jcs::canonicalize(metadata).map_err(|_| invalid("the metadata cannot be written as JSON"))?;
    String::from_utf8(bytes).map_err(|_| invalid("the metadata cannot be written as JSON"))
}

fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidClientMetadata, description)
}

use countersign_protocol::ScopeList;
use countersign_protocol::token::SubjectType;
use serde_json::{Map, Value};

/// What kind of token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Who signed in, told to the service that asked (OpenID Connect Core §2).
    IdToken,
    /// A person's access token for one resource (RFC 9068).
    JwtAccessToken,
    /// The provider calls in its own name (onesid.md §7).
    ServiceToken,
    /// A person's opaque access token, won by a sign-in.
    UserAccessToken,
    /// The access token of a person's phone.
    PhoneAccessToken,
    /// A device's own access token.
    DeviceAccessToken,
}

/// A token that is good for us, and what it says. Only the validation of this library makes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ValidatedToken {
    /// What it is.
    pub kind: TokenKind,
    /// Whether it speaks for a device or for a person.
    pub entity: SubjectType,
    /// The id of the device or of the person.
    pub subject: String,
    /// The person's username, when the provider tells it.
    pub username: Option<String>,
    /// The client that the token was issued to.
    pub client_id: Option<String>,
    /// The granted scopes.
    pub scope: ScopeList,
    /// Whom it is for; empty for an opaque token without a resource.
    pub audience: Vec<String>,
    /// When it was issued, Unix seconds.
    pub issued_at: Option<i64>,
    /// When it ends, Unix seconds.
    pub expires_at: Option<i64>,
    /// The person's role at the provider.
    pub idp_role: Option<String>,
    /// How well the person was authenticated (OpenID Connect Core §2).
    pub acr: Option<String>,
    /// By what means (RFC 8176).
    pub amr: Vec<String>,
    /// When, Unix seconds.
    pub auth_time: Option<i64>,
    pub(super) claims: Map<String, Value>,
}

impl ValidatedToken {
    /// Whether a scope was granted.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.contains(scope)
    }

    /// Any other claim of a JWT, under the signature.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }
}

use countersign_protocol::ciba::OneOrMany;
use serde::Deserialize;

/// The claims that are judged or handed on: of an ID token (OpenID Connect Core §2) and of an access token (RFC 9068
/// §2.2, onesid.md §7).
#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) aud: Option<OneOrMany>,
    pub(super) nbf: Option<i64>,
    pub(super) azp: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) username: Option<String>,
    pub(super) preferred_username: Option<String>,
    pub(super) idp_role: Option<String>,
    pub(super) resource: Option<OneOrMany>,
    pub(super) acr: Option<String>,
    pub(super) amr: Option<Vec<String>>,
    pub(super) auth_time: Option<i64>,
    pub(super) at_hash: Option<String>,
}

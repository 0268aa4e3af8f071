//! Replacing the key of a registered machine (`POST {iss}/device-key`): a design of ours, no known client has it.
//!
//! The request is a form: client authentication by `private_key_jwt` with the key that is registered, `public_key`
//! (a JWK Set with the one new key, as JSON text) and `proof` (a JWS by the new key over [`DeviceKeyClaims`]). The old
//! key says that the machine asks, the new key says that the machine holds it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `typ` of the proof (RFC 8725 §3.11): it passes for no other statement that the machine signs.
pub const DEVICE_KEY_TYP: &str = "device-key+jwt";
/// The longest life of a proof, in seconds.
pub const DEVICE_KEY_PROOF_LIFETIME: i64 = 60;

/// The claims of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKeyClaims {
    /// The client id.
    pub iss: String,
    /// The issuer, `{host}/oidc`.
    pub aud: String,
    /// When it was signed, Unix seconds.
    pub iat: i64,
    /// When it ends, Unix seconds; at most [`DEVICE_KEY_PROOF_LIFETIME`] away.
    pub exp: i64,
    /// A number that no other statement of this client has.
    pub jti: String,
    /// RFC 7638 thumbprint of the key that is replaced.
    pub thumbprint: String,
}

/// The answer to a rotation, status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRotationAnswer {
    /// RFC 7638 thumbprint of the key that counts from now on.
    pub thumbprint: String,
    /// RFC 7638 thumbprint of the key that counts no longer.
    pub replaced_thumbprint: String,
}

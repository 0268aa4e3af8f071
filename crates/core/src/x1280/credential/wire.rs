//! A credential as operators write and read it over HTTP (X.1280 profile §6).

use super::{Credential, Issued, NewCredential};
use crate::failure::Refusal;
use crate::time::Timestamp;
use crate::x1280::answer::any_base64;
use crate::x1280::lifetime::Lifetime;
use countersign_protocol::x1280::{CredentialRequest, IssuedCredential, StoredCredential};

impl TryFrom<CredentialRequest> for NewCredential {
    type Error = Refusal;

    fn try_from(request: CredentialRequest) -> Result<Self, Refusal> {
        let photo = request.photo_base64.as_deref().map(photo).transpose()?;
        let lifetime = request.expires.as_deref().map(Lifetime::parse).transpose()?;
        Ok(Self {
            given_name: Some(request.given_name),
            family_name: Some(request.family_name),
            date_of_birth: Some(request.date_of_birth),
            nationality: Some(request.nationality),
            document_number: request.document_number,
            trust_level: request.trust_level,
            photo,
            lifetime: lifetime.unwrap_or_default(),
            user: request.username,
        })
    }
}

fn photo(text: &str) -> Result<Vec<u8>, Refusal> {
    any_base64(text)
        .ok_or_else(|| Refusal::invalid_request("photoBase64 must be a picture in base64 or base64url"))
}

impl From<Issued> for IssuedCredential {
    fn from(issued: Issued) -> Self {
        Self {
            credential: issued.credential,
            token_id: issued.token_id.to_string(),
            expires_at: issued.expires_at.rfc3339(),
        }
    }
}

/// What is known of a credential at `now`, and nothing of what it says.
pub(super) fn stored(credential: &Credential, now: Timestamp) -> StoredCredential {
    let (origin, revoked) = (credential.origin.as_ref(), credential.revoked.as_ref());
    StoredCredential {
        token_id: credential.token_id.to_string(),
        status: credential.status(now),
        issuer: origin.map(|origin| origin.issuer.clone()),
        user_id: credential.user_id.map(|user| user.to_string()),
        expires_at: origin
            .and_then(|origin| origin.expires_at)
            .map(Timestamp::rfc3339),
        recorded_at: credential.recorded_at.rfc3339(),
        revoked_at: revoked.map(|revoked| revoked.at.rfc3339()),
        reason: revoked.and_then(|revoked| revoked.reason.clone()),
    }
}

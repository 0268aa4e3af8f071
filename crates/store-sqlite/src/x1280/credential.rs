//! Credentials of people.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::UserId;
use countersign_core::store::CredentialStore;
use countersign_core::time::Timestamp;
use countersign_core::x1280::TokenId;
use countersign_core::x1280::credential::{Credential, CredentialOrigin, Revocation};
use rusqlite::params;

impl Entity for Credential {
    const TABLE: &'static str = "credentials";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            token_id: fields.text_as(TokenId::parse)?,
            origin: origin(fields)?,
            user_id: fields.optional_uuid()?.map(UserId),
            sealed_claims: fields.optional(Fields::blob)?,
            recorded_at: fields.time()?,
            revoked: revocation(fields)?,
        })
    }
}

fn origin(fields: &mut Fields<'_>) -> Result<Option<CredentialOrigin>, Fault> {
    let (issuer, key) = (fields.optional_text()?, fields.optional_text()?);
    let expires_at = fields.optional_time()?;
    match (issuer, key, expires_at) {
        (Some(issuer), Some(key), expires_at) => Ok(Some(CredentialOrigin {
            issuer,
            key,
            expires_at,
        })),
        (None, None, None) => Ok(None),
        _ => Err(fields.corrupt("half an issuer")),
    }
}

fn revocation(fields: &mut Fields<'_>) -> Result<Option<Revocation>, Fault> {
    match (fields.optional_time()?, fields.optional_text()?) {
        (Some(at), reason) => Ok(Some(Revocation { at, reason })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(fields.corrupt("a reason without a revocation")),
    }
}

impl CredentialStore for Tx<'_> {
    fn by_id(&self, id: &TokenId) -> Result<Option<Credential>, Fault> {
        self.one(sql!("x1280/credential_by_id"), params![id.as_str()])
    }

    fn list(&self) -> Result<Vec<Credential>, Fault> {
        self.all(sql!("x1280/credential_list"), [])
    }

    fn put(&mut self, credential: &Credential) -> Result<bool, Fault> {
        let origin = credential.origin.as_ref();
        self.wins(
            sql!("x1280/credential_put"),
            params![
                credential.token_id.as_str(),
                origin.map(|origin| origin.issuer.as_str()),
                origin.map(|origin| origin.key.as_str()),
                origin.and_then(|origin| origin.expires_at).map(Timestamp::millis),
                credential.user_id.map(|user| user.0.into_bytes()),
                credential.sealed_claims,
                credential.recorded_at.millis(),
            ],
        )
    }

    fn revoke(&mut self, id: &TokenId, revocation: &Revocation) -> Result<bool, Fault> {
        self.wins(
            sql!("x1280/credential_revoke"),
            params![id.as_str(), revocation.at.millis(), revocation.reason],
        )
    }
}

//! Grants and their tokens.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::evidence::Evidence;
use countersign_core::failure::Fault;
use countersign_core::id::{ApprovalId, ClientId, DeviceId, GrantId, UserId};
use countersign_core::oidc::{AccessToken, Audience, Grant, RefreshSpent, RefreshToken, TokenSubject};
use countersign_core::secret::TokenDigest;
use countersign_core::store::GrantStore;
use countersign_core::time::Timestamp;
use countersign_protocol::approval::VerificationMode;
use rusqlite::params;

impl Entity for Grant {
    const TABLE: &'static str = "grants";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: GrantId(fields.uuid()?),
            client_id: fields.client_id()?,
            user_id: UserId(fields.uuid()?),
            approval_id: ApprovalId(fields.uuid()?),
            scope: fields.scope()?,
            audience: audience(fields)?,
            evidence: Evidence::restore(fields.text_as(VerificationMode::parse)?, fields.time()?),
            created_at: fields.time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

/// The two columns of an audience: both or none.
pub(crate) fn audience(fields: &mut Fields<'_>) -> Result<Option<Audience>, Fault> {
    match (fields.optional_text()?, fields.optional(Fields::client_id)?) {
        (Some(resource), Some(client_id)) => Ok(Some(Audience { resource, client_id })),
        (None, None) => Ok(None),
        _ => Err(fields.corrupt("half an audience")),
    }
}

impl Entity for AccessToken {
    const TABLE: &'static str = "access_tokens";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            client_id: fields.client_id()?,
            subject: subject(fields)?,
            issued_at: fields.time()?,
            expires_at: fields.time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

fn subject(fields: &mut Fields<'_>) -> Result<TokenSubject, Fault> {
    let word = fields.text()?;
    let device = fields.optional_uuid()?.map(DeviceId);
    let user = fields.optional_uuid()?.map(UserId);
    let grant = fields.optional_uuid()?.map(GrantId);
    match (word.as_str(), device, user, grant) {
        ("device", Some(device), None, None) => Ok(TokenSubject::Device(device)),
        ("authenticator", None, Some(user), None) => Ok(TokenSubject::Authenticator(user)),
        ("service", None, None, None) => Ok(TokenSubject::Service),
        ("grant", None, None, Some(grant)) => Ok(TokenSubject::Grant(grant)),
        _ => Err(fields.corrupt("subject and the id behind it do not fit")),
    }
}

impl Entity for RefreshToken {
    const TABLE: &'static str = "refresh_tokens";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            grant_id: GrantId(fields.uuid()?),
            issued_at: fields.time()?,
            expires_at: fields.time()?,
            spent: spent(fields)?,
        })
    }
}

fn spent(fields: &mut Fields<'_>) -> Result<Option<RefreshSpent>, Fault> {
    let used = fields.optional_time()?.zip(fields.optional(Fields::digest)?);
    match (used, fields.optional(Fields::blob)?) {
        (Some((at, request)), answer) => Ok(Some(RefreshSpent { at, request, answer })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(fields.corrupt("an answer to a request that never came")),
    }
}

impl GrantStore for Tx<'_> {
    fn by_id(&self, id: GrantId) -> Result<Option<Grant>, Fault> {
        self.one(sql!("oidc/grant"), params![id.0.as_bytes()])
    }

    fn insert(&mut self, grant: &Grant) -> Result<(), Fault> {
        self.change(
            sql!("oidc/insert_grant"),
            params![
                grant.id.0.as_bytes(),
                grant.client_id.as_str(),
                grant.user_id.0.as_bytes(),
                grant.approval_id.0.as_bytes(),
                grant.scope.to_string(),
                grant.audience.as_ref().map(|audience| audience.resource.as_str()),
                grant
                    .audience
                    .as_ref()
                    .map(|audience| audience.client_id.as_str()),
                grant.evidence.verification_mode().as_str(),
                grant.evidence.auth_time().millis(),
                grant.created_at.millis(),
                grant.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn revoke(&mut self, id: GrantId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(sql!("oidc/revoke_grant"), params![at.millis(), id.0.as_bytes()])
    }

    fn revoke_of_user(&mut self, user: UserId, at: Timestamp) -> Result<u32, Fault> {
        let revoked = self.change(
            sql!("oidc/revoke_grants_of_user"),
            params![at.millis(), user.0.as_bytes()],
        )?;
        Ok(u32::try_from(revoked).unwrap_or(u32::MAX))
    }

    fn revoke_of_client(&mut self, client: &ClientId, at: Timestamp) -> Result<u32, Fault> {
        let revoked = self.change(
            sql!("oidc/revoke_grants_of_client"),
            params![at.millis(), client.as_str()],
        )?;
        Ok(u32::try_from(revoked).unwrap_or(u32::MAX))
    }

    fn access_token(&self, digest: &TokenDigest) -> Result<Option<AccessToken>, Fault> {
        self.one(sql!("oidc/access_token"), params![digest.0])
    }

    fn insert_access_token(&mut self, token: &AccessToken) -> Result<(), Fault> {
        let (subject, device, user, grant) = match token.subject {
            TokenSubject::Device(device) => ("device", Some(device), None, None),
            TokenSubject::Authenticator(user) => ("authenticator", None, Some(user), None),
            TokenSubject::Service => ("service", None, None, None),
            TokenSubject::Grant(grant) => ("grant", None, None, Some(grant)),
        };
        self.change(
            sql!("oidc/insert_access_token"),
            params![
                token.digest.0,
                token.client_id.as_str(),
                subject,
                device.map(|id| id.0.into_bytes()),
                user.map(|id| id.0.into_bytes()),
                grant.map(|id| id.0.into_bytes()),
                token.issued_at.millis(),
                token.expires_at.millis(),
                token.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn revoke_access_token(&mut self, digest: &TokenDigest, at: Timestamp) -> Result<(), Fault> {
        // A token that is unknown or was revoked before is as revoked as one can be (RFC 7009 §2.2).
        self.change(sql!("oidc/revoke_access_token"), params![at.millis(), digest.0])?;
        Ok(())
    }

    fn refresh_token(&self, digest: &TokenDigest) -> Result<Option<RefreshToken>, Fault> {
        self.one(sql!("oidc/refresh_token"), params![digest.0])
    }

    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        let spent = token.spent.as_ref();
        self.change(
            sql!("oidc/insert_refresh_token"),
            params![
                token.digest.0,
                token.grant_id.0.as_bytes(),
                token.issued_at.millis(),
                token.expires_at.millis(),
                spent.map(|spent| spent.at.millis()),
                spent.map(|spent| spent.request.0),
                spent.and_then(|spent| spent.answer.as_deref()),
            ],
        )?;
        Ok(())
    }

    fn spend_refresh_token(&mut self, digest: &TokenDigest, spent: &RefreshSpent) -> Result<bool, Fault> {
        let params = params![spent.at.millis(), spent.request.0, spent.answer, digest.0];
        self.wins(sql!("oidc/spend_refresh_token"), params)
    }
}

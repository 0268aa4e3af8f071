//! Phones, invitations and login hint tokens.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::authenticator::{Authenticator, Invitation, LoginHintToken};
use countersign_core::failure::Fault;
use countersign_core::id::{AuthenticatorId, UserId};
use countersign_core::secret::TokenDigest;
use countersign_core::store::AuthenticatorStore;
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for Authenticator {
    const TABLE: &'static str = "authenticators";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: AuthenticatorId(fields.uuid()?),
            client_id: fields.client_id()?,
            user_id: UserId(fields.uuid()?),
            name: fields.text()?,
            platform: fields.text()?,
            thumbprint: fields.text()?,
            enrolled_at: fields.time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

impl Entity for Invitation {
    const TABLE: &'static str = "invitations";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            user_id: UserId(fields.uuid()?),
            created_by: fields.text()?,
            created_at: fields.time()?,
            expires_at: fields.time()?,
            spent_at: fields.optional_time()?,
        })
    }
}

impl Entity for LoginHintToken {
    const TABLE: &'static str = "login_hint_tokens";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            user_id: UserId(fields.uuid()?),
            authenticator_id: AuthenticatorId(fields.uuid()?),
            expires_at: fields.time()?,
            spent_at: fields.optional_time()?,
        })
    }
}

impl AuthenticatorStore for Tx<'_> {
    fn by_id(&self, id: AuthenticatorId) -> Result<Option<Authenticator>, Fault> {
        self.one(sql!("authenticator/by_id"), params![id.0.as_bytes()])
    }

    fn of_user(&self, user: UserId) -> Result<Vec<Authenticator>, Fault> {
        self.all(sql!("authenticator/of_user"), params![user.0.as_bytes()])
    }

    fn list(&self) -> Result<Vec<Authenticator>, Fault> {
        self.all(sql!("authenticator/list"), [])
    }

    fn living_by_thumbprint(&self, thumbprint: &str) -> Result<Option<Authenticator>, Fault> {
        self.one(sql!("authenticator/living_by_thumbprint"), params![thumbprint])
    }

    fn insert(&mut self, authenticator: &Authenticator) -> Result<(), Fault> {
        self.change(
            sql!("authenticator/insert"),
            params![
                authenticator.id.0.as_bytes(),
                authenticator.client_id.as_str(),
                authenticator.user_id.0.as_bytes(),
                authenticator.name,
                authenticator.platform,
                authenticator.thumbprint,
                authenticator.enrolled_at.millis(),
                authenticator.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn revoke(&mut self, id: AuthenticatorId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(
            sql!("authenticator/revoke"),
            params![at.millis(), id.0.as_bytes()],
        )
    }

    fn invitation(&self, digest: &TokenDigest) -> Result<Option<Invitation>, Fault> {
        self.one(sql!("authenticator/invitation"), params![digest.0])
    }

    fn insert_invitation(&mut self, invitation: &Invitation) -> Result<(), Fault> {
        self.change(
            sql!("authenticator/insert_invitation"),
            params![
                invitation.digest.0,
                invitation.user_id.0.as_bytes(),
                invitation.created_by,
                invitation.created_at.millis(),
                invitation.expires_at.millis(),
                invitation.spent_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn spend_invitation(&mut self, digest: &TokenDigest, at: Timestamp) -> Result<bool, Fault> {
        self.wins(
            sql!("authenticator/spend_invitation"),
            params![at.millis(), digest.0],
        )
    }

    fn login_hint_token(&self, digest: &TokenDigest) -> Result<Option<LoginHintToken>, Fault> {
        self.one(sql!("authenticator/login_hint_token"), params![digest.0])
    }

    fn insert_login_hint_token(&mut self, token: &LoginHintToken) -> Result<(), Fault> {
        self.change(
            sql!("authenticator/insert_login_hint_token"),
            params![
                token.digest.0,
                token.user_id.0.as_bytes(),
                token.authenticator_id.0.as_bytes(),
                token.expires_at.millis(),
                token.spent_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn spend_login_hint_token(&mut self, digest: &TokenDigest, at: Timestamp) -> Result<bool, Fault> {
        self.wins(
            sql!("authenticator/spend_login_hint_token"),
            params![at.millis(), digest.0],
        )
    }
}

//! Credentials on phones, and the challenges for enrolling them.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::{AuthenticatorId, EnrolmentId};
use countersign_core::secret::TokenDigest;
use countersign_core::store::EnrolmentStore;
use countersign_core::time::Timestamp;
use countersign_core::x1280::{Enrolment, EnrolmentChallenge, TokenId};
use rusqlite::params;

impl Entity for Enrolment {
    const TABLE: &'static str = "enrolments";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: EnrolmentId(fields.uuid()?),
            token_id: fields.text_as(TokenId::parse)?,
            authenticator_id: AuthenticatorId(fields.uuid()?),
            device_id: fields.text()?,
            enrolled_at: fields.time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

impl Entity for EnrolmentChallenge {
    const TABLE: &'static str = "enrolment_challenges";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            created_at: fields.time()?,
            expires_at: fields.time()?,
            spent_at: fields.optional_time()?,
        })
    }
}

impl EnrolmentStore for Tx<'_> {
    fn by_id(&self, id: EnrolmentId) -> Result<Option<Enrolment>, Fault> {
        self.one(sql!("x1280/enrolment_by_id"), params![id.0.as_bytes()])
    }

    fn of_token(&self, token: &TokenId) -> Result<Option<Enrolment>, Fault> {
        self.one(sql!("x1280/enrolment_of_token"), params![token.as_str()])
    }

    fn insert(&mut self, enrolment: &Enrolment) -> Result<bool, Fault> {
        self.wins(
            sql!("x1280/enrolment_insert"),
            params![
                enrolment.id.0.as_bytes(),
                enrolment.token_id.as_str(),
                enrolment.authenticator_id.0.as_bytes(),
                enrolment.device_id,
                enrolment.enrolled_at.millis(),
                enrolment.revoked_at.map(Timestamp::millis),
            ],
        )
    }

    fn revoke_of_token(&mut self, token: &TokenId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(
            sql!("x1280/enrolment_revoke_of_token"),
            params![at.millis(), token.as_str()],
        )
    }

    fn revoke_of_authenticator(&mut self, phone: AuthenticatorId, at: Timestamp) -> Result<u32, Fault> {
        let revoked = self.change(
            sql!("x1280/enrolment_revoke_of_authenticator"),
            params![at.millis(), phone.0.as_bytes()],
        )?;
        Ok(u32::try_from(revoked).unwrap_or(u32::MAX))
    }

    fn challenge(&self, digest: &TokenDigest) -> Result<Option<EnrolmentChallenge>, Fault> {
        self.one(sql!("x1280/challenge"), params![digest.0])
    }

    fn insert_challenge(&mut self, challenge: &EnrolmentChallenge) -> Result<(), Fault> {
        self.change(
            sql!("x1280/challenge_insert"),
            params![
                challenge.digest.0,
                challenge.created_at.millis(),
                challenge.expires_at.millis(),
                challenge.spent_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn spend_challenge(&mut self, digest: &TokenDigest, at: Timestamp) -> Result<bool, Fault> {
        self.wins(sql!("x1280/challenge_spend"), params![at.millis(), digest.0])
    }
}

//! CIBA requests.

use crate::fields::{Entity, Fields};
use crate::oidc::audience;
use crate::tx::Tx;
use countersign_core::ciba::CibaRequest;
use countersign_core::failure::Fault;
use countersign_core::id::ApprovalId;
use countersign_core::secret::TokenDigest;
use countersign_core::store::CibaStore;
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for CibaRequest {
    const TABLE: &'static str = "ciba_requests";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: fields.digest()?,
            approval_id: ApprovalId(fields.uuid()?),
            client_id: fields.client_id()?,
            scope: fields.scope()?,
            audience: audience(fields)?,
            requested_at: fields.time()?,
            expires_at: fields.time()?,
            interval: fields.count()?,
            polled_at: fields.optional_time()?,
        })
    }
}

impl CibaStore for Tx<'_> {
    fn by_digest(&self, digest: &TokenDigest) -> Result<Option<CibaRequest>, Fault> {
        self.one(sql!("ciba/by_digest"), params![digest.0])
    }

    fn insert(&mut self, request: &CibaRequest) -> Result<(), Fault> {
        self.change(
            sql!("ciba/insert"),
            params![
                request.digest.0,
                request.approval_id.0.as_bytes(),
                request.client_id.as_str(),
                request.scope.to_string(),
                request
                    .audience
                    .as_ref()
                    .map(|audience| audience.resource.as_str()),
                request
                    .audience
                    .as_ref()
                    .map(|audience| audience.client_id.as_str()),
                request.requested_at.millis(),
                request.expires_at.millis(),
                request.interval,
                request.polled_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn note_poll(&mut self, digest: &TokenDigest, at: Timestamp, interval: u32) -> Result<(), Fault> {
        self.must(
            CibaRequest::TABLE,
            sql!("ciba/note_poll"),
            params![at.millis(), interval, digest.0],
        )
    }
}

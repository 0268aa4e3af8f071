//! Push subscriptions of phones.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::authenticator::push::{PushEndpoint, PushFailure, PushSubscription};
use countersign_core::failure::Fault;
use countersign_core::id::{AuthenticatorId, UserId};
use countersign_core::store::PushStore;
use countersign_core::time::Timestamp;
use countersign_jose::ece::AgreementPoint;
use rusqlite::params;

impl Entity for PushSubscription {
    const TABLE: &'static str = "push_subscriptions";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            authenticator_id: AuthenticatorId(fields.uuid()?),
            endpoint: fields.text_as(PushEndpoint::stored)?,
            p256dh: AgreementPoint::parse(&fields.blob()?).map_err(|error| fields.corrupt(error))?,
            auth: fields.bytes()?,
            subscribed_at: fields.time()?,
            delivered_at: fields.optional_time()?,
            failed: failure(fields)?,
        })
    }
}

fn failure(fields: &mut Fields<'_>) -> Result<Option<PushFailure>, Fault> {
    match (fields.optional_time()?, fields.optional_text()?) {
        (Some(at), Some(problem)) => Ok(Some(PushFailure { at, problem })),
        (None, None) => Ok(None),
        _ => Err(fields.corrupt("half a failure")),
    }
}

impl PushStore for Tx<'_> {
    fn by_authenticator(&self, id: AuthenticatorId) -> Result<Option<PushSubscription>, Fault> {
        self.one(sql!("push/by_authenticator"), params![id.0.as_bytes()])
    }

    fn of_user(&self, user: UserId) -> Result<Vec<PushSubscription>, Fault> {
        self.all(sql!("push/of_user"), params![user.0.as_bytes()])
    }

    fn put(&mut self, subscription: &PushSubscription) -> Result<(), Fault> {
        let failed = subscription.failed.as_ref();
        self.change(
            sql!("push/put"),
            params![
                subscription.authenticator_id.0.as_bytes(),
                subscription.endpoint.as_str(),
                subscription.p256dh.as_bytes(),
                subscription.auth,
                subscription.subscribed_at.millis(),
                subscription.delivered_at.map(Timestamp::millis),
                failed.map(|failure| failure.at.millis()),
                failed.map(|failure| &failure.problem),
            ],
        )?;
        Ok(())
    }

    fn remove(&mut self, id: AuthenticatorId) -> Result<bool, Fault> {
        self.wins(sql!("push/remove"), params![id.0.as_bytes()])
    }

    fn note_delivered(&mut self, id: AuthenticatorId, at: Timestamp) -> Result<(), Fault> {
        self.must(
            PushSubscription::TABLE,
            sql!("push/note_delivered"),
            params![at.millis(), id.0.as_bytes()],
        )
    }

    fn note_failed(&mut self, id: AuthenticatorId, failure: &PushFailure) -> Result<(), Fault> {
        self.must(
            PushSubscription::TABLE,
            sql!("push/note_failed"),
            params![failure.at.millis(), failure.problem, id.0.as_bytes()],
        )
    }
}

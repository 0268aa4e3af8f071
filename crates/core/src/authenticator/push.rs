//! Where a phone wants to be woken: its subscription at a push service (RFC 8030, W3C Push API).
//!
//! No push service is needed to work: the inbox and its event stream always do. A push says "look", and names at most
//! an opaque approval id; what is asked, of whom and by whom is fetched over the authenticated channel (decisions.md,
//! "People, phones and approvals").

mod endpoint;

pub use endpoint::PushEndpoint;

use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::failure::{Outcome, Refusal};
use crate::id::{AuthenticatorId, UserId};
use crate::keys::{KeyPurpose, need};
use crate::oidc::bearer::PhoneBearer;
use crate::policy::PushPolicy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_jose::ece::{AUTH_LEN, AgreementPoint};
use countersign_jose::{Algorithm, base64url};
use countersign_protocol::ErrorCode;
use countersign_protocol::authenticator::{PushKeyAnswer, PushSubscriptionRequest};
use std::fmt;

/// A phone's subscription, and how the last messages went. There is one for each phone.
#[derive(Clone)]
pub struct PushSubscription {
    /// The phone.
    pub authenticator_id: AuthenticatorId,
    /// Where its push service takes messages; whoever knows it can try to send some.
    pub endpoint: PushEndpoint,
    /// The phone's public key, `p256dh` (RFC 8291 §3.1).
    pub p256dh: AgreementPoint,
    /// The secret that phone and provider share, `auth` (RFC 8291 §3.2).
    pub auth: [u8; AUTH_LEN],
    /// When the phone registered it.
    pub subscribed_at: Timestamp,
    /// When the push service last took a message.
    pub delivered_at: Option<Timestamp>,
    /// When it last failed to, and why.
    pub failed: Option<PushFailure>,
}

/// Why a message did not reach a push service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushFailure {
    /// When.
    pub at: Timestamp,
    /// A short sentence without secrets.
    pub problem: String,
}

impl PushSubscription {
    /// Reads what a phone sends.
    ///
    /// # Errors
    /// `invalid_request`: the endpoint is none that we would call, or a key is not what it should be.
    pub fn read(
        request: &PushSubscriptionRequest,
        authenticator_id: AuthenticatorId,
        policy: &PushPolicy,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let endpoint = PushEndpoint::parse(&request.endpoint, policy).map_err(|reason| {
            Refusal::invalid_request(format!("endpoint of the push subscription {reason}"))
        })?;
        let p256dh = bytes(&request.keys.p256dh).and_then(|point| AgreementPoint::parse(&point).ok());
        let p256dh = p256dh.ok_or_else(|| {
            Refusal::invalid_request("keys.p256dh must be an uncompressed point on P-256 in base64url")
        })?;
        let auth = bytes(&request.keys.auth).and_then(|auth| auth.try_into().ok());
        let auth = auth.ok_or_else(|| Refusal::invalid_request("keys.auth must be 16 bytes in base64url"))?;
        Ok(Self {
            authenticator_id,
            endpoint,
            p256dh,
            auth,
            subscribed_at: now,
            delivered_at: None,
            failed: None,
        })
    }

    /// Whether messages to both would go the same way.
    fn is_same_as(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.p256dh == other.p256dh && self.auth == other.auth
    }
}

/// The endpoint's path and the secret are nobody's business.
impl fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushSubscription")
            .field("authenticator_id", &self.authenticator_id)
            .field("endpoint", &self.endpoint)
            .field("subscribed_at", &self.subscribed_at)
            .field("delivered_at", &self.delivered_at)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Browsers write base64url without padding; some libraries for other platforms add it.
fn bytes(text: &str) -> Option<Vec<u8>> {
    base64url::decode(text.trim_end_matches('=')).ok()
}

/// The key that push services know this provider by, for `applicationServerKey` of a subscription (RFC 8292 §3.2).
/// Made at first need.
///
/// # Errors
/// A fault of the store.
pub async fn key(provider: &Provider) -> Outcome<PushKeyAnswer> {
    let key = need::signer(provider, KeyPurpose::Push, Algorithm::Es256).await?;
    Ok(PushKeyAnswer {
        application_server_key: key
            .public
            .point()
            .map(|point| base64url::encode(&point))
            .unwrap_or_default(),
    })
}

/// Registers the phone's subscription, in place of an earlier one.
///
/// # Errors
/// `invalid_request`: see [`PushSubscription::read`]. `invalid_token`: the phone was revoked meanwhile.
pub async fn subscribe(
    provider: &Provider,
    phone: &PhoneBearer,
    request: &PushSubscriptionRequest,
) -> Outcome<()> {
    let now = provider.clock.now();
    let id = phone.authenticator.id;
    let subscription = PushSubscription::read(request, id, &provider.policy.push, now)?;
    let (user, audit) = (phone.user.id, provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let living = tx
                .authenticators()
                .by_id(id)?
                .is_some_and(|phone| phone.revoked_at.is_none());
            if !living {
                let refusal = Refusal::new(ErrorCode::InvalidToken, "this authenticator is revoked");
                return Err(refusal.into());
            }
            put(tx, &audit, user, &subscription)
        })
        .await
}

/// Keeps a subscription. A phone sends the same one at every start: only news is written.
pub(super) fn put(
    tx: &mut dyn Writing,
    audit: &AuditKey,
    user: UserId,
    subscription: &PushSubscription,
) -> Outcome<()> {
    let id = subscription.authenticator_id;
    let known = tx.push().by_authenticator(id)?;
    if known.is_some_and(|known| known.is_same_as(subscription)) {
        return Ok(());
    }
    tx.push_mut().put(subscription)?;
    let event = AuditEvent::new(
        subscription.subscribed_at,
        format!("user:{user}"),
        "authenticator.subscribe",
        format!("authenticator:{id}"),
    )
    .with("push_service", subscription.endpoint.host());
    record(tx, audit, event)
}

/// Forgets the phone's subscription and what waits to be sent there; without one it does nothing.
///
/// # Errors
/// A fault of the store.
pub async fn unsubscribe(provider: &Provider, phone: &PhoneBearer) -> Outcome<()> {
    let now = provider.clock.now();
    let (id, user, audit) = (phone.authenticator.id, phone.user.id, provider.audit_key());
    provider
        .store
        .write(move |tx| {
            if !forget(tx, id)? {
                return Ok(());
            }
            let event = AuditEvent::new(
                now,
                format!("user:{user}"),
                "authenticator.unsubscribe",
                format!("authenticator:{id}"),
            );
            record(tx, &audit, event)
        })
        .await
}

/// Removes a phone's subscription with its waiting messages; answers whether there was one.
pub(crate) fn forget(tx: &mut dyn Writing, id: AuthenticatorId) -> Outcome<bool> {
    tx.outbox_mut().drop_pending_of(id)?;
    Ok(tx.push_mut().remove(id)?)
}

//! A person with a phone that has subscribed, a service that asks, and a courier.

use crate::push_service::{PushService, Receiver};
use countersign_core::authenticator::push;
use countersign_core::id::AuthenticatorId;
use countersign_core::outbox::list::{self, PhoneDelivery};
use countersign_core::policy::{Policy, PushPolicy};
use countersign_core::user::User;
use countersign_jose::KeyType;
use countersign_notify::{Courier, HttpOutbound};
use countersign_protocol::approval::ApprovalItem;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How long a push service may take here.
const PATIENCE: Duration = Duration::from_millis(400);

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) service: PushService,
    pub(crate) receiver: Receiver,
    pub(crate) user: User,
    pub(crate) phone: SoftPhone,
    pub(crate) asks: Party,
    pub(crate) courier: Courier,
}

/// Lets push services be on this machine.
pub(crate) fn policy() -> Policy {
    Policy {
        push: PushPolicy {
            contact: Some("mailto:ops@onesid1.com".to_owned()),
            danger_private_addresses: true,
        },
        ..Policy::default()
    }
}

pub(crate) fn courier(world: &World) -> Courier {
    let outbound = HttpOutbound::with_patience(&world.provider.policy.push, PATIENCE);
    Courier::new(Arc::clone(&world.provider), Arc::new(outbound))
}

impl Scene {
    /// With a subscription at `/push/ada`.
    pub(crate) async fn new() -> Self {
        let scene = Self::without_subscription().await;
        scene.subscribe("/push/ada").await;
        scene
    }

    pub(crate) async fn without_subscription() -> Self {
        let world = World::with(policy()).await;
        let (user, phone) = world.person("ada@OnesID1").await;
        Self {
            service: PushService::start().await,
            receiver: Receiver::new(7),
            asks: world.device(KeyType::P256).await,
            courier: courier(&world),
            world,
            user,
            phone,
        }
    }

    pub(crate) async fn subscribe(&self, path: &str) {
        let bearer = self.phone.bearer(&self.world.provider).await.unwrap();
        let request = self.receiver.subscription(&self.service.url(path));
        push::subscribe(&self.world.provider, &bearer, &request)
            .await
            .expect("a subscription");
    }

    /// A service asks; the answer is what the phone would fetch.
    pub(crate) async fn ask(&self) -> ApprovalItem {
        let parameters = json!({ "scope": "openid", "login_hint": self.phone.username, "binding_message": "Open the safe" });
        self.world
            .start(&self.asks, &parameters)
            .await
            .expect("a request");
        let mut items = self.phone.approvals(&self.world.provider).await.unwrap();
        items.pop().expect("an approval")
    }

    /// Sends what is due and waits for it; answers how many messages set out.
    pub(crate) async fn deliver(&self) -> usize {
        let count = self.courier.send_due().await.expect("the store works");
        self.courier.finish().await;
        count
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn phone_id(&self) -> AuthenticatorId {
        let bearer = self.phone.bearer(&self.world.provider).await.unwrap();
        bearer.authenticator.id
    }

    /// The phone as an operator sees it.
    pub(crate) async fn state(&self) -> PhoneDelivery {
        let phones = countersign_core::authenticator::revoke::list(&self.world.provider, Some(self.user.id));
        let id = phones.await.unwrap()[0].id;
        list::of_phone(&self.world.provider, id, 10).await.unwrap()
    }
}

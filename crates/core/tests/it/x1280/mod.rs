//! Mutual sign-in (X.1280 profile): one stage for all its tests.

mod answers;
mod between;
mod credentials;
mod enrol;
mod identity;
mod initiate;
mod precedence;
mod reject;
mod services;
mod session;
mod spec;
mod trust;
mod vectors;
mod verify;

use crate::scene::unlimited;
use countersign_core::Outcome;
use countersign_core::approval::{Approval, ApprovalState};
use countersign_core::id::ApprovalId;
use countersign_core::policy::Policy;
use countersign_core::x1280::service::AddedService;
use countersign_core::x1280::session::{self as watching, Watch};
use countersign_core::x1280::verify as approving;
use countersign_protocol::approval::ApprovalItem;
use countersign_protocol::x1280::{InitiateAnswer, SocketEvent, VerifyAnswer, VerifyRequest};
use countersign_testkit::{IdentityPhone, World};
use serde_json::{Value, json};

/// A service, and a person with a credential on a phone.
struct Stage {
    world: World,
    service: AddedService,
    marie: IdentityPhone,
}

impl Stage {
    /// Without limits on asking, since most tests ask the same person many times within a minute.
    async fn new() -> Self {
        Self::with(unlimited()).await
    }

    async fn with(policy: Policy) -> Self {
        let world = World::with(policy).await;
        let service = world.mutual_service(|_| ()).await;
        let marie = world.marie().await;
        Self {
            world,
            service,
            marie,
        }
    }

    /// Begins a session with further members in the request.
    async fn try_begin(&self, further: &Value) -> Outcome<InitiateAnswer> {
        self.world
            .initiate(&self.service, &self.marie.token_id, further)
            .await
    }

    async fn begin(&self) -> InitiateAnswer {
        self.try_begin(&json!({})).await.expect("a session")
    }

    async fn begin_for(&self, scopes: &[&str]) -> InitiateAnswer {
        self.try_begin(&json!({ "scopes": scopes }))
            .await
            .expect("a session")
    }

    /// A good approval of a session.
    fn approval(&self, session: &InitiateAnswer) -> VerifyRequest {
        let now = self.world.now();
        self.marie
            .verification(&session.session_id, &session.auto_password, now, None)
    }

    async fn verify(&self, request: VerifyRequest) -> Outcome<VerifyAnswer> {
        approving::verify(&self.world.provider, request).await
    }

    async fn item(&self) -> ApprovalItem {
        let shown = self.marie.shown(&self.world.provider).await.expect("a list");
        shown.expect("a mutual sign-in")
    }

    /// The approval behind what the phone shows, from the store.
    async fn kept(&self, item: &ApprovalItem) -> Approval {
        let id = ApprovalId(item.id);
        let found = self
            .world
            .provider
            .store
            .read(move |tx| Ok(tx.approvals().by_id(id)?));
        found.await.expect("a read").expect("an approval")
    }

    async fn is_pending(&self, item: &ApprovalItem) -> bool {
        self.kept(item).await.state == ApprovalState::Pending
    }

    async fn watch(&self, session: &InitiateAnswer) -> Watch {
        let opened = watching::open(&self.world.provider, &session.session_id, &session.ws_token).await;
        opened.expect("a socket")
    }

    /// What is new, as JSON, each with whether it is the last.
    async fn news(&self, watch: &mut Watch) -> Vec<(Value, bool)> {
        let events = watching::events(&self.world.provider, watch).await;
        let events = events.expect("events").into_iter();
        events.map(|(event, ends)| (wire(&event), ends)).collect()
    }
}

fn wire(event: &SocketEvent) -> Value {
    serde_json::to_value(event).expect("an event is JSON")
}

fn rejected(reason: &str, ends: bool) -> Vec<(Value, bool)> {
    vec![(json!({ "type": "rejected", "reason": reason }), ends)]
}

fn expired() -> Vec<(Value, bool)> {
    vec![(json!({ "type": "expired" }), true)]
}

/// A code that is not the session's.
fn wrong_code(session: &InitiateAnswer) -> String {
    let right: u32 = session.auto_password.parse().expect("six digits");
    format!("{:06}", (right + 1) % 1_000_000)
}

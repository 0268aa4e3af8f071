//! Mutual sign-in over HTTP (X.1280 profile §1 to §5): one stage for all its tests.

mod answers;
mod browser;
mod closing;
mod enroll;
mod initiate;
mod keys;
mod limits;
mod pages;
mod races;
mod silence;
mod socket;

use crate::site::{Answer, Site};
use countersign_core::policy::{PacePolicy, Policy};
use countersign_core::x1280::service::AddedService;
use countersign_http::Settings;
use countersign_protocol::x1280::{InitiateAnswer, VerifyRequest};
use countersign_testkit::{IdentityPhone, World};
use serde_json::{Value, json};

/// The web origin of the service.
const SHOP: &str = "https://shop.example";

/// A service with a web page, and a person with a credential on a phone.
struct Stage {
    site: Site,
    service: AddedService,
    marie: IdentityPhone,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// Without limits on asking one person, since that is the core's to test.
    async fn with(settings: Settings) -> Self {
        let pace = PacePolicy {
            danger_unlimited: true,
            ..PacePolicy::default()
        };
        let policy = Policy {
            pace,
            ..Policy::default()
        };
        Self::of(World::with(policy).await, settings).await
    }

    async fn of(world: World, settings: Settings) -> Self {
        let service = world
            .mutual_service(|new| new.origins = vec![SHOP.to_owned()])
            .await;
        let marie = world.marie().await;
        Self {
            site: Site::of(world, settings),
            service,
            marie,
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.site.post_json(path, None, body).await
    }

    /// The request of the quick start.
    fn request(&self) -> Value {
        json!({ "tokenId": self.marie.token_id, "serviceId": self.service.service.id.as_str() })
    }

    async fn begin(&self) -> InitiateAnswer {
        let answer = self.post("/auth/initiate", &self.request()).await;
        serde_json::from_value(answer.succeeds(200)).unwrap()
    }

    /// A good approval.
    fn approval(&self, session: &InitiateAnswer) -> VerifyRequest {
        let now = self.site.world.now();
        self.marie
            .verification(&session.session_id, &session.auto_password, now, None)
    }

    /// An approval with a code that is not the session's.
    fn wrong_code(&self, session: &InitiateAnswer) -> Value {
        let right: u32 = session.auto_password.parse().unwrap();
        let wrong = format!("{:06}", (right + 1) % 1_000_000);
        let now = self.site.world.now();
        wire(&self.marie.verification(&session.session_id, &wrong, now, None))
    }

    /// An approval with a signature over something else.
    fn wrong_signature(&self, session: &InitiateAnswer) -> Value {
        let mut request = self.approval(session);
        request.timestamp += 1;
        wire(&request)
    }

    async fn approve(&self, session: &InitiateAnswer) -> Value {
        let answer = self.post("/auth/verify", &wire(&self.approval(session))).await;
        answer.succeeds(200)
    }

    async fn decline(&self, session: &InitiateAnswer) -> Answer {
        let no = self.marie.rejection(&session.session_id, self.site.world.now());
        self.post("/auth/reject", &wire(&no)).await
    }
}

fn wire(request: &impl serde::Serialize) -> Value {
    serde_json::to_value(request).unwrap()
}

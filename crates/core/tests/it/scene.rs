//! The usual scene: one person with a phone, and clients of every profile.

use countersign_core::Outcome;
use countersign_core::approval::Approval;
use countersign_core::ciba::CibaRequest;
use countersign_core::id::ApprovalId;
use countersign_core::oidc::bearer::{self, Bearer};
use countersign_core::policy::{PacePolicy, Policy};
use countersign_core::secret::OpaqueToken;
use countersign_core::time::Duration;
use countersign_core::user::User;
use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url};
use countersign_protocol::approval::{ApprovalItem, DecisionAnswer};
use countersign_protocol::ciba::AuthenticationAnswer;
use countersign_protocol::token::TokenAnswer;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

/// The person's username.
pub(crate) const HINT: &str = "user.name@OnesID1";

/// A good request for every profile.
pub(crate) fn parameters() -> Value {
    with(&json!({}))
}

/// A good request with some members changed; `null` takes one out.
pub(crate) fn with(changes: &Value) -> Value {
    let mut request = json!({ "scope": "openid offline_access profile", "login_hint": HINT, "binding_message": "Code A-7" });
    merge(&mut request, changes);
    request
}

/// Changes members of an object; `null` takes one out.
pub(crate) fn merge(object: &mut Value, changes: &Value) {
    let members = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
}

/// A policy without limits on asking, for tests that ask the same person many times within a minute.
pub(crate) fn unlimited() -> Policy {
    let pace = PacePolicy {
        danger_unlimited: true,
        ..PacePolicy::default()
    };
    Policy {
        pace,
        ..Policy::default()
    }
}

/// A compact JWS with exactly this header text and payload.
pub(crate) fn handmade(header: &str, payload: &[u8], key: &PrivateKey, algorithm: Algorithm) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(payload)
    );
    let signature = key.sign(algorithm, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}

/// One person with one phone.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) user: User,
    pub(crate) phone: SoftPhone,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    pub(crate) async fn with(policy: Policy) -> Self {
        let world = World::with(policy).await;
        let (user, phone) = world.person(HINT).await;
        Self { world, user, phone }
    }

    /// A client of a profile, with a key that the profile knows.
    pub(crate) async fn client(&self, profile: &str) -> Party {
        match profile {
            "onesid" => self.world.device(KeyType::P256).await,
            profile => {
                self.world
                    .service(KeyType::P256, &json!({ "profile": profile }))
                    .await
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }

    /// Asks with a signed request and takes the phone's item.
    pub(crate) async fn asked(
        &self,
        client: &Party,
        parameters: &Value,
    ) -> (AuthenticationAnswer, ApprovalItem) {
        let started = self.world.start(client, parameters).await.unwrap();
        (started, self.items().await.pop().unwrap())
    }

    /// What the phone shows.
    pub(crate) async fn items(&self) -> Vec<ApprovalItem> {
        self.phone.approvals(&self.world.provider).await.unwrap()
    }

    /// The phone decides.
    pub(crate) async fn decide(
        &self,
        item: &ApprovalItem,
        decision: &str,
        further: Value,
    ) -> Outcome<DecisionAnswer> {
        self.phone
            .decide(&self.world.provider, item, decision, &further)
            .await
    }

    /// Asked and approved, not yet collected: the `auth_req_id`.
    pub(crate) async fn approved(&self, client: &Party, parameters: &Value) -> String {
        let (started, item) = self.asked(client, parameters).await;
        self.decide(&item, "approved", json!({})).await.unwrap();
        started.auth_req_id
    }

    /// A whole sign-in.
    pub(crate) async fn tokens(&self, client: &Party, parameters: &Value) -> TokenAnswer {
        let auth_req_id = self.approved(client, parameters).await;
        self.world.poll(client, &auth_req_id).await.unwrap()
    }

    /// Who holds a token at our own endpoints.
    pub(crate) async fn bearer(&self, token: &str) -> Outcome<Bearer> {
        bearer::authenticate(&self.world.provider, token).await
    }

    /// An approval as the store has it.
    pub(crate) async fn approval(&self, item: &ApprovalItem) -> Approval {
        let id = ApprovalId(item.id);
        let found = self
            .world
            .provider
            .store
            .read(move |tx| Ok(tx.approvals().by_id(id)?))
            .await;
        found.unwrap().unwrap()
    }

    /// A CIBA request as the store has it.
    pub(crate) async fn request(&self, auth_req_id: &str) -> CibaRequest {
        let digest = OpaqueToken::presented(auth_req_id).digest();
        let found = self
            .world
            .provider
            .store
            .read(move |tx| Ok(tx.ciba().by_digest(&digest)?))
            .await;
        found.unwrap().unwrap()
    }
}

//! Consent for personal data: asked by a device, decided item by item, delivered for a short time, withdrawn
//! (onesid.md §14, decisions.md "Consent for personal data").

mod given;
mod guarded;
mod receipt_kept;
mod user_data;

use crate::support::refused;
use countersign_core::application::add::{self, NewApplication};
use countersign_core::application::{ApplicationType, disable as disable_application};
use countersign_core::approval::decide::decide;
use countersign_core::approval::list::history;
use countersign_core::approval::open::Origin;
use countersign_core::approval::{ApprovalState, SignedDecision};
use countersign_core::audit::list::{self as audit, AuditQuery};
use countersign_core::client::Endpoint;
use countersign_core::consent::{ask, list, receipt, revoke, status};
use countersign_core::id::{ApprovalId, ConsentId};
use countersign_core::keys::KeyPurpose;
use countersign_core::oidc::bearer::{self, DeviceBearer};
use countersign_core::oidc::token;
use countersign_core::time::Duration;
use countersign_core::user::{IdpRole, User, data, disable};
use countersign_core::{Failure, Outcome};
use countersign_jose::{JwkSet, KeyType, base64url, hash};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, ApprovalStatus, DecisionRequest, VerificationMode};
use countersign_protocol::consent::{
    ClaimName, ConsentAnswer, ConsentList, ConsentRequest, ConsentStatus, ConsentStatusAnswer,
};
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};
use zeroize::Zeroizing;

const RESOURCE: &str = "https://rp.example";
const EMAIL: &str = "ada.lovelace@analytical.example";

/// A person with a phone, and a device whose application is at [`RESOURCE`].
struct Scene {
    world: World,
    user: User,
    phone: SoftPhone,
    device: Party,
}

impl Scene {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(verification_mode: Option<VerificationMode>) -> Self {
        let world = World::new().await;
        let (user, phone) = world.person("ada@OnesID1").await;
        let device = world.device(KeyType::P256).await;
        let scene = Self {
            world,
            user,
            phone,
            device,
        };
        scene
            .application("rp.example", &scene.device, verification_mode)
            .await;
        scene
            .set(&[
                (ClaimName::Email, EMAIL),
                (ClaimName::FirstName, "Ada"),
                (ClaimName::DateOfBirth, "1815-12-10"),
            ])
            .await
            .unwrap();
        scene
    }

    async fn application(&self, hostname: &str, of: &Party, mode: Option<VerificationMode>) {
        let new = NewApplication {
            hostname: Some(hostname.to_owned()),
            client_id: Some(of.client_id.clone()),
            verification_mode: mode,
            ..NewApplication::new("Engine shop", ApplicationType::Server)
        };
        add::add(&self.world.provider, new, "cli").await.unwrap();
    }

    async fn set(&self, values: &[(ClaimName, &str)]) -> Outcome<Vec<ClaimName>> {
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| (*name, Zeroizing::new((*value).to_owned())))
            .collect();
        data::set(&self.world.provider, "ada@OnesID1", &values, "cli").await
    }

    async fn bearer_of(&self, device: &Party) -> DeviceBearer {
        let provider = &self.world.provider;
        let caller = device.authenticated(provider, Endpoint::Token).await.unwrap();
        let token = token::client_credentials(provider, caller, None).await.unwrap();
        let bearer = bearer::authenticate(provider, &token.access_token).await.unwrap();
        bearer.device().unwrap().clone()
    }

    /// A good request for e-mail (required), first name and phone number, with changed members.
    fn request(&self, changed: &Value) -> ConsentRequest {
        let mut request = json!({
            "subject": self.user.id.to_string(), "resource": RESOURCE, "reason": "To send you the engine",
            "content": [{ "name": "email", "required": true }, { "name": "firstName" }, { "name": "phoneNumber" }],
        });
        let members = request.as_object_mut().unwrap();
        members.extend(changed.as_object().unwrap().clone());
        serde_json::from_value(request).unwrap()
    }

    async fn ask_as(&self, device: &Party, changed: &Value) -> Outcome<ConsentAnswer> {
        let bearer = self.bearer_of(device).await;
        let request = self.request(changed);
        ask::ask(&self.world.provider, &bearer, request, Origin::default()).await
    }

    async fn ask(&self, changed: &Value) -> Outcome<ConsentAnswer> {
        self.ask_as(&self.device, changed).await
    }

    async fn asked(&self) -> ConsentAnswer {
        self.ask(&json!({})).await.unwrap()
    }

    async fn status_as(&self, device: &Party, asked: &ConsentAnswer) -> Outcome<ConsentStatusAnswer> {
        let bearer = self.bearer_of(device).await;
        status::status(&self.world.provider, &bearer, ConsentId(asked.id)).await
    }

    async fn try_status(&self, asked: &ConsentAnswer) -> Outcome<ConsentStatusAnswer> {
        self.status_as(&self.device, asked).await
    }

    /// The status and the values as JSON.
    async fn status(&self, asked: &ConsentAnswer) -> Value {
        let answer = self.try_status(asked).await.unwrap();
        serde_json::to_value(&answer).unwrap()
    }

    async fn item(&self) -> ApprovalItem {
        let mut items = self.phone.approvals(&self.world.provider).await.unwrap();
        assert_eq!(items.len(), 1);
        items.remove(0)
    }

    async fn decide(&self, decision: &str, further: &Value) -> ApprovalStatus {
        let item = self.item().await;
        let decided = self.phone.decide(&self.world.provider, &item, decision, further);
        decided.await.unwrap().status
    }

    async fn grant(&self, names: &[&str]) -> ApprovalStatus {
        self.decide("approved", &json!({ "granted": names })).await
    }

    async fn given(&self, phone: &SoftPhone) -> ConsentList {
        let bearer = phone.bearer(&self.world.provider).await.unwrap();
        list::given_by(&self.world.provider, &bearer).await.unwrap()
    }

    async fn revoke(&self, phone: &SoftPhone, asked: &ConsentAnswer) -> Outcome<()> {
        let bearer = phone.bearer(&self.world.provider).await.unwrap();
        revoke::revoke(&self.world.provider, &bearer, ConsentId(asked.id)).await
    }

    async fn decision_of(&self, item: &ApprovalItem) -> SignedDecision {
        let id = ApprovalId(item.id);
        let approval = self
            .world
            .provider
            .store
            .read(move |tx| Ok(tx.approvals().by_id(id)?))
            .await
            .unwrap();
        match approval.unwrap().state {
            ApprovalState::Approved(decision) | ApprovalState::Denied { decision, .. } => decision,
            state => panic!("undecided: {state:?}"),
        }
    }

    fn keys(&self) -> JwkSet {
        let jwks = self
            .world
            .provider
            .keys()
            .jwks(KeyPurpose::Oidc, self.world.now());
        JwkSet::parse(&jwks).unwrap()
    }

    /// What the audit log tells, action by action.
    async fn actions(&self) -> Vec<(String, String)> {
        let query = AuditQuery {
            after: Some(0),
            limit: 1000,
            action: None,
        };
        let records = audit::list(&self.world.provider, query).await.unwrap();
        records
            .into_iter()
            .map(|record| (record.action, record.detail))
            .collect()
    }
}

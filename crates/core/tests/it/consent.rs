//! Consent for personal data: asked by a device, decided item by item, delivered for a short time, withdrawn
//! (onesid.md §14, decisions.md "Consent for personal data").

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

#[tokio::test]
async fn a_person_sees_who_asks_what_for_and_what_cannot_be_left_out() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    assert_eq!(
        (asked.status, asked.expires_in, asked.interval, asked.verification),
        (ConsentStatus::Pending, 600, 3, None)
    );
    let item = scene.item().await;
    let words = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(item.claims, words(&["email", "firstName", "phoneNumber"]));
    assert_eq!(item.required_claims, words(&["email"]));
    assert_eq!(item.scopes, None);
    assert_eq!(item.reason.as_deref(), Some("To send you the engine"));
    assert_eq!(
        (item.application.name.as_str(), item.application.host.as_str()),
        ("Engine shop", "rp.example")
    );
    assert!(item.application.verified);
}

#[tokio::test]
async fn what_was_granted_is_delivered_for_ten_minutes_and_the_receipt_stays() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    let pending = scene.status(&asked).await;
    assert_eq!(pending, json!({ "id": asked.id, "status": "pending" }));
    assert_eq!(
        scene.grant(&["firstName", "email"]).await,
        ApprovalStatus::Approved
    );
    let approved = scene.status(&asked).await;
    assert_eq!(approved["status"], "approved");
    assert_eq!(
        approved["content"],
        json!([{ "name": "email", "value": EMAIL }, { "name": "firstName", "value": "Ada" }]),
        "in the order of the request"
    );
    scene.world.clock.advance(Duration::from_secs(599));
    assert_eq!(scene.status(&asked).await, approved, "each look is the same");
    scene.world.clock.advance(Duration::from_secs(1));
    let later = scene.status(&asked).await;
    assert_eq!(
        later,
        json!({ "id": asked.id, "status": "approved", "receipt": approved["receipt"] })
    );
}

#[tokio::test]
async fn a_receipt_is_made_also_when_the_device_comes_too_late_for_the_values() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.world.clock.advance(Duration::from_secs(3600));
    let late = scene.try_status(&asked).await.unwrap();
    assert!(late.content.is_none());
    let claims = receipt::verify(&late.receipt.unwrap(), &scene.keys()).unwrap();
    assert_eq!(claims.iat - claims.decided_at, 3600);
}

#[tokio::test]
async fn an_item_that_the_person_does_not_have_is_left_out() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let content = scene.status(&asked).await["content"].clone();
    assert_eq!(
        content.as_array().unwrap().len(),
        2,
        "granted, but there is no phone number: {content}"
    );
}

#[tokio::test]
async fn a_yes_that_leaves_out_a_required_item_or_everything_is_a_no_for_everybody() {
    for granted in [&["firstName", "phoneNumber"][..], &[]] {
        let scene = Scene::new().await;
        let asked = scene.asked().await;
        assert_eq!(scene.grant(granted).await, ApprovalStatus::Denied);
        let told = scene.status(&asked).await;
        assert_eq!(told, json!({ "id": asked.id, "status": "denied" }));
        let bearer = scene.phone.bearer(&scene.world.provider).await.unwrap();
        let past = history(&scene.world.provider, &bearer, 10).await.unwrap();
        assert_eq!(past.approvals[0].status, ApprovalStatus::Denied);
        assert_eq!(scene.given(&scene.phone).await.consents, []);
    }
}

#[tokio::test]
async fn nothing_granted_of_optional_items_is_a_no_too() {
    let scene = Scene::new().await;
    let asked = scene
        .ask(&json!({ "content": [{ "name": "email" }] }))
        .await
        .unwrap();
    assert_eq!(scene.grant(&[]).await, ApprovalStatus::Denied);
    assert_eq!(scene.status(&asked).await["status"], "denied");
}

#[tokio::test]
async fn nothing_is_granted_that_was_not_asked_for() {
    let scene = Scene::new().await;
    scene.asked().await;
    let item = scene.item().await;
    let granted = json!({ "granted": ["email", "dateOfBirth"] });
    let decided = scene
        .phone
        .decide(&scene.world.provider, &item, "approved", &granted);
    assert_eq!(refused(decided.await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_no_is_a_no_and_a_silence_ends() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("denied", &json!({})).await;
    assert_eq!(scene.status(&asked).await["status"], "denied");
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.world.clock.advance(Duration::from_secs(599));
    assert_eq!(scene.status(&asked).await["status"], "pending");
    scene.world.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.status(&asked).await["status"], "expired");
}

#[tokio::test]
async fn only_the_device_that_asked_is_answered() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let other = scene.world.device(KeyType::P256).await;
    assert_eq!(
        refused(scene.status_as(&other, &asked).await),
        ErrorCode::NotFound
    );
    let unknown = ConsentAnswer {
        id: scene.user.id.0,
        ..asked
    };
    assert_eq!(refused(scene.try_status(&unknown).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_request_that_cannot_be_shown_or_answered_is_refused() {
    let scene = Scene::new().await;
    let twice = json!([{ "name": "email" }, { "name": "email", "required": true }]);
    for changed in [
        json!({ "content": [] }),
        json!({ "content": [{ "name": "address" }] }),
        json!({ "content": [{ "name": "Email" }] }),
        json!({ "content": [{ "name": "" }] }),
        json!({ "content": twice }),
        json!({ "reason": "" }),
        json!({ "reason": " \t " }),
        json!({ "reason": "two\nlines" }),
        json!({ "reason": "right\u{202e}left" }),
        json!({ "reason": "a".repeat(201) }),
    ] {
        assert_eq!(
            refused(scene.ask(&changed).await),
            ErrorCode::InvalidRequest,
            "{changed}"
        );
    }
    scene.ask(&json!({ "reason": "é".repeat(200) })).await.unwrap();
}

#[tokio::test]
async fn a_device_asks_for_its_own_application_only() {
    let scene = Scene::new().await;
    let other = scene.world.device(KeyType::P256).await;
    scene.application("other.example", &other, None).await;
    for resource in [
        "https://other.example",
        "https://nobody.example",
        "http://rp.example",
        "https://rp.example/path",
        "rp.example",
        "",
    ] {
        let asked = scene.ask(&json!({ "resource": resource })).await;
        assert_eq!(refused(asked), ErrorCode::InvalidTarget, "{resource}");
    }
    let asked = scene.ask_as(&other, &json!({})).await;
    assert_eq!(refused(asked), ErrorCode::InvalidTarget);
    disable_application::disable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::InvalidTarget);
}

#[tokio::test]
async fn a_subject_is_the_id_of_a_person_who_can_sign_in() {
    let scene = Scene::new().await;
    for subject in ["ada@OnesID1", "", "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11"] {
        let asked = scene.ask(&json!({ "subject": subject })).await;
        assert_eq!(refused(asked), ErrorCode::UnknownUserId, "{subject}");
    }
    disable::disable(&scene.world.provider, "ada@OnesID1", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::UnknownUserId);
}

#[tokio::test]
async fn of_two_phones_the_first_decides_and_the_other_is_told() {
    let scene = Scene::new().await;
    let second = scene.world.phone_of(&scene.user).await;
    let asked = scene.asked().await;
    let (provider, item) = (&scene.world.provider, scene.item().await);
    let request = |phone: &SoftPhone, decision: &str| {
        let claims = phone.decision_claims(
            provider.host.as_str(),
            &item,
            decision,
            scene.world.now(),
            &json!({}),
        );
        let decision = phone.party.sign(&json!({ "typ": "approval+jwt" }), &claims);
        DecisionRequest { decision }
    };
    let (yes, no) = (request(&scene.phone, "approved"), request(&second, "denied"));
    let (one, two) = (
        scene.phone.bearer(provider).await.unwrap(),
        second.bearer(provider).await.unwrap(),
    );
    let id = ApprovalId(item.id);
    let (first, other) = tokio::join!(decide(provider, &one, id, yes), decide(provider, &two, id, no));
    let won: Vec<_> = [&first, &other].into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "one wins");
    let expected = if won[0].status == ApprovalStatus::Approved {
        "approved"
    } else {
        "denied"
    };
    assert_eq!(scene.status(&asked).await["status"], expected);
    let lost = if first.is_ok() { other } else { first };
    assert_eq!(refused(lost), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_newer_request_takes_the_place_of_the_older_one_but_not_of_a_sign_in() {
    let scene = Scene::new().await;
    let parameters = json!({ "scope": "openid", "login_hint": "ada@OnesID1", "binding_message": "W4SCT" });
    scene.world.start(&scene.device, &parameters).await.unwrap();
    let older = scene.asked().await;
    let newer = scene.asked().await;
    assert_eq!(scene.status(&older).await["status"], "expired");
    assert_eq!(scene.status(&newer).await["status"], "pending");
    let waiting = scene.phone.approvals(&scene.world.provider).await.unwrap();
    assert_eq!(waiting.len(), 2, "the sign-in and the newer request");
}

#[tokio::test]
async fn asking_has_limits_of_its_own() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        scene.asked().await;
    }
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::TooManyRequests);
    let parameters = json!({ "scope": "openid", "login_hint": "ada@OnesID1", "binding_message": "W4SCT" });
    scene.world.start(&scene.device, &parameters).await.unwrap();
    scene.world.clock.advance(Duration::from_secs(61));
    let waiting = scene.phone.approvals(&scene.world.provider).await.unwrap();
    let consent = waiting.iter().find(|item| item.claims.is_some()).unwrap();
    scene
        .phone
        .decide(&scene.world.provider, consent, "denied", &json!({}))
        .await
        .unwrap();
    assert_eq!(
        refused(scene.ask(&json!({})).await),
        ErrorCode::TooManyRequests,
        "the pause after a no"
    );
    scene.world.clock.advance(Duration::from_secs(11));
    scene.asked().await;
}

#[tokio::test]
async fn a_report_stops_the_client_also_where_values_wait() {
    let scene = Scene::new().await;
    let given = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.asked().await;
    scene.decide("denied", &json!({ "reason": "not_me" })).await;
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::AccessDenied);
    assert_eq!(refused(scene.try_status(&given).await), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn nothing_is_handed_out_once_the_person_or_the_application_is_disabled() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    disable_application::disable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    let stopped = refused(scene.try_status(&asked).await);
    assert!(
        matches!(stopped, ErrorCode::InvalidTarget | ErrorCode::UnauthorizedClient),
        "{stopped}"
    );
    disable_application::enable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    assert_eq!(scene.status(&asked).await["content"][0]["value"], EMAIL);
    disable::disable(&scene.world.provider, "ada@OnesID1", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.try_status(&asked).await), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn a_withdrawn_consent_gives_nothing_and_its_receipt_stays() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    assert_eq!(
        refused(scene.revoke(&scene.phone, &asked).await),
        ErrorCode::NotFound,
        "not given yet"
    );
    scene.grant(&["email"]).await;
    let receipt = scene.status(&asked).await["receipt"].clone();
    scene.world.clock.advance(Duration::from_secs(1));
    let given = scene.given(&scene.phone).await.consents;
    assert_eq!(
        (given.len(), given[0].id, &given[0].revoked_at),
        (1, asked.id, &None)
    );
    assert_eq!(given[0].names, [ClaimName::Email]);
    assert_eq!(
        (given[0].resource.as_str(), given[0].application.host.as_str()),
        (RESOURCE, "rp.example")
    );
    assert_eq!(given[0].reason, "To send you the engine");
    let (_, stranger) = scene.world.person("bob@OnesID1").await;
    assert_eq!(scene.given(&stranger).await.consents, []);
    assert_eq!(
        refused(scene.revoke(&stranger, &asked).await),
        ErrorCode::NotFound
    );
    let at = scene.world.now().rfc3339();
    scene.revoke(&scene.phone, &asked).await.unwrap();
    scene.world.clock.advance(Duration::from_secs(1));
    scene.revoke(&scene.phone, &asked).await.unwrap();
    let told = json!({ "id": asked.id, "status": "denied", "receipt": receipt, "revokedAt": at });
    assert_eq!(scene.status(&asked).await, told);
    assert_eq!(
        scene.given(&scene.phone).await.consents[0].revoked_at.as_ref(),
        Some(&at)
    );
}

#[tokio::test]
async fn the_newest_consent_is_first() {
    let scene = Scene::new().await;
    let older = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.world.clock.advance(Duration::from_secs(1));
    let newer = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let ids: Vec<_> = scene
        .given(&scene.phone)
        .await
        .consents
        .iter()
        .map(|consent| consent.id)
        .collect();
    assert_eq!(ids, [newer.id, older.id]);
}

#[tokio::test]
async fn a_receipt_says_what_was_decided_and_verifies_offline() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    let item = scene.item().await;
    scene.grant(&["email"]).await;
    let receipt = scene.try_status(&asked).await.unwrap().receipt.unwrap();
    let claims = receipt::verify(&receipt, &scene.keys()).unwrap();
    let decision = scene.decision_of(&item).await;
    assert_eq!(
        claims.decision_digest,
        base64url::encode(&hash::sha256(decision.jws.as_bytes()))
    );
    assert_eq!(
        (claims.iss, claims.aud, claims.sub),
        (
            scene.world.issuer(),
            scene.device.client_id.clone(),
            scene.user.id.to_string()
        )
    );
    assert_eq!((claims.consent_id, claims.approval_id), (asked.id, item.id));
    assert_eq!(
        (claims.resource.as_str(), claims.reason.as_str()),
        (RESOURCE, "To send you the engine")
    );
    assert_eq!(
        claims.asked,
        [ClaimName::Email, ClaimName::FirstName, ClaimName::PhoneNumber]
    );
    assert_eq!(claims.granted, [ClaimName::Email]);
    assert!(
        !String::from_utf8_lossy(&base64url::decode(receipt.split('.').nth(1).unwrap()).unwrap())
            .contains(EMAIL)
    );
}

#[tokio::test]
async fn what_is_not_a_receipt_of_this_provider_is_told_apart() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let receipt = scene.try_status(&asked).await.unwrap().receipt.unwrap();
    let keys = scene.keys();
    let parts: Vec<&str> = receipt.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&base64url::decode(parts[1]).unwrap()).unwrap();
    claims["granted"] = json!(["dateOfBirth"]);
    let payload = base64url::encode(claims.to_string().as_bytes());
    let changed = [parts[0], payload.as_str(), parts[2]].join(".");
    let tokens = scene.world.signed_in(&scene.device, &scene.phone, "openid").await;
    let foreign = Scene::new().await;
    for (text, keys, says) in [
        (changed.as_str(), &keys, "was changed"),
        (tokens.id_token.as_deref().unwrap(), &keys, "typ"),
        (&receipt, &JwkSet::default(), "key"),
        ("no receipt", &keys, "not a receipt"),
        ("", &keys, "not a receipt"),
    ] {
        let refusal = receipt::verify(text, keys).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidRequest);
        assert!(refusal.description.contains(says), "{refusal}");
    }
    drop(foreign);
    assert!(receipt::verify(&format!(" {receipt}\n"), &keys).is_ok());
}

#[tokio::test]
async fn the_code_of_the_applications_screen_is_asked_for_as_in_a_sign_in() {
    let scene = Scene::with(Some(VerificationMode::Transfer)).await;
    let asked = scene.asked().await;
    let shown = asked.verification.clone().unwrap();
    assert_eq!(shown.mode, VerificationMode::Transfer);
    let item = scene.item().await;
    assert_eq!(item.verification.code, None, "the phone is not told it");
    let without = scene
        .phone
        .decide(&scene.world.provider, &item, "approved", &json!({}))
        .await;
    assert_eq!(refused(without), ErrorCode::InvalidRequest);
    let code = json!({ "code": shown.code });
    assert_eq!(scene.decide("approved", &code).await, ApprovalStatus::Approved);
    assert_eq!(scene.status(&asked).await["status"], "approved");
}

#[tokio::test]
async fn every_step_is_in_the_audit_log_and_no_value_is() {
    let scene = Scene::new().await;
    let before = scene.actions().await.len();
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.status(&asked).await;
    scene.status(&asked).await;
    scene.revoke(&scene.phone, &asked).await.unwrap();
    scene.revoke(&scene.phone, &asked).await.unwrap();
    let log = scene.actions().await;
    let actions: Vec<&str> = log[before..].iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "consent.ask",
            "approval.approve",
            "consent.deliver",
            "consent.revoke"
        ]
    );
    assert!(
        log[before + 2].1.contains("email"),
        "which, but not what: {}",
        log[before + 2].1
    );
    assert!(log.iter().all(|(_, detail)| !detail.contains(EMAIL)));
}

#[tokio::test]
async fn no_file_of_the_provider_holds_a_value_in_the_clear() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    assert_eq!(scene.status(&asked).await["content"][0]["value"], EMAIL);
    let files = std::fs::read_dir(scene.world.directory()).unwrap();
    let mut seen = 0;
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        seen += bytes.len();
        let found = bytes
            .windows(EMAIL.len())
            .any(|window| window == EMAIL.as_bytes());
        assert!(!found);
    }
    assert!(seen > 0, "the store was looked at");
}

#[tokio::test]
async fn a_sealed_value_opens_for_its_person_and_name_only() {
    let scene = Scene::new().await;
    let other = scene.world.user("bob@OnesID1", IdpRole::User).await;
    let user = scene.user.id;
    let provider = &scene.world.provider;
    let data = provider
        .store
        .read(move |tx| Ok(tx.user_data().of_user(user)?))
        .await
        .unwrap();
    let email = data.iter().find(|datum| datum.name == ClaimName::Email).unwrap();
    assert_eq!(email.open(&provider.sealer).unwrap().reveal(), EMAIL);
    let mut moved = email.clone();
    moved.user_id = other.id;
    assert!(moved.open(&provider.sealer).is_err());
    let mut renamed = email.clone();
    renamed.name = ClaimName::FullName;
    assert!(renamed.open(&provider.sealer).is_err());
}

#[tokio::test]
async fn personal_data_is_set_shown_and_removed_by_name() {
    let scene = Scene::new().await;
    let provider = &scene.world.provider;
    let shown = || async {
        let values = data::show(provider, "ADA@onesid1.com", "cli").await.unwrap();
        values
            .iter()
            .map(|(name, value)| (*name, value.reveal().to_owned()))
            .collect::<Vec<_>>()
    };
    scene
        .set(&[(ClaimName::Email, "  new@analytical.example ")])
        .await
        .unwrap();
    let expected = [
        (ClaimName::DateOfBirth, "1815-12-10"),
        (ClaimName::Email, "new@analytical.example"),
        (ClaimName::FirstName, "Ada"),
    ];
    assert_eq!(
        shown().await,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
    let names = [ClaimName::FirstName, ClaimName::LastName];
    let removed = data::remove(provider, "ada@OnesID1", &names, "cli")
        .await
        .unwrap();
    assert_eq!(removed, [ClaimName::FirstName]);
    assert_eq!(shown().await.len(), 2);
}

#[tokio::test]
async fn a_value_that_cannot_be_one_is_refused_and_not_repeated() {
    let scene = Scene::new().await;
    let long = "secret".repeat(100);
    for values in [
        vec![],
        vec![(ClaimName::Email, "")],
        vec![(ClaimName::Email, " ")],
        vec![(ClaimName::Email, "secret\nsecret")],
        vec![(ClaimName::Email, long.as_str())],
        vec![(ClaimName::DateOfBirth, "10.12.1815 secret")],
        vec![(ClaimName::DateOfBirth, "1815-02-30")],
        vec![(ClaimName::IdentityDocumentExpiryDate, "2030-1-1")],
        vec![(ClaimName::Email, "a@b"), (ClaimName::Email, "secret@b")],
    ] {
        match scene.set(&values).await {
            Err(Failure::Refusal(refusal)) => {
                assert_eq!(refusal.code, ErrorCode::InvalidRequest);
                assert!(!refusal.description.contains("secret"), "{refusal}");
            }
            other => panic!("{values:?}: {other:?}"),
        }
    }
    let nobody = data::show(&scene.world.provider, "nobody@OnesID1", "cli")
        .await
        .map(drop);
    assert_eq!(refused(nobody), ErrorCode::NotFound);
}

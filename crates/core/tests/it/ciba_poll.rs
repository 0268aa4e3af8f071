//! The main job as a client sees it: asked, approved, collected once (CIBA Core §7, §10, §11).

use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::id::ApprovalId;
use countersign_core::oidc::bearer::{self, Bearer};
use countersign_core::time::Duration;
use countersign_jose::{Algorithm, KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, DecisionAnswer};
use countersign_protocol::token::TokenAnswer;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

const HINT: &str = "user.name@OnesID1";

fn parameters() -> Value {
    json!({ "scope": "openid offline_access profile", "login_hint": HINT, "binding_message": "Authorize login to Example.com?" })
}

/// A sign-in that a device asked for, on the person's phone.
struct Asked {
    world: World,
    device: Party,
    phone: SoftPhone,
    auth_req_id: String,
    item: ApprovalItem,
}

impl Asked {
    async fn new() -> Self {
        let world = World::new().await;
        let device = world.device(KeyType::P256).await;
        let (_, phone) = world.person(HINT).await;
        let auth_req_id = world
            .start(&device, &parameters())
            .await
            .expect("a request")
            .auth_req_id;
        let item = phone.approvals(&world.provider).await.expect("a list").remove(0);
        Self {
            world,
            device,
            phone,
            auth_req_id,
            item,
        }
    }

    async fn decided(decision: &str) -> Self {
        let asked = Self::new().await;
        asked.decide(decision).await.expect("a decision");
        asked
    }

    async fn decide(&self, decision: &str) -> Outcome<DecisionAnswer> {
        self.phone
            .decide(&self.world.provider, &self.item, decision, &json!({}))
            .await
    }

    async fn poll(&self) -> Outcome<TokenAnswer> {
        self.world.poll(&self.device, &self.auth_req_id).await
    }

    async fn bearer(&self, tokens: &TokenAnswer) -> Outcome<Bearer> {
        bearer::authenticate(&self.world.provider, &tokens.access_token).await
    }
}

#[tokio::test]
async fn a_device_signs_a_person_in() {
    let world = World::new().await;
    let device = world.device(KeyType::Rsa2048).await;
    let (user, phone) = world.person(HINT).await;

    let started = world.start(&device, &parameters()).await.expect("a request");
    assert_eq!((started.expires_in, started.interval), (600, Some(3)));
    assert_eq!(
        refused(world.poll(&device, &started.auth_req_id).await),
        ErrorCode::AuthorizationPending
    );

    let items = phone.approvals(&world.provider).await.expect("a list");
    let [item] = items.as_slice() else {
        panic!("one approval, not {}", items.len())
    };
    assert_eq!(
        item.binding_message.as_deref(),
        Some("Authorize login to Example.com?")
    );
    assert_eq!(item.application.name, "Test server");
    assert!(item.application.verified);
    phone
        .decide(&world.provider, item, "approved", &json!({}))
        .await
        .expect("a decision");

    world.clock.advance(Duration::from_secs(3));
    let tokens = world.poll(&device, &started.auth_req_id).await.expect("tokens");
    assert_eq!(tokens.scope.as_deref(), Some("openid offline_access profile"));
    assert!(!tokens.access_token.contains('.'), "an opaque token has no dot");
    assert!(tokens.refresh_token.is_some());

    let id_token = UnverifiedJws::parse(tokens.id_token.as_deref().expect("an ID token")).expect("a JWS");
    let keys = world.provider.keys();
    let signer = keys
        .signer(
            countersign_core::keys::KeyPurpose::Oidc,
            Algorithm::Rs256,
            world.now(),
        )
        .expect("a signer");
    let claims: Value = id_token
        .verify(&signer.public, Algorithm::Rs256)
        .expect("our signature")
        .claims()
        .expect("claims");
    assert_eq!(claims["iss"], world.issuer());
    assert_eq!(claims["sub"], user.id.to_string());
    assert_eq!(claims["aud"], device.client_id);
    assert_eq!(claims["acr"], "urn:countersign:acr:approve");
    assert_eq!(
        claims["auth_time"],
        world.now().unix() - 3,
        "the moment of the decision, not of the poll"
    );
}

#[tokio::test]
async fn a_request_is_collected_once_and_a_second_time_ends_the_grant() {
    let asked = Asked::decided("approved").await;
    let tokens = asked.poll().await.expect("tokens");
    asked.world.clock.advance(Duration::from_millis(1));
    assert_eq!(refused(asked.poll().await), ErrorCode::InvalidGrant);
    let bearer = asked.bearer(&tokens).await;
    assert_eq!(
        refused(bearer),
        ErrorCode::InvalidToken,
        "whoever came second may have the first one's tokens"
    );
}

#[tokio::test]
async fn of_64_polls_at_the_same_moment_exactly_one_gets_tokens_and_they_stay_good() {
    let asked = Asked::decided("approved").await;
    let mut won = Vec::new();
    for outcome in futures_util::future::join_all((0..64).map(|_| asked.poll())).await {
        match outcome {
            Ok(tokens) => won.push(tokens),
            Err(failure) => assert_eq!(refused::<()>(Err(failure)), ErrorCode::InvalidGrant),
        }
    }
    let [tokens] = won.as_slice() else {
        panic!("{} polls got tokens", won.len())
    };
    asked
        .bearer(tokens)
        .await
        .expect("polls that were on their way together are a race, not a theft");
}

#[tokio::test]
async fn a_denied_request_answers_access_denied() {
    let asked = Asked::decided("denied").await;
    assert_eq!(refused(asked.poll().await), ErrorCode::AccessDenied);
    assert_eq!(
        refused(asked.poll().await),
        ErrorCode::AccessDenied,
        "and goes on to do so"
    );
}

#[tokio::test]
async fn an_expired_request_answers_expired_token_and_an_approval_does_not_extend_it() {
    let asked = Asked::decided("approved").await;
    asked.world.clock.advance(Duration::from_secs(600));
    assert_eq!(refused(asked.poll().await), ErrorCode::ExpiredToken);
}

#[tokio::test]
async fn nobody_can_decide_what_has_expired() {
    let asked = Asked::new().await;
    asked.world.clock.advance(Duration::from_secs(600));
    assert_eq!(refused(asked.decide("approved").await), ErrorCode::Conflict);
    assert_eq!(refused(asked.poll().await), ErrorCode::ExpiredToken);
    assert!(
        asked
            .phone
            .approvals(&asked.world.provider)
            .await
            .expect("a list")
            .is_empty()
    );
}

#[tokio::test]
async fn another_client_cannot_collect_and_the_request_stays_good() {
    let asked = Asked::decided("approved").await;
    let other = asked.world.device(KeyType::P256).await;
    assert_eq!(
        refused(asked.world.poll(&other, &asked.auth_req_id).await),
        ErrorCode::InvalidGrant
    );
    asked.poll().await.expect("the other's try has spent nothing");
}

#[tokio::test]
async fn the_auth_req_id_is_told_to_the_phone_and_not_in_the_store() {
    let asked = Asked::new().await;
    assert_eq!(asked.item.auth_request_id.as_ref(), Some(&asked.auth_req_id));
    let id = ApprovalId(asked.item.id);
    let approval = asked
        .world
        .provider
        .store
        .read(move |tx| Ok(tx.approvals().by_id(id)?))
        .await;
    assert!(
        !approval
            .expect("a look")
            .expect("an approval")
            .shown
            .contains(&asked.auth_req_id)
    );
}

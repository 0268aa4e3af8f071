//! A session is begun: what the service gets, what the phone is shown, and who is refused in which order.

use super::{Stage, expired};
use crate::support::refused;
use countersign_core::authenticator::revoke as phone;
use countersign_core::policy::{Policy, X1280Policy};
use countersign_core::time::Duration;
use countersign_core::user::disable as user;
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::{credential, service};
use countersign_jose::{base64url, hash, jcs};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::VerificationMode;
use countersign_protocol::x1280::InitiateRequest;
use serde_json::{Value, json};

fn request(members: &Value) -> InitiateRequest {
    serde_json::from_value(members.clone()).unwrap()
}

#[tokio::test]
async fn the_answer_holds_session_code_token_and_random() {
    let stage = Stage::new().await;
    let answer = stage.begin().await;
    let bits = answer.session_id.strip_prefix("sess_").expect("the prefix");
    assert_eq!(base64url::decode(bits).expect("base64url").len(), 16);
    assert!(answer.auto_password.len() == 6 && answer.auto_password.bytes().all(|b| b.is_ascii_digit()));
    assert_eq!(base64url::decode(&answer.ws_token).expect("base64url").len(), 32);
    assert!(answer.random.len() == 32 && answer.random.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(answer.expires_at, "2026-11-21T09:01:00Z", "60 s ahead");
    let other = stage.begin().await;
    assert_ne!(answer.session_id, other.session_id);
    assert_ne!(answer.ws_token, other.ws_token);
    assert_ne!(answer.random, other.random);
}

#[tokio::test]
async fn the_policy_sets_how_long_a_session_lives() {
    let policy = Policy {
        x1280: X1280Policy {
            session: Duration::from_secs(300),
            ..X1280Policy::default()
        },
        ..Policy::default()
    };
    let stage = Stage::with(policy).await;
    assert_eq!(stage.begin().await.expires_at, "2026-11-21T09:05:00Z");
}

#[tokio::test]
async fn the_phone_is_shown_the_same_code_the_service_and_the_scopes() {
    let stage = Stage::new().await;
    let answer = stage.begin_for(&["identity:nationality"]).await;
    let item = stage.item().await;
    assert_eq!(item.verification.mode, VerificationMode::Compare);
    assert_eq!(item.verification.code.as_ref(), Some(&answer.auto_password));
    assert_eq!(
        item.scopes.as_deref(),
        Some(&["identity:nationality".to_owned()][..])
    );
    assert_eq!(item.expires_at, answer.expires_at);
    assert_eq!(item.application.name, "Test shop");
    let shown = item.mutual.clone().expect("a mutual sign-in");
    assert_eq!(shown.session_id, answer.session_id);
    assert_eq!(shown.token_id, stage.marie.token_id);
    assert_eq!(shown.service.service_id, stage.service.service.id.as_str());

    let mut unsealed = item.clone();
    unsealed.digest = String::new();
    let digest = base64url::encode(&hash::sha256(&jcs::canonicalize(&unsealed).unwrap()));
    assert_eq!(
        digest, item.digest,
        "the digest covers the session and the service too"
    );
}

#[tokio::test]
async fn a_floor_of_the_operator_does_not_take_the_comparison_away() {
    let policy = Policy {
        verification_floor: VerificationMode::Transfer,
        ..Policy::default()
    };
    let stage = Stage::with(policy).await;
    let answer = stage.begin().await;
    assert_eq!(stage.item().await.verification.code, Some(answer.auto_password));
}

#[tokio::test]
async fn default_scopes_stand_in_for_absent_ones_and_for_none_else() {
    let stage = Stage::new().await;
    stage.begin().await;
    let asked = |item: countersign_protocol::approval::ApprovalItem| item.scopes.unwrap().join(" ");
    assert_eq!(asked(stage.item().await), "identity:name identity:age_over_18");
    stage.begin_for(&[]).await;
    assert_eq!(asked(stage.item().await), "", "nothing but who it is");
    stage.begin_for(&["identity:photo", "identity:photo"]).await;
    assert_eq!(asked(stage.item().await), "identity:photo");
}

#[tokio::test]
async fn a_malformed_member_is_refused_before_anybody_is_looked_up() {
    let stage = Stage::new().await;
    let (id, token) = (stage.service.service.id.as_str(), stage.marie.token_id.as_str());
    for members in [
        json!({ "tokenId": "", "serviceId": id }),
        json!({ "tokenId": "a|b", "serviceId": id }),
        json!({ "tokenId": "a b", "serviceId": id }),
        json!({ "tokenId": "t".repeat(129), "serviceId": id }),
        json!({ "tokenId": token }),
        json!({ "tokenId": token, "serviceId": id, "serviceVds": stage.service.service_vds }),
        json!({ "tokenId": token, "serviceId": id, "serviceAssertion": "e30.e30.AA" }),
    ] {
        let outcome = stage.world.initiate_with(request(&members), None).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{members}");
    }
}

#[tokio::test]
async fn of_two_refusals_the_earlier_one_of_the_profile_is_told() {
    let stage = Stage::with(Policy::default()).await;
    let token = stage.marie.token_id.clone();
    let id = stage.service.service.id.to_string();
    let ask = async |token: &str, service: &str, scope: &str| {
        let members = json!({ "tokenId": token, "serviceId": service, "scopes": [scope] });
        refused(stage.world.initiate_with(request(&members), None).await)
    };
    assert_eq!(
        ask("nobody", "svc_unknown", "identity:none").await,
        ErrorCode::NotFound
    );
    assert_eq!(
        ask(&token, "svc_unknown", "identity:none").await,
        ErrorCode::InvalidService
    );
    assert_eq!(ask(&token, &id, "identity:none").await, ErrorCode::InvalidScope);
    for _ in 0..5 {
        stage.begin().await;
    }
    assert_eq!(ask(&token, &id, "identity:none").await, ErrorCode::InvalidScope);
    assert_eq!(
        ask(&token, &id, "identity:name").await,
        ErrorCode::TooManyRequests
    );
    credential::revoke(&stage.world.provider, &token, None, "test")
        .await
        .expect("a revocation");
    assert_eq!(
        ask(&token, "svc_unknown", "identity:none").await,
        ErrorCode::AccessDenied
    );
    assert_eq!(ErrorCode::InvalidScope.x1280_status(), 422);
}

#[tokio::test]
async fn scopes_beyond_those_of_the_service_are_refused() {
    let stage = Stage::new().await;
    let narrow = stage
        .world
        .mutual_service(|new| {
            new.allowed_scopes = vec!["identity:name".to_owned()];
            new.default_scopes.clear();
        })
        .await;
    let ask = async |scopes: &[&str]| {
        stage
            .world
            .initiate(&narrow, &stage.marie.token_id, &json!({ "scopes": scopes }))
            .await
    };
    for scopes in [
        &["identity:basic"][..],
        &["identity:name", "identity:photo"],
        &["identity:age_over_18"],
        &["openid"],
        &[""],
        &["identity:name identity:photo"],
    ] {
        assert_eq!(refused(ask(scopes).await), ErrorCode::InvalidScope, "{scopes:?}");
    }
    ask(&["identity:given_name"])
        .await
        .expect("a part of what is allowed");
}

#[tokio::test]
async fn a_credential_that_is_out_of_use_begins_nothing() {
    let stage = Stage::new().await;
    let provider = &stage.world.provider;
    let issued = stage.world.credential(|_| ()).await;
    let never_enrolled = issued.token_id.as_str();
    let outcome = stage
        .world
        .initiate(&stage.service, never_enrolled, &json!({}))
        .await;
    assert_eq!(refused(outcome), ErrorCode::NotFound);

    let owner = countersign_core::user::find::find(provider, &stage.marie.phone.username).await;
    let owner = owner.expect("a person").id.to_string();
    user::disable(provider, &owner, "test")
        .await
        .expect("a person disabled");
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::AccessDenied
    );
    user::enable(provider, &owner, "test")
        .await
        .expect("a person enabled");
    stage.begin().await;

    let bearer = stage.marie.phone.bearer(provider).await.expect("a bearer");
    phone::revoke(provider, bearer.authenticator.id, "test")
        .await
        .expect("a phone revoked");
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::AccessDenied
    );
}

#[tokio::test]
async fn a_credential_ends_at_its_very_second() {
    let stage = Stage::new().await;
    let day = Duration::from_secs(24 * 60 * 60);
    let issued = stage
        .world
        .credential(|new| new.lifetime = Lifetime::parse("1d").unwrap())
        .await;
    let short = countersign_testkit::IdentityPhone::enrol(&stage.world.provider, &issued)
        .await
        .expect("an enrolment");
    stage.world.clock.advance(day - Duration::from_millis(1));
    let by_default = json!({});
    let ask = || stage.world.initiate(&stage.service, &short.token_id, &by_default);
    ask().await.expect("a session in its last moment");
    stage.world.clock.advance(Duration::from_millis(1));
    assert_eq!(refused(ask().await), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn a_newer_session_of_the_service_takes_the_place_of_the_older_one() {
    let stage = Stage::new().await;
    let older = stage.begin().await;
    let mut watch = stage.watch(&older).await;
    let newer = stage.begin().await;
    assert_eq!(stage.news(&mut watch).await, expired());
    assert_eq!(
        refused(stage.verify(stage.approval(&older)).await),
        ErrorCode::NotFound
    );
    stage.verify(stage.approval(&newer)).await.expect("the newer one");
}

#[tokio::test]
async fn sessions_of_two_services_wait_beside_each_other() {
    let stage = Stage::new().await;
    let other = stage
        .world
        .mutual_service(|new| new.name = "Other".to_owned())
        .await;
    let first = stage.begin().await;
    let second = stage
        .world
        .initiate(&other, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session");
    stage.verify(stage.approval(&second)).await.expect("one");
    stage.verify(stage.approval(&first)).await.expect("and the other");
}

#[tokio::test]
async fn a_denial_pauses_the_next_session_and_a_report_stops_the_service() {
    let stage = Stage::with(Policy::default()).await;
    stage.begin().await;
    stage.marie.decline(&stage.world.provider).await.expect("a no");
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::TooManyRequests
    );
    stage.world.clock.advance(Duration::from_secs(10));
    stage.begin().await;
    let item = stage.item().await;
    let not_me = json!({ "reason": "not_me" });
    stage
        .marie
        .phone
        .decide(&stage.world.provider, &item, "denied", &not_me)
        .await
        .expect("a report");
    stage.world.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::AccessDenied
    );
}

#[tokio::test]
async fn a_disabled_service_begins_nothing() {
    let stage = Stage::new().await;
    let id = stage.service.service.id.as_str();
    service::disable(&stage.world.provider, id, "test")
        .await
        .expect("disabled");
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::InvalidService
    );
    service::enable(&stage.world.provider, id, "test")
        .await
        .expect("enabled");
    stage.begin().await;
}

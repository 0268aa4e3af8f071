//! The older form of QR sign-in (onesid.md §10.3).

use super::{Stage, device_bearer, origin};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::device::revoke;
use countersign_core::oidc::bearer::{self, Bearer};
use countersign_core::policy::Policy;
use countersign_core::qr::legacy::{content, make, status};
use countersign_core::time::Duration;
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalStatus, VerificationMode};
use countersign_protocol::qr::{LegacyContent, LegacyStatus, LoginHintKind, ScanAnswer, ScanRequest};
use serde_json::json;

impl Stage {
    async fn old(&self) -> String {
        let session = make(&self.world.provider, &self.bearer, origin())
            .await
            .expect("a session");
        assert_eq!(session.exp, 300);
        session.auth_req_id.to_string()
    }

    async fn scan_old(&self, id: &str) -> Outcome<ScanAnswer> {
        self.send(ScanRequest {
            login_hint_kind: LoginHintKind::LoginHintToken,
            user_identifier: self.hint().await,
            session_id: Some(id.to_owned()),
            t: None,
            m: None,
        })
        .await
    }

    async fn look_old(&self, id: &str) -> LegacyStatus {
        status(&self.world.provider, &self.bearer, id)
            .await
            .expect("an answer")
    }

    async fn decide(&self, decision: &str) {
        let item = self
            .phone
            .approvals(&self.world.provider)
            .await
            .expect("a list")
            .remove(0);
        let decided = self
            .phone
            .decide(&self.world.provider, &item, decision, &json!({}))
            .await;
        decided.expect("a decision");
    }
}

#[tokio::test]
async fn a_person_signs_in_by_an_older_code() {
    let stage = Stage::new().await;
    let session = make(&stage.world.provider, &stage.bearer, origin())
        .await
        .expect("a session");
    let drawn = content(&session, stage.bearer.device.id).expect("JSON");
    let drawn: LegacyContent = serde_json::from_str(&drawn).expect("a code");
    assert_eq!(
        (drawn.auth_req_id, drawn.device_id),
        (session.auth_req_id, stage.bearer.device.id.0)
    );
    let id = session.auth_req_id.to_string();
    let pending = serde_json::to_value(stage.look_old(&id).await).expect("JSON");
    assert_eq!(
        pending,
        json!({ "status": "pending", "deviceId": stage.bearer.device.id.0 })
    );

    stage.scan_old(&id).await.expect("a scan");
    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    assert_eq!(item.binding_message.as_deref(), Some("Sign in on Test server"));
    assert_eq!(item.scopes, Some(vec!["openid".to_owned(), "profile".to_owned()]));
    assert_eq!(
        item.context.ip.as_deref(),
        Some("192.0.2.9"),
        "where the code was made"
    );
    assert_eq!(stage.look_old(&id).await.status, ApprovalStatus::Pending);

    stage.decide("approved").await;
    stage.world.clock.advance(Duration::from_secs(5));
    let approved = stage.look_old(&id).await;
    let token = approved.token.clone().expect("a token");
    assert_eq!(
        (approved.status, token.expires_in, token.token_type.as_str()),
        (ApprovalStatus::Approved, 3600, "Bearer")
    );
    assert_eq!(token.issue_time, stage.world.now().unix());
    let bearer = bearer::authenticate(&stage.world.provider, &token.access_token)
        .await
        .expect("a bearer");
    let Bearer::Person(person) = bearer else {
        panic!("a person's token")
    };
    assert_eq!(person.user.username.as_str(), stage.phone.username);
    assert_eq!(person.grant.client_id.as_str(), stage.device.client_id);

    stage.world.clock.advance(Duration::from_secs(10));
    let later = stage.look_old(&id).await.token.expect("the same token");
    assert_eq!(
        (later.access_token, later.expires_in, later.issue_time),
        (token.access_token, 3590, token.issue_time)
    );
    stage.world.clock.advance(Duration::from_secs(300));
    let ended = stage.look_old(&id).await;
    assert!(ended.status == ApprovalStatus::Expired && ended.token.is_none());
}

#[tokio::test]
async fn of_many_looks_at_the_same_moment_one_makes_the_token() {
    let stage = Stage::new().await;
    let id = stage.old().await;
    stage.scan_old(&id).await.expect("a scan");
    stage.decide("approved").await;
    let looks = futures_util::future::join_all((0..32).map(|_| stage.look_old(&id))).await;
    let first = looks[0].token.as_ref().expect("a token").access_token.clone();
    assert!(looks.iter().all(|look| {
        look.token
            .as_ref()
            .is_some_and(|token| token.access_token == first)
    }));
    let records = stage
        .world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 10_000)?))
        .await
        .expect("the log");
    assert_eq!(
        records
            .iter()
            .filter(|record| record.action == "token.issue")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_no_and_an_end_are_words_and_no_errors() {
    let stage = Stage::new().await;
    let (denied, unscanned) = (stage.old().await, stage.old().await);
    stage.scan_old(&denied).await.expect("a scan");
    stage.decide("denied").await;
    assert_eq!(stage.look_old(&denied).await.status, ApprovalStatus::Denied);
    assert_eq!(
        refused(stage.scan_old(&unscanned).await),
        ErrorCode::TooManyRequests,
        "the pause after a no"
    );
    assert_eq!(
        stage.look_old(&unscanned).await.status,
        ApprovalStatus::Pending,
        "the session is still free"
    );
    stage.world.clock.advance(Duration::from_secs(10));
    stage.scan_old(&unscanned).await.expect("after the pause");
    stage.world.clock.advance(Duration::from_secs(290));
    for id in [&denied, &unscanned] {
        assert_eq!(stage.look_old(id).await.status, ApprovalStatus::Expired);
    }
    Stage::assert_refusals(&stage.refusals().await, &[("scan", "too_many_requests")]);
}

#[tokio::test]
async fn an_older_session_is_its_own_devices_and_one_phones() {
    let stage = Stage::new().await;
    let id = stage.old().await;
    let other = stage.world.device(KeyType::P256).await;
    let theirs = device_bearer(&stage.world.provider, &other).await;
    for (bearer, id) in [
        (&theirs, id.as_str()),
        (&stage.bearer, "no such session"),
        (&stage.bearer, "x"),
    ] {
        assert_eq!(
            refused(status(&stage.world.provider, bearer, id).await.map(|_| ())),
            ErrorCode::NotFound
        );
    }
    assert!(stage.look(&id).await.is_none(), "it is none of the newer form");
    let hosted = stage.make(false).await;
    let newer = status(&stage.world.provider, &stage.bearer, &hosted.session_id).await;
    assert_eq!(refused(newer.map(|_| ())), ErrorCode::NotFound);
    stage.scan_old(&id).await.expect("a scan");
    assert_eq!(refused(stage.scan_old(&id).await), ErrorCode::Conflict);
    let asked = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_not_shown_again() {
    let stage = Stage::new().await;
    let id = stage.old().await;
    stage.scan_old(&id).await.expect("a scan");
    stage.decide("approved").await;
    let token = stage.look_old(&id).await.token.expect("a token");
    let Bearer::Person(person) = bearer::authenticate(&stage.world.provider, &token.access_token)
        .await
        .expect("a bearer")
    else {
        panic!("a person's token")
    };
    let (grant, now) = (person.grant.id, stage.world.now());
    stage
        .world
        .provider
        .store
        .write(move |tx| Ok(tx.grants_mut().revoke(grant, now)?))
        .await
        .expect("revoked");
    let after = stage.look_old(&id).await;
    assert!(after.status == ApprovalStatus::Expired && after.token.is_none());
}

#[tokio::test]
async fn the_device_shows_the_code_of_the_verification_mode() {
    let policy = Policy {
        verification_floor: VerificationMode::Compare,
        ..Policy::default()
    };
    let stage = Stage::with(policy).await;
    let id = stage.old().await;
    stage.scan_old(&id).await.expect("a scan");
    let shown = stage.look_old(&id).await.verification.expect("a code");
    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    assert_eq!(item.verification.code, Some(shown.code));
}

#[tokio::test]
async fn a_code_of_a_revoked_device_asks_nobody() {
    let stage = Stage::new().await;
    let id = stage.old().await;
    revoke::revoke(&stage.world.provider, &stage.bearer.device.id.to_string(), "test")
        .await
        .expect("revoked");
    assert_eq!(refused(stage.scan_old(&id).await), ErrorCode::NotFound);
    assert!(
        stage
            .phone
            .approvals(&stage.world.provider)
            .await
            .expect("a list")
            .is_empty()
    );
}

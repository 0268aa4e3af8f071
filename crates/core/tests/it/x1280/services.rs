//! How a service proves itself, and what the phone is shown of it (X.1280 §8.2).

use super::Stage;
use crate::support::refused;
use countersign_core::client::Endpoint;
use countersign_core::time::Duration;
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::service::{self, AddedService, Rotation};
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{InitiateAnswer, InitiateRequest};
use countersign_testkit::Party;
use serde_json::{Value, json};

async fn ask(stage: &Stage, members: Value) -> countersign_core::Outcome<InitiateAnswer> {
    ask_from(stage, members, None).await
}

async fn ask_from(
    stage: &Stage,
    mut members: Value,
    web_origin: Option<&str>,
) -> countersign_core::Outcome<InitiateAnswer> {
    members["tokenId"] = json!(stage.marie.token_id);
    let request: InitiateRequest = serde_json::from_value(members).unwrap();
    stage.world.initiate_with(request, web_origin).await
}

/// Whether the phone is shown that the service proved itself.
async fn verified(stage: &Stage) -> bool {
    let item = stage.item().await;
    let shown = item.mutual.expect("a mutual sign-in").service.verified;
    assert_eq!(shown, item.application.verified, "both places say the same");
    shown
}

async fn with_keys(stage: &Stage) -> (AddedService, Party) {
    let mut party = Party::new("", KeyType::P256);
    let jwks = party.jwks();
    let service = stage.world.mutual_service(|new| new.jwks = Some(jwks)).await;
    party.client_id = service.service.id.to_string();
    (service, party)
}

#[tokio::test]
async fn a_stolen_service_id_is_shown_as_unverified() {
    let stage = Stage::new().await;
    ask(&stage, json!({ "serviceId": stage.service.service.id.as_str() }))
        .await
        .expect("a session");
    assert!(
        !verified(&stage).await,
        "anybody who has seen a request knows the id"
    );
}

#[tokio::test]
async fn the_credential_of_a_service_proves_it() {
    let stage = Stage::new().await;
    ask(&stage, json!({ "serviceVds": stage.service.service_vds }))
        .await
        .expect("a session");
    assert!(verified(&stage).await);
}

#[tokio::test]
async fn the_key_of_a_service_proves_it_once_for_each_assertion() {
    let stage = Stage::new().await;
    let (_, party) = with_keys(&stage).await;
    let host = stage.world.provider.host.as_str().to_owned();
    for audience in [format!("{host}/oidc"), format!("{host}/auth/initiate")] {
        let assertion = party.assertion(&audience, stage.world.now());
        ask(&stage, json!({ "serviceAssertion": assertion }))
            .await
            .expect("a session");
        assert!(verified(&stage).await);
        let again = ask(&stage, json!({ "serviceAssertion": assertion })).await;
        assert_eq!(refused(again), ErrorCode::InvalidService);
    }
}

#[tokio::test]
async fn an_assertion_of_a_refused_request_is_spent_too() {
    let stage = Stage::new().await;
    let (_, party) = with_keys(&stage).await;
    let assertion = party.assertion(&stage.world.issuer(), stage.world.now());
    let outcome = ask(
        &stage,
        json!({ "serviceAssertion": assertion, "scopes": ["identity:none"] }),
    )
    .await;
    assert_eq!(refused(outcome), ErrorCode::InvalidScope);
    let again = ask(&stage, json!({ "serviceAssertion": assertion })).await;
    assert_eq!(refused(again), ErrorCode::InvalidService);
}

#[tokio::test]
async fn a_wrong_assertion_proves_nothing() {
    let stage = Stage::new().await;
    let (service, party) = with_keys(&stage).await;
    let (issuer, now) = (stage.world.issuer(), stage.world.now());
    let stranger = Party::new(service.service.id.as_str(), KeyType::P256);
    let no_keys = Party::new(stage.service.service.id.as_str(), KeyType::P256);
    let old = now - Duration::from_secs(3600);
    for (what, assertion) in [
        ("another key", stranger.assertion(&issuer, now)),
        ("a service without keys", no_keys.assertion(&issuer, now)),
        ("another audience", party.assertion("https://other.example", now)),
        ("expired", party.assertion(&issuer, old)),
        ("no JWS", "x".to_owned()),
        ("a credential", service.service_vds.clone()),
    ] {
        let outcome = ask(&stage, json!({ "serviceAssertion": assertion })).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidService, "{what}");
    }
}

#[tokio::test]
async fn a_client_that_is_no_service_proves_nothing_here() {
    let stage = Stage::new().await;
    let client = stage
        .world
        .service(KeyType::P256, &json!({ "profile": "standard" }))
        .await;
    client
        .authenticated(&stage.world.provider, Endpoint::Initiate)
        .await
        .expect("it is a client");
    let assertion = client.assertion(&stage.world.issuer(), stage.world.now());
    let outcome = ask(&stage, json!({ "serviceAssertion": assertion })).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidService);
    for id in [client.client_id.as_str(), "", "svc_", "svc_unknown", "Test shop"] {
        let outcome = ask(&stage, json!({ "serviceId": id })).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidService, "{id}");
    }
}

#[tokio::test]
async fn a_replaced_a_foreign_or_a_personal_credential_proves_nothing() {
    let stage = Stage::new().await;
    let issued = stage.world.credential(|_| ()).await;
    let elsewhere = Stage::new().await;
    let good = &stage.service.service_vds;
    let flipped = format!(
        "{}{}",
        &good[..good.len() - 1],
        if good.ends_with('0') { '1' } else { '0' }
    );
    for (what, text) in [
        ("of a person", issued.credential.as_str()),
        ("of another provider", elsewhere.service.service_vds.as_str()),
        ("changed", flipped.as_str()),
        ("none", "HC1:"),
        ("empty", ""),
    ] {
        let outcome = ask(&stage, json!({ "serviceVds": text })).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidService, "{what}");
    }

    stage.world.clock.advance(Duration::from_secs(1));
    let id = stage.service.service.id.as_str();
    let rotated = service::rotate(
        &stage.world.provider,
        id,
        Rotation::Credential,
        Lifetime::default(),
        "test",
    )
    .await
    .expect("a rotation");
    let old = ask(&stage, json!({ "serviceVds": good })).await;
    assert_eq!(refused(old), ErrorCode::InvalidService);
    let new = rotated.service_vds.expect("a new credential");
    ask(&stage, json!({ "serviceVds": new }))
        .await
        .expect("the new one");
}

#[tokio::test]
async fn the_credential_of_a_service_ends_with_its_time_and_with_the_service() {
    let stage = Stage::new().await;
    let short = stage
        .world
        .mutual_service(|new| new.lifetime = Lifetime::parse("1d").unwrap())
        .await;
    ask(&stage, json!({ "serviceVds": short.service_vds }))
        .await
        .expect("today");
    stage.world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let outcome = ask(&stage, json!({ "serviceVds": short.service_vds })).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidService);
    let id = stage.service.service.id.as_str();
    service::disable(&stage.world.provider, id, "test")
        .await
        .expect("disabled");
    let outcome = ask(&stage, json!({ "serviceVds": stage.service.service_vds })).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidService);
}

#[tokio::test]
async fn a_page_of_somebody_else_begins_nothing() {
    let stage = Stage::new().await;
    let shop = stage
        .world
        .mutual_service(|new| new.origins = vec!["https://shop.example".to_owned()])
        .await;
    let from =
        async |origin| ask_from(&stage, json!({ "serviceId": shop.service.id.as_str() }), origin).await;
    from(Some("https://shop.example"))
        .await
        .expect("the service's own page");
    from(None).await.expect("the service's own machine");
    for origin in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "null",
        "",
    ] {
        assert_eq!(
            refused(from(Some(origin)).await),
            ErrorCode::InvalidService,
            "{origin}"
        );
    }
    let with_proof = json!({ "serviceVds": shop.service_vds });
    let outcome = ask_from(&stage, with_proof, Some("https://evil.example")).await;
    assert_eq!(
        refused(outcome),
        ErrorCode::InvalidService,
        "not even with the credential"
    );
}

//! What is spent once is spent once, however many ask at the same moment.

use crate::site::{FORM, Site, form, post, proof, send};
use countersign_jose::KeyType;
use countersign_testkit::Party;
use futures_util::future::join_all;
use serde_json::json;
use std::collections::BTreeMap;

const RACERS: usize = 64;

/// Sends the same request with different assertions at the same moment; counts the answers by status and code.
async fn race(site: &Site, party: &Party, fields: &[(&str, &str)]) -> BTreeMap<String, usize> {
    let body = || {
        let assertion = party.assertion(&site.world.issuer(), site.world.now());
        form(&[&proof(party, &assertion), fields].concat())
    };
    let bodies: Vec<String> = (0..RACERS).map(|_| body()).collect();
    let racers = bodies.into_iter().map(|body| {
        let router = site.router.clone();
        tokio::spawn(
            async move { send(&router, post("/oidc/token", None, Some(FORM), body.into_bytes())).await },
        )
    });
    let mut counts = BTreeMap::new();
    for answer in join_all(racers.collect::<Vec<_>>()).await {
        let answer = answer.unwrap();
        let code = answer.json()["error"].as_str().unwrap_or("tokens").to_owned();
        *counts
            .entry(format!("{} {code}", answer.status.as_u16()))
            .or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_polls_after_an_approval_exactly_one_gets_tokens() {
    let site = Site::new().await;
    let (_, phone) = site.world.person("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let parameters = json!({ "scope": "openid", "login_hint": phone.username, "binding_message": "hello" });
    let started = site.world.start(&device, &parameters).await.unwrap();
    let item = phone
        .approvals(&site.world.provider)
        .await
        .unwrap()
        .pop()
        .unwrap();
    phone
        .decide(&site.world.provider, &item, "approved", &json!({}))
        .await
        .unwrap();
    let poll = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", started.auth_req_id.as_str()),
    ];
    let counts = race(&site, &device, &poll).await;
    assert_eq!(
        counts,
        BTreeMap::from([
            ("200 tokens".to_owned(), 1),
            ("400 invalid_grant".to_owned(), RACERS - 1)
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_refreshes_exactly_one_gets_tokens() {
    let site = Site::new().await;
    let (_, phone) = site.world.person("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let tokens = site
        .world
        .signed_in(&device, &phone, "openid offline_access")
        .await;
    let refresh_token = tokens.refresh_token.unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    let counts = race(&site, &device, &fields).await;
    assert_eq!(
        counts,
        BTreeMap::from([
            ("200 tokens".to_owned(), 1),
            ("400 invalid_grant".to_owned(), RACERS - 1)
        ])
    );
}

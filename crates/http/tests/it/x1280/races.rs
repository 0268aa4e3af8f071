//! An identity is released once, however many ask at the same moment.

use super::{Stage, wire};
use crate::site::{post, send};
use futures_util::future::join_all;
use std::collections::BTreeMap;

const RACERS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_approvals_exactly_one_releases_the_identity() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let body = wire(&stage.approval(&session)).to_string();
    let racers = (0..RACERS).map(|_| {
        let (router, body) = (stage.site.router.clone(), body.clone());
        let request = post("/auth/verify", None, Some("application/json"), body.into_bytes());
        tokio::spawn(async move { send(&router, request).await.status.as_u16() })
    });
    let mut counts = BTreeMap::new();
    for status in join_all(racers.collect::<Vec<_>>()).await {
        *counts.entry(status.unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([(200, 1), (404, RACERS - 1)]));
}

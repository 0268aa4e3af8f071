//! `countersign key` beside a running server.

use crate::support::TestServer;
use serde_json::Value;

async fn published(server: &TestServer) -> Vec<String> {
    let keys: Value = reqwest::get(format!("{}/jwks", server.issuer()))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits until the running server publishes what a condition asks for.
async fn until(server: &TestServer, condition: impl Fn(&[String]) -> bool) -> Vec<String> {
    let begun = tokio::time::Instant::now();
    loop {
        let kids = published(server).await;
        if condition(&kids) {
            return kids;
        }
        assert!(
            begun.elapsed().as_secs() < 30,
            "the server never noticed: {kids:?}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn kids(value: &Value) -> Vec<String> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_rotation_is_seen_by_the_running_server() {
    let server = TestServer::start();
    let before = published(&server).await;
    let rotated = server.command(["key", "rotate", "--algorithm", "RS256"]);
    assert_eq!(
        (&rotated[0]["algorithm"], &rotated[0]["state"]),
        (&"RS256".into(), &"announced".into())
    );
    let successor = kids(&rotated).remove(0);
    let after = until(&server, |kids| kids.contains(&successor)).await;
    assert_eq!(after[0], before[0], "the key that signs stays first");
    let second = server.try_command(["key", "rotate", "--algorithm", "RS256"]);
    assert!(
        second.code == 1 && second.sentence().contains("under way"),
        "{second:?}"
    );
}

#[tokio::test]
async fn an_emergency_rotation_signs_at_once_and_a_revoked_key_is_gone() {
    let server = TestServer::start();
    let old = published(&server).await.remove(0);
    let successor = kids(&server.command(["key", "rotate", "--algorithm", "RS256", "--now"])).remove(0);
    until(&server, |kids| {
        kids.first() == Some(&successor) && kids.contains(&old)
    })
    .await;
    let revoked = server.command(["key", "revoke", &old]);
    assert_eq!(revoked[0]["state"], "revoked");
    until(&server, |kids| !kids.contains(&old)).await;
    let states = server.command(["key", "list"]);
    assert_eq!(states.as_array().unwrap().len(), 3);
}

#[test]
fn the_only_key_that_signs_cannot_be_revoked() {
    let server = TestServer::prepare();
    let kid = server.command(["key", "list"])[0]["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    let refused = server.try_command(["key", "revoke", &kid]);
    assert!(
        refused.code == 1 && refused.sentence().contains("key rotate --now"),
        "{refused:?}"
    );
}

/// A kid is base64url, and so is the id of a phone's client: one of 64 begins with a hyphen.
#[test]
fn ids_that_begin_with_a_hyphen_are_no_flags() {
    let server = TestServer::prepare();
    for arguments in [["key", "revoke"], ["client", "show"], ["client", "disable"]] {
        let refused = server.try_command([arguments[0], arguments[1], "-6Jx_unknown"]);
        assert_eq!(refused.code, 1, "{refused:?}");
    }
}

#[test]
fn keys_are_shown_without_their_private_half() {
    let server = TestServer::prepare();
    let keys = server.command(["key", "list"]);
    for key in keys.as_array().unwrap() {
        let mut members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        // Which order a JSON object has here depends on what else the workspace builds.
        members.sort_unstable();
        assert_eq!(
            members,
            ["activeAt", "algorithm", "announcedAt", "kid", "purpose", "state"]
        );
    }
}

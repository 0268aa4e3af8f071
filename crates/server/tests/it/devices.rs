//! `countersign device` beside a running server: a machine's whole life in an operator's hands.

use crate::support::TestServer;
use countersign_jose::KeyType;
use countersign_testkit::Party;
use serde_json::{Value, json};

/// A machine asks to be let in; returns its verification code and the fingerprint that it shows.
async fn register(server: &TestServer, title: &str) -> (String, String) {
    let key = Party::new("", KeyType::P256);
    let body = json!({
        "publicKey": key.jwks(), "title": title, "location": "Bangkok", "domain": "onesid1.com", "role": "server",
        "operatingSystem": "Linux", "operatingSystemRelease": "6.1", "systemArchitecture": "x86_64",
        "systemMemory": 8_000_000_000_u64,
    });
    let url = format!("{}/devices/registration", server.host());
    let answer = reqwest::Client::builder()
        .build()
        .unwrap()
        .post(url)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.unwrap();
    (
        answer["verification_code"].as_str().unwrap().to_owned(),
        key.key.public().jwk().thumbprint(),
    )
}

async fn status(server: &TestServer, code: &str) -> Value {
    let url = format!("{}/devices/registration/status/{code}", server.host());
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_waiting_machine_is_listed_with_its_fingerprint_and_approved() {
    let server = TestServer::start();
    let (code, thumbprint) = register(&server, "Reception").await;
    let pending = server.command(["device", "list", "--status", "pending"]);
    let item = &pending.as_array().unwrap()[0];
    let expected = json!({
        "verificationCode": code, "title": "Reception", "role": "server", "domain": "onesid1.com",
        "thumbprint": thumbprint, "status": "pending",
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&item[member], value, "{member}");
    }
    assert!(item.get("deviceId").is_none() && item.get("clientId").is_none());
    let table = server.try_command(["device", "list"]).stdout;
    assert!(table.contains(&code) && table.contains(&thumbprint), "{table}");

    let approved = server.command(["device", "approve", &code]);
    assert_eq!(approved["status"], "approved");
    let told = status(&server, &code).await;
    assert_eq!(
        (&told["status"], &told["deviceId"]),
        (&"approved".into(), &approved["deviceId"])
    );
    assert_eq!(
        server.command(["device", "show", approved["clientId"].as_str().unwrap()]),
        approved
    );
    assert_eq!(
        server.command(["device", "list", "--status", "pending"]),
        json!([])
    );
    let again = server.try_command(["device", "approve", &code]);
    assert!(
        again.code == 1 && again.sentence().contains("approved already"),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_rejected_machine_is_told_the_reason() {
    let server = TestServer::start();
    let (code, _) = register(&server, "Reception").await;
    let rejected = server.command(["device", "reject", &code, "--reason", "unknown machine"]);
    assert_eq!(rejected["status"], "rejected");
    let told = status(&server, &code).await;
    assert_eq!(
        (&told["status"], &told["reason"]),
        (&"rejected".into(), &"unknown machine".into())
    );
}

#[tokio::test]
async fn a_suspended_machine_comes_back_and_a_revoked_one_does_not() {
    let server = TestServer::start();
    let (code, _) = register(&server, "Reception").await;
    let id = server.command(["device", "approve", &code])["deviceId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(server.command(["device", "suspend", &id])["status"], "suspended");
    assert_eq!(server.command(["device", "approve", &code])["status"], "approved");
    assert_eq!(server.command(["device", "revoke", &id])["status"], "revoked");
    let refused = server.try_command(["device", "approve", &code]);
    assert!(
        refused.code == 1 && refused.sentence().contains("revoked for good"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_a_machine_says_of_itself_can_do_nothing_on_a_terminal() {
    let server = TestServer::start();
    let (code, _) = register(&server, "Reception").await;
    // The provider lets no such text in; the terminal does not rely on that.
    let database = rusqlite::Connection::open(server.data().join("countersign.db")).unwrap();
    let sql = "UPDATE device_registrations SET title = ?1, location = ?1, system = ?1";
    assert_eq!(
        database
            .execute(sql, ["\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}Reception"])
            .unwrap(),
        1
    );
    for args in [&["device", "show", &code][..], &["device", "list"]] {
        let shown = server.try_command(args.iter().copied()).stdout;
        assert!(
            shown.contains("Reception") && !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{shown}"
        );
    }
}

//! Law 10: what was acknowledged survives kill -9.

use crate::actors::wire::text;
use crate::actors::{Answer, Machine, Phone};
use crate::support::TestServer;
use countersign_jose::KeyType;
use countersign_testkit::Party;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const PERSON: &str = "user.name@OnesID1";

fn crash(server: &mut TestServer) {
    server.kill_hard();
    server.restart();
}

#[tokio::test]
async fn an_approval_survives_a_crash_before_the_poll() {
    let mut server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    phone.approve();
    crash(&mut server);
    let tokens = machine.poll(&auth_req_id).await.succeeds(200);
    machine.validate_id_token(&text(&tokens, "id_token")).await;
    assert_eq!(server.command(["audit", "verify"])["broken"], Value::Null);
}

#[tokio::test]
async fn every_acknowledged_step_survives_a_crash_right_after_it() {
    let mut server = TestServer::start();
    let code = a_registration(&mut server).await;
    let status = format!("{}/devices/registration/status/{code}", server.host());
    let http = crate::actors::wire::client();
    assert_eq!(
        Answer::to(http.get(&status)).await.succeeds(200),
        json!({ "status": "pending" })
    );
    server.command(["device", "approve", &code]);
    crash(&mut server);
    assert_eq!(
        Answer::to(http.get(&status)).await.succeeds(200)["status"],
        "approved"
    );

    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    crash(&mut server);
    let token = machine.token().await;
    crash(&mut server);
    assert!(machine.is_active(&token).await);

    let auth_req_id = machine.asked(PERSON).await;
    crash(&mut server);
    phone.approve();
    let tokens = machine.poll(&auth_req_id).await.succeeds(200);
    crash(&mut server);
    assert!(machine.is_active(&text(&tokens, "access_token")).await);
    let renewed = machine
        .refresh(&text(&tokens, "refresh_token"))
        .await
        .succeeds(200);
    crash(&mut server);
    assert!(machine.is_active(&text(&renewed, "access_token")).await);
    machine
        .post(
            "/token/revocation",
            &[("token", &text(&renewed, "refresh_token"))],
        )
        .await
        .succeeds(200);
    crash(&mut server);
    assert!(!machine.is_active(&text(&renewed, "access_token")).await);
    machine.poll(&auth_req_id).await.refuses(400, "invalid_grant");
    assert_eq!(server.command(["audit", "verify"])["broken"], Value::Null);
}

/// A machine posts its registration, and the server dies as soon as it answered.
async fn a_registration(server: &mut TestServer) -> String {
    let body = json!({
        "publicKey": Party::new("", KeyType::P256).jwks(), "title": "web-1", "location": "Bangkok",
        "domain": "onesid1.com", "role": "server", "operatingSystem": "Linux", "operatingSystemRelease": "6.1",
        "systemArchitecture": "x86_64", "systemMemory": 8_589_934_592_u64,
    });
    let request = crate::actors::wire::client().post(format!("{}/devices/registration", server.host()));
    let answer = Answer::to(request.json(&body)).await.succeeds(201);
    crash(server);
    text(&answer, "verification_code")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_the_midst_of_work_loses_nothing_that_was_acknowledged() {
    let mut server = TestServer::start();
    let machine = Arc::new(Machine::register(&server));
    let acknowledged = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut work = JoinSet::new();
    for _ in 0..8 {
        let (machine, acknowledged) = (Arc::clone(&machine), Arc::clone(&acknowledged));
        work.spawn(async move {
            loop {
                let proof = machine.proof();
                let mut form = proof.to_vec();
                form.push(("grant_type", "client_credentials".to_owned()));
                let sent = machine
                    .http
                    .post(format!("{}/token", machine.issuer()))
                    .form(&form)
                    .send()
                    .await;
                // The connection breaks when the server is killed: that is the end of this worker.
                let Ok(answer) = sent else { return };
                let Ok(answer) = answer.json::<Value>().await else {
                    return;
                };
                acknowledged.lock().unwrap().push(text(&answer, "access_token"));
            }
        });
    }
    while acknowledged.lock().unwrap().len() < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.kill_hard();
    work.join_all().await;
    server.restart();
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    for token in acknowledged.iter().rev().take(50) {
        assert!(machine.is_active(token).await);
    }
    assert_eq!(server.command(["audit", "verify"])["broken"], Value::Null);
}

//! The main job with the three real programs over real HTTP: a machine registers, a person approves on a phone, the
//! service gets tokens.

use crate::actors::machine::{Registration, in_folder};
use crate::actors::programs::run;
use crate::actors::wire::{now, text};
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use countersign_jose::{UnverifiedJws, base64url};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

const PERSON: &str = "user.name@OnesID1";

#[tokio::test]
async fn a_machine_registers_a_person_approves_and_the_service_gets_tokens() {
    let server = TestServer::start();
    let machine = registered_under_the_operators_eyes(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    machine
        .poll(&auth_req_id)
        .await
        .refuses(400, "authorization_pending");

    let item = phone.item();
    assert_eq!(
        item["application"],
        json!({ "name": "Example.com", "host": "", "verified": true })
    );
    assert_eq!(item["bindingMessage"], "W4SCT");
    assert_eq!(item["scopes"], json!(["openid", "offline_access", "profile"]));
    phone.approve();
    assert!(phone.list().is_empty());
    let history = phone.run(&["history", "--json"]).json();
    assert_eq!(
        (&history[0]["id"], &history[0]["status"]),
        (&item["id"], &json!("approved"))
    );

    let tokens = machine.poll(&auth_req_id).await.succeeds(200);
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    assert_eq!(tokens["scope"], "openid offline_access profile");
    let claims = machine.validate_id_token(&text(&tokens, "id_token")).await;
    assert!(
        claims["preferred_username"]
            .as_str()
            .unwrap()
            .eq_ignore_ascii_case(PERSON)
    );
    tokens_are_used(&machine, &tokens).await;

    assert_eq!(server.command(["audit", "verify"])["broken"], Value::Null);
}

/// Both screens show the same fingerprint before the operator says yes, and the machine's own program then signs for it.
fn registered_under_the_operators_eyes(server: &TestServer) -> Machine {
    let folder = TempDir::new().unwrap();
    let mut registration =
        Registration::begin(&folder, server.host(), &["-r", "SERVER", "-t", "Example.com"]);
    let list = server.command(["device", "list", "--status", "pending"]);
    assert_eq!(list[0]["verificationCode"], registration.code);
    assert_eq!(list[0]["thumbprint"], registration.thumbprint);
    server.command(["device", "approve", &registration.code]);
    registration.approved(&folder);
    Machine::of(server.host(), folder)
}

async fn tokens_are_used(machine: &Machine, tokens: &Value) {
    let access_token = text(tokens, "access_token");
    let found = machine.introspect(&access_token).await;
    assert_eq!(
        (&found["active"], &found["client_id"]),
        (&json!(true), &json!(machine.party.client_id))
    );
    let person = machine.get("/oidc/me", &access_token).await.succeeds(200);
    assert_eq!(person["sub"], found["sub"]);

    let renewed = machine
        .refresh(&text(tokens, "refresh_token"))
        .await
        .succeeds(200);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    let (access_token, refresh_token) = (text(&renewed, "access_token"), text(&renewed, "refresh_token"));
    assert!(machine.is_active(&access_token).await);
    machine
        .post("/token/revocation", &[("token", &refresh_token)])
        .await
        .succeeds(200);
    assert!(!machine.is_active(&access_token).await);
    machine
        .refresh(&refresh_token)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn the_machines_program_signs_and_gets_the_machines_token() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let token: Value = serde_json::from_str(&machine.says(&["-o", "GET_ACCESS_TOKEN"])).unwrap();
    assert!(token["expires_at"].as_i64().unwrap() > now().unix() + 500);
    let whoami = machine
        .get("/oidc/identify", &text(&token, "access_token"))
        .await
        .succeeds(200);
    let expected = json!({
        "subject_type": "device", "subject": machine.device_id, "client_id": machine.party.client_id,
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&whoami[member], value, "{whoami}");
    }

    let claims = machine.party.assertion_claims(&machine.issuer(), now());
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let input = format!(
        "{}.{}",
        part(&json!({ "alg": "RS256", "typ": "JWT" })),
        part(&claims)
    );
    let assertion = format!("{input}.{}", machine.says(&["-o", "SIGN", "-m", &input]));
    let [client_id, kind, _] = machine.proof();
    let form = [
        client_id,
        kind,
        ("client_assertion", assertion),
        ("grant_type", "client_credentials".to_owned()),
    ];
    let answer = machine
        .http
        .post(format!("{}/token", machine.issuer()))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[tokio::test]
async fn a_machine_that_the_operator_refuses_fails_and_leaves_nothing_behind() {
    let server = TestServer::start();
    let folder = TempDir::new().unwrap();
    let registration = Registration::begin(&folder, server.host(), &[]);
    server.command([
        "device",
        "reject",
        &registration.code,
        "--reason",
        "unknown machine",
    ]);
    assert!(registration.fails().contains("unknown machine"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(
        !run(in_folder(&folder).args(["-o", "GET_ACCESS_TOKEN"]))
            .fails()
            .is_empty()
    );
}

#[tokio::test]
async fn a_denied_request_and_one_that_nobody_answers_give_no_tokens() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let denied = machine.asked(PERSON).await;
    phone.deny();
    machine.poll(&denied).await.refuses(400, "access_denied");

    let other = Phone::of_new_person(&server, "slow.person@OnesID1");
    let further = json!({ "requested_expiry": "1" });
    let started = machine.ask(&other.username, &further).await.succeeds(200);
    assert_eq!(started["expires_in"], 1);
    // The server is another process with the clock of this machine, so that a second has to pass.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    machine
        .poll(&text(&started, "auth_req_id"))
        .await
        .refuses(400, "expired_token");
    assert!(other.list().is_empty());
}

#[tokio::test]
async fn watch_shows_and_answers_a_request_the_moment_it_arrives() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let first = machine.asked(PERSON).await;
    let mut watch = phone.start(&["watch", "--auto", "approve", "--json"]);
    answered_by(&mut watch);
    machine.poll(&first).await.succeeds(200);

    // From here on the stream is open, so that what is shown was pushed.
    let second = machine.asked(PERSON).await;
    answered_by(&mut watch);
    machine.poll(&second).await.succeeds(200);
}

fn answered_by(watch: &mut crate::actors::programs::Running) {
    let shown = watch.next_json_of("approval");
    let decided = watch.next_json_of("decided");
    assert_eq!(decided["data"]["id"], shown["data"]["id"]);
    assert_eq!(decided["data"]["status"], "approved");
}

#[tokio::test]
async fn the_code_on_the_services_screen_ties_the_decision_to_it() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);

    let further = json!({ "acr_values": "urn:countersign:acr:compare" });
    let compare = machine.ask(PERSON, &further).await.succeeds(200);
    assert_eq!(
        phone.item()["verification"]["code"],
        compare["verification"]["code"]
    );
    phone.approve();
    machine.poll(&text(&compare, "auth_req_id")).await.succeeds(200);

    let further = json!({ "acr_values": "urn:countersign:acr:transfer" });
    let transfer = machine.ask(PERSON, &further).await.succeeds(200);
    let (item, code) = (phone.item(), text(&transfer["verification"], "code"));
    assert_eq!(item["verification"], json!({ "mode": "transfer" }));
    let id = text(&item, "id");
    let wrong = if code == "000000" { "111111" } else { "000000" };
    phone.run(&["approve", &id, "--code", wrong]).fails();
    machine
        .poll(&text(&transfer, "auth_req_id"))
        .await
        .refuses(400, "authorization_pending");
    phone.run(&["approve", &id, "--code", &code]).succeeds();
    let tokens = machine.poll(&text(&transfer, "auth_req_id")).await.succeeds(200);
    let claims: Value = UnverifiedJws::parse(&text(&tokens, "id_token"))
        .unwrap()
        .unverified_claims()
        .unwrap();
    assert_eq!(claims["acr"], "urn:countersign:acr:transfer");
}

#[tokio::test]
async fn a_login_hint_token_of_the_phone_finds_its_person_once() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let hint = phone.run(&["login-hint-token", "--json"]).json();
    assert_eq!(
        (&hint["kind"], &hint["expiresIn"]),
        (&json!("login_hint_token"), &json!(300))
    );
    let parameters =
        json!({ "scope": "openid", "binding_message": "W4SCT", "login_hint_token": hint["value"] });
    let started = machine.ask_with(&parameters).await.succeeds(200);
    phone.approve();
    machine.poll(&text(&started, "auth_req_id")).await.succeeds(200);
    machine
        .ask_with(&parameters)
        .await
        .refuses(400, "expired_login_hint_token");
}

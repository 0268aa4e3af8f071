//! Several phones of one person, reports, invitations by the person, revoked phones.

use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use serde_json::{Value, json};

const PERSON: &str = "user.name@OnesID1";

/// The person's phone invites the person's next phone, without an operator (decisions.md).
async fn another_phone(server: &TestServer, phone: &Phone) -> Phone {
    let invitation = phone
        .post_json("/authenticators/invitations", &phone.token().await, &Value::Null)
        .await;
    Phone::enroll(server.host(), &text(&invitation.succeeds(201), "url"))
}

#[tokio::test]
async fn a_phone_invites_the_persons_next_phone_and_an_invitation_works_once() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let invitation = phone
        .post_json("/authenticators/invitations", &phone.token().await, &Value::Null)
        .await;
    let url = text(&invitation.succeeds(201), "url");
    let second = Phone::enroll(server.host(), &url);
    assert_eq!(second.username, phone.username);
    assert_ne!(second.id, phone.id);
    Phone::refused_with(&url);

    let auth_req_id = machine.asked(PERSON).await;
    second.approve();
    machine.poll(&auth_req_id).await.succeeds(200);
    let phones = server.command(["authenticator", "list", "--user", PERSON]);
    assert_eq!(phones.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn of_two_phones_that_answer_at_the_same_moment_one_decides() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let first = Phone::of_new_person(&server, PERSON);
    let second = another_phone(&server, &first).await;
    let auth_req_id = machine.asked(PERSON).await;
    let item = first.item();
    assert_eq!(second.item(), item);

    let path = format!("/approvals/{}/decision", text(&item, "id"));
    let tokens = (first.token().await, second.token().await);
    let decisions = (
        first.decision(&item, "approved"),
        second.decision(&item, "denied"),
    );
    let (yes, no) = tokio::join!(
        first.post_json(&path, &tokens.0, &decisions.0),
        second.post_json(&path, &tokens.1, &decisions.1),
    );
    let polled = machine.poll(&auth_req_id).await;
    if yes.status == 200 {
        no.refuses(409, "conflict");
        polled.succeeds(200);
    } else {
        yes.refuses(409, "conflict");
        assert_eq!(no.succeeds(200)["status"], "denied");
        polled.refuses(400, "access_denied");
    }
}

#[tokio::test]
async fn not_me_stops_the_client_for_that_person_until_an_operator_looked() {
    let server = TestServer::prepare()
        .with_config("[limits]\nfirst_pause = \"0s\"\n")
        .started();
    let machine = Machine::register(&server);
    let other_machine = Machine::register_as(&server, "ECC:p256", "SERVER", "Other.example");
    let phone = Phone::of_new_person(&server, PERSON);
    let bystander = Phone::of_new_person(&server, "by.stander@OnesID1");
    let reported = machine.asked(PERSON).await;
    phone
        .run(&["deny", &text(&phone.item(), "id"), "--not-me"])
        .succeeds();
    machine.poll(&reported).await.refuses(400, "access_denied");

    machine
        .ask(PERSON, &json!({}))
        .await
        .refuses(403, "access_denied");
    other_machine.asked(PERSON).await;
    machine.asked(&bystander.username).await;
    let reports = server.command(["report", "list"]);
    assert_eq!(reports[0]["clientId"], machine.party.client_id);
    assert_eq!(reports.as_array().unwrap().len(), 1);

    assert_eq!(
        server.command(["report", "clear", PERSON, &machine.party.client_id]),
        json!([])
    );
    let auth_req_id = machine.asked(PERSON).await;
    let asked_again = phone
        .list()
        .into_iter()
        .find(|item| item["application"]["name"] == "Example.com")
        .unwrap();
    phone.run(&["approve", &text(&asked_again, "id")]).succeeds();
    machine.poll(&auth_req_id).await.succeeds(200);
}

#[tokio::test]
async fn a_revoked_phone_sees_and_decides_nothing_any_more() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    let (item, token) = (phone.item(), phone.token().await);

    server.command(["authenticator", "revoke", &phone.id]);
    phone
        .get("/approvals", &token)
        .await
        .refuses(401, "invalid_token");
    let path = format!("/approvals/{}/decision", text(&item, "id"));
    phone
        .post_json(&path, &token, &phone.decision(&item, "approved"))
        .await
        .refuses(401, "invalid_token");
    phone
        .post("/token", &[("grant_type", "client_credentials")])
        .await
        .refuses(401, "invalid_client");
    assert!(!phone.run(&["list"]).fails().is_empty());
    machine
        .poll(&auth_req_id)
        .await
        .refuses(400, "authorization_pending");
}

#[tokio::test]
async fn a_denial_and_too_many_requests_make_the_service_wait() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    machine.asked(PERSON).await;
    phone.deny();
    machine
        .ask(PERSON, &json!({}))
        .await
        .refuses(429, "too_many_requests");

    let busy = Phone::of_new_person(&server, "busy.person@OnesID1");
    for _ in 0..5 {
        machine.asked(&busy.username).await;
    }
    machine
        .ask(&busy.username, &json!({}))
        .await
        .refuses(429, "too_many_requests");
    // One pending login per person and application: each request took the place of the one before.
    assert_eq!(busy.list().len(), 1);
}

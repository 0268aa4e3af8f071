//! Operators decide about machines by the API, with a token that they won by CIBA like everybody else (decisions.md).

use crate::actors::machine::Registration;
use crate::actors::wire::{Answer, client, text};
use crate::actors::{Machine, Page, Phone};
use crate::support::TestServer;
use serde_json::json;
use tempfile::TempDir;

/// Signs a person in at a machine and gives their access token.
async fn signed_in(machine: &Machine, phone: &Phone) -> String {
    let auth_req_id = machine.asked(&phone.username).await;
    phone.approve();
    text(&machine.poll(&auth_req_id).await.succeeds(200), "access_token")
}

#[tokio::test]
async fn a_master_approves_a_machine_with_a_token_won_by_ciba() {
    let server = TestServer::start();
    let terminal = Machine::register_as(&server, "RSA:2048", "ADMIN_TERMINAL", "Terminal");
    let master = Phone::of_new_person_with_role(&server, "second.master@OnesID1", "master");
    let token = signed_in(&terminal, &master).await;
    let folder = TempDir::new().unwrap();
    let mut registration = Registration::begin(&folder, server.host(), &["-t", "New machine"]);

    let list = terminal
        .get("/devices/registrations?status=pending", &token)
        .await
        .succeeds(200);
    assert_eq!(list["registrations"][0]["thumbprint"], registration.thumbprint);
    assert_eq!(list["registrations"][0]["title"], "New machine");
    let path = format!("/devices/registrations/{}/decision", registration.code);
    let decided = terminal
        .post_json(&path, &token, &json!({ "status": "approved" }))
        .await
        .succeeds(200);
    assert_eq!(decided["status"], "approved");
    registration.approved(&folder);
    assert!(Machine::of(server.host(), folder).is_active(&token).await);

    // Who did it is in the log.
    let log = server.command(["audit", "list", "--action", "device.approve"]);
    let last = log.as_array().unwrap().last().unwrap();
    assert!(
        text(last, "actor").to_lowercase().contains("second.master@"),
        "{last}"
    );
}

#[tokio::test]
async fn only_masters_and_admins_decide_about_machines() {
    let server = TestServer::start();
    let terminal = Machine::register(&server);
    let folder = TempDir::new().unwrap();
    let registration = Registration::begin(&folder, server.host(), &[]);
    let path = format!("/devices/registrations/{}/decision", registration.code);
    let rejection = json!({ "status": "rejected", "reason": "unknown machine" });
    for (role, may_read) in [("user", false), ("auditor", true)] {
        let phone = Phone::of_new_person_with_role(&server, &format!("some.{role}@OnesID1"), role);
        let token = signed_in(&terminal, &phone).await;
        let list = terminal.get("/devices/registrations", &token).await;
        assert_eq!(list.status == 200, may_read, "{role}: {list:?}");
        terminal
            .post_json(&path, &token, &rejection)
            .await
            .refuses(403, "insufficient_scope");
    }
    // The machine's own token and the phone's own token are nobody's sign-in.
    terminal
        .post_json(&path, &terminal.token().await, &rejection)
        .await
        .refuses(403, "insufficient_scope");

    let admin = Phone::of_new_person_with_role(&server, "some.admin@OnesID1", "admin");
    terminal
        .post_json(&path, &admin.token().await, &rejection)
        .await
        .refuses(403, "insufficient_scope");
    let token = signed_in(&terminal, &admin).await;
    terminal.post_json(&path, &token, &rejection).await.succeeds(200);
    assert!(registration.fails().contains("unknown machine"));
}

#[tokio::test]
async fn an_admin_issues_a_credential_and_registers_a_service_with_a_token_won_by_ciba() {
    let server = TestServer::start();
    let terminal = Machine::register(&server);
    let admin = Phone::of_new_person_with_role(&server, "some.admin@OnesID1", "admin");
    let token = signed_in(&terminal, &admin).await;
    let person = json!({
        "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "1990-05-17", "nationality": "FRA",
    });
    let issued = terminal
        .post_json("/credentials", &token, &person)
        .await
        .succeeds(201);
    let shop = json!({ "name": "Wine shop", "audience": "wine", "allowedScopes": ["identity:name"] });
    let service = terminal.post_json("/services", &token, &shop).await.succeeds(201);

    let phone = Phone::with_credential(server.host(), &text(&issued, "credential"));
    let request = json!({ "tokenId": issued["tokenId"], "serviceVds": service["serviceVds"] });
    Page::ask(server.host(), &request).await;
    assert_eq!(phone.item()["mutual"]["service"]["verified"], true);
    let list = terminal.get("/credentials", &token).await.succeeds(200);
    assert_eq!(list["credentials"][0]["status"], "enrolled");
    assert!(!list.to_string().contains("Dupont"), "{list}");

    let path = format!("{}/credentials/{}", server.host(), text(&issued, "tokenId"));
    Answer::to(client().delete(path).bearer_auth(&token))
        .await
        .succeeds(204);
    let late = Page::try_ask(server.host(), &request).await;
    assert_eq!(late.status, 403, "{late:?}");

    // Who did it is in the log, as with the commands.
    let log = server.command(["audit", "list", "--action", "credential."]);
    for record in log.as_array().unwrap() {
        if ["credential.issue", "credential.revoke"].contains(&text(record, "action").as_str()) {
            assert!(
                text(record, "actor").to_lowercase().contains("some.admin@"),
                "{record}"
            );
        }
    }
    assert!(log.to_string().contains("credential.revoke"), "{log}");
}

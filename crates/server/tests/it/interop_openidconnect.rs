//! The crate `openidconnect` 4, published and unmodified: discovery, the client's own token, the token leg of CIBA, the ID
//! token, introspection, refresh, revocation.

use crate::actors::openidconnect::openidconnect;
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use serde_json::json;

const PERSON: &str = "user.name@OnesID1";

#[tokio::test]
async fn openidconnect_4_collects_verifies_refreshes_and_revokes_the_tokens_of_a_sign_in() {
    let Some(client) = openidconnect() else { return };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    let poll = ["ciba-status", &auth_req_id];
    let refusal = client.call(&machine, &poll).fails_as("ServerResponse");
    assert_eq!(refusal["oauth_error"], "authorization_pending");
    assert!(!text(&refusal, "oauth_error_description").is_empty());
    phone.approve();
    let tokens = client.call(&machine, &poll).value();
    assert_eq!(
        (&tokens["token_type"], &tokens["scope"]),
        (&json!("bearer"), &json!("openid offline_access profile"))
    );

    let access_token = text(&tokens, "access_token");
    let id_token = text(&tokens, "id_token");
    let verify = ["validate-id-token", &id_token, "--access-token", &access_token];
    let verified = client.call(&machine, &verify).value();
    assert_eq!(verified["at_hash_matches"], true);
    let claims = &verified["claims"];
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!(machine.issuer()), &json!([machine.party.client_id]))
    );
    assert!(text(claims, "preferred_username").eq_ignore_ascii_case(PERSON));
    let found = client.call(&machine, &["introspect", &access_token]).value();
    assert_eq!((&found["active"], &found["sub"]), (&json!(true), &claims["sub"]));

    let renewed = client
        .call(&machine, &["refresh", &text(&tokens, "refresh_token")])
        .value();
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    client
        .call(&machine, &["revoke", &text(&renewed, "refresh_token")])
        .value();
    let access_token = text(&renewed, "access_token");
    let found = client.call(&machine, &["introspect", &access_token]).value();
    assert_eq!(found, json!({ "active": false }));
    let again = client.call(&machine, &poll).fails_as("ServerResponse");
    assert_eq!(again["oauth_error"], "invalid_grant");
}

#[tokio::test]
async fn openidconnect_4_gets_the_clients_own_token_and_is_told_why_a_suspended_client_gets_none() {
    let Some(client) = openidconnect() else { return };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let token = client.call(&machine, &["device-token"]).value();
    assert_eq!(
        (&token["token_type"], &token["expires_in"]),
        (&json!("bearer"), &json!(600))
    );
    assert!(machine.is_active(&text(&token, "access_token")).await);

    server.command(["device", "suspend", &machine.device_id]);
    let refusal = client
        .call(&machine, &["device-token"])
        .fails_as("ServerResponse");
    assert_eq!(refusal["oauth_error"], "invalid_client");
    assert!(!text(&refusal, "oauth_error_description").is_empty());
}

#[tokio::test]
async fn openidconnect_4_believes_no_id_token_that_is_meant_for_another_client() {
    let Some(client) = openidconnect() else { return };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let other = Machine::register_as(&server, "RSA:2048", "SERVER", "Other.example");
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    phone.approve();
    let tokens = machine.poll(&auth_req_id).await.succeeds(200);
    let verify = ["validate-id-token", &text(&tokens, "id_token")];
    client.call(&machine, &verify).value();
    let refusal = client.call(&other, &verify).fails_as("ClaimsVerificationError");
    assert!(text(&refusal, "error").contains("audience"), "{refusal}");
}

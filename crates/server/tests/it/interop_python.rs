//! Authlib, published and unmodified: `client_credentials`, introspection, the token leg of CIBA, refresh, revocation.

use crate::actors::python::python;
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use serde_json::json;

const PERSON: &str = "user.name@OnesID1";

#[tokio::test]
async fn authlib_collects_refreshes_and_revokes_the_tokens_of_a_sign_in() {
    let Some(python) = python() else { return };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    let call = ["ciba-status", "--", &auth_req_id];
    let refusal = python.authlib(&machine, &call).fails_as("OAuthError");
    assert_eq!(
        (&refusal["status"], &refusal["oauth_error"]),
        (&json!(400), &json!("authorization_pending"))
    );
    phone.approve();
    let tokens = python.authlib(&machine, &call).value();

    let id_token = python
        .authlib(&machine, &["validate-id-token", &text(&tokens, "id_token")])
        .value();
    assert_eq!(id_token["header"]["alg"], "RS256");
    assert!(text(&id_token["claims"], "preferred_username").eq_ignore_ascii_case(PERSON));
    let access_token = text(&tokens, "access_token");
    let found = python
        .authlib(&machine, &["introspect", "--", &access_token])
        .value();
    assert_eq!(
        (&found["active"], &found["sub"]),
        (&json!(true), &id_token["claims"]["sub"])
    );

    let renewed = python
        .authlib(&machine, &["refresh", "--", &text(&tokens, "refresh_token")])
        .value();
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    let access_token = text(&renewed, "access_token");
    python
        .authlib(&machine, &["revoke", "--", &text(&renewed, "refresh_token")])
        .value();
    let found = python
        .authlib(&machine, &["introspect", "--", &access_token])
        .value();
    assert_eq!(found, json!({ "active": false }));
    let again = python.authlib(&machine, &call).fails_as("OAuthError");
    assert_eq!(again["oauth_error"], "invalid_grant");
}

#[tokio::test]
async fn authlib_gets_the_clients_own_token_with_rsa_and_with_an_elliptic_curve() {
    let Some(python) = python() else { return };
    let server = TestServer::start();
    for (key_type, algorithm) in [
        ("RSA:2048", "RS256"),
        ("ECC:p256", "ES256"),
        ("ECC:p384", "ES384"),
    ] {
        let machine = Machine::register_as(&server, key_type, "SERVER", key_type);
        let token = python
            .authlib_as(&machine, &machine.key(), &["--alg", algorithm], &["device-token"])
            .value();
        assert_eq!(
            (&token["token_type"], &token["expires_in"]),
            (&json!("Bearer"), &json!(600)),
            "{key_type}"
        );
        assert!(machine.is_active(&text(&token, "access_token")).await);
    }
}

#[tokio::test]
async fn authlib_is_told_why_its_client_is_refused() {
    let Some(python) = python() else { return };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    server.command(["device", "suspend", &machine.device_id]);
    let refusal = python.authlib(&machine, &["device-token"]).fails_as("OAuthError");
    assert_eq!(
        (&refusal["status"], &refusal["oauth_error"]),
        (&json!(401), &json!("invalid_client"))
    );
    assert!(!text(&refusal, "oauth_error_description").is_empty());
}

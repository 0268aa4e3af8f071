//! QR sign-in by the published crate `ones-oidc`, unmodified: it makes the session, it looks at it, and once a phone has
//! scanned it asks the person by itself.

use crate::actors::ones_oidc::{Driver, Version, driver};
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use serde_json::{Value, json};

const PERSON: &str = "user.name@OnesID1";

/// Looks at a session as the client does, with what the person is to be asked.
fn look(client: &Driver, machine: &Machine, session: &Value) -> Value {
    let call = [
        "qr-status",
        &session.to_string(),
        "--scope",
        "openid offline_access profile",
        "--binding-message",
        "Till 4",
    ];
    client.call(machine, &call).value()
}

/// The whole sign-in, as a service that uses this version does it.
fn signs_in(version: Version) {
    let Some(client) = driver(version) else {
        return;
    };
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);

    let session = client.call(&machine, &["qr-make"]).value();
    assert_eq!(
        (&session["kind"], &session["aud"]),
        (&json!("qr"), &json!(machine.party.client_id))
    );
    let waiting = look(&client, &machine, &session);
    assert_eq!(
        (&waiting["loginHintToken"], &waiting["authRequestId"]),
        (&Value::Null, &Value::Null)
    );

    // The client knows nothing of `qrContent`: it draws the two members itself.
    let code = json!({ "cbUrl": session["cbUrl"], "sessionId": session["sessionId"] }).to_string();
    phone.run(&["scan", &code]).succeeds();
    assert!(phone.list().is_empty(), "the client has not looked yet");
    // This look sends the request; the client gives the session as it was before.
    look(&client, &machine, &session);
    assert_eq!(phone.item()["bindingMessage"], "Till 4");
    let asked = look(&client, &machine, &session);
    let auth_req_id = text(&asked, "authRequestId");
    assert_eq!(
        (&asked["loginHintToken"], &asked["cibaRequestInvoked"]),
        (&Value::Null, &json!(true))
    );
    client
        .call(&machine, &["ciba-status", &auth_req_id])
        .fails_as("CibaAuthenticationPending");

    phone.approve();
    let tokens = client.call(&machine, &["ciba-status", &auth_req_id]).value();
    for token in ["access_token", "id_token"] {
        let person = client
            .call(&machine, &["validate-token", &text(&tokens, token)])
            .value();
        assert_eq!(person["sub"], server.command(["user", "show", PERSON])["id"]);
    }
    // A session that is not there is nothing to this client, and no error (onesid.md C7).
    let mut unknown = session;
    unknown["sessionId"] = json!("unknown");
    assert_eq!(look(&client, &machine, &unknown), Value::Null);
}

/// It calls the older names of both routes, and sends the whole session back.
#[test]
fn ones_oidc_0_2_1_signs_in_with_a_code() {
    signs_in(Version::V0_2_1);
}

#[test]
fn ones_oidc_0_2_5_signs_in_with_a_code() {
    signs_in(Version::V0_2_5);
}

#[test]
fn ones_oidc_0_2_6_signs_in_with_a_code() {
    signs_in(Version::V0_2_6);
}

#[test]
fn ones_oidc_0_3_7_signs_in_with_a_code() {
    signs_in(Version::V0_3_7);
}

#[test]
fn ones_oidc_0_3_9_signs_in_with_a_code() {
    signs_in(Version::V0_3_9);
}

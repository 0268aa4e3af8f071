//! Sign-in by a service that never holds the machine's key: every signature comes from `countersign-device serve`.

use crate::actors::example::missing;
use crate::actors::machine_service::MachineService;
use crate::actors::programs::{clean, run};
use crate::actors::wire::{Answer, client, now, text};
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use countersign_client::{
    Algorithm, Entity, LoginHint, OpenIdconnectClient, SigningService, load_device_config,
};
use countersign_jose::base64url;
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const PERSON: &str = "user.name@OnesID1";

/// Header and payload of a client assertion as `ones-oidc` makes them for the signing service: always RS256, and a scope
/// that is null.
fn message(machine: &Machine, jti: &str) -> String {
    let now = now().unix();
    let part = |value: Value| base64url::encode(value.to_string().as_bytes());
    let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
    let client_id = &machine.party.client_id;
    let claims = part(json!({
        "iss": client_id, "sub": client_id, "aud": machine.issuer(), "jti": jti, "iat": now, "nbf": now,
        "exp": now + 300, "scope": null,
    }));
    format!("{header}.{claims}")
}

/// Our own client with a signer that asks the service.
async fn signs_in(key_type: &str, algorithm: Algorithm) {
    let server = TestServer::start();
    let machine = Machine::register_as(&server, key_type, "SERVER", "Example.com");
    let phone = Phone::of_new_person(&server, PERSON);
    let service = MachineService::signing(&machine);

    let config = load_device_config(machine.config()).unwrap();
    let signer = SigningService::at(service.url("/sign"), config.id.to_string(), algorithm).unwrap();
    let client = OpenIdconnectClient::from_device_config(&config, signer)
        .await
        .unwrap();
    let asked = client
        .make_ciba_request(&LoginHint::username(PERSON), "openid profile", "Sign in", None)
        .await
        .unwrap();
    phone.approve();
    let tokens = client.check_ciba_status(&asked.auth_req_id).await.unwrap();
    let person = client.validate_token(&tokens.access_token).await.unwrap();
    assert_eq!(person.entity, Entity::User);
    assert!(person.username.unwrap().eq_ignore_ascii_case(PERSON));
}

#[tokio::test]
async fn our_client_signs_in_through_the_signing_service_with_an_rsa_key() {
    signs_in("RSA:2048", Algorithm::Rs256).await;
}

#[tokio::test]
async fn our_client_signs_in_through_the_signing_service_with_an_elliptic_key() {
    signs_in("ECC:p384", Algorithm::Es384).await;
}

#[tokio::test]
async fn the_provider_takes_what_is_signed_for_the_published_clients() {
    let server = TestServer::start();
    for key_type in ["RSA:2048", "ECC:p256", "ECC:p521"] {
        let machine = Machine::register_as(&server, key_type, "SERVER", key_type);
        let service = MachineService::signing(&machine);
        for path in ["/sign", "/signature"] {
            let message = message(&machine, path);
            let body = json!({ "deviceId": machine.device_id, "message": message });
            let signed = service.post(path, &body).await.succeeds(200);
            let assertion = format!("{message}.{}", text(&signed, "signature"));
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", &machine.party.client_id),
                ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ];
            let token = Answer::to(client().post(format!("{}/token", machine.issuer())).form(&form)).await;
            assert_eq!(token.succeeds(200)["expires_in"], 600, "{key_type} {path}");
        }
    }
}

#[tokio::test]
async fn the_fetch_of_node_is_not_taken_for_a_web_page() {
    if !Command::new("node")
        .arg("--version")
        .output()
        .is_ok_and(|node| node.status.success())
    {
        return missing("node is not here: the JavaScript call of the signing service did not run.")
            .unwrap_or_default();
    }
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let service = MachineService::signing(&machine);
    let body = json!({ "deviceId": machine.device_id, "message": message(&machine, "node") });
    let script = format!(
        "const answer = await fetch({:?}, {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, \
         body: {:?} }}); console.log(JSON.stringify(await answer.json()));",
        service.url("/sign"),
        body.to_string(),
    );
    let mut node = clean(Path::new("node"));
    let signed = run(node.args(["--input-type=module", "--eval", &script])).json();
    assert!(signed["signature"].is_string(), "{signed}");
}

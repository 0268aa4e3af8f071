//! The Python tools px-device-identity and px-user-identity-service, request by request, with all five key types: quirks
//! of the JOSE header, raw and DER signatures, short coordinates, one assertion for many calls (onesid.md §2 to §6).

use crate::actors::python::{Form, Python, python};
use crate::actors::wire::{client, text};
use crate::actors::{Answer, Phone};
use crate::support::TestServer;
use serde_json::{Value, json};
use tempfile::TempDir;

const PERSON: &str = "master.user-748@OnesID1";

/// A machine that speaks as the Python tools do.
struct OldMachine {
    python: Python,
    http: reqwest::Client,
    host: String,
    client_id: String,
    key: String,
    _folder: TempDir,
}

impl OldMachine {
    /// Registers with the body as it is sent, polls the status and is approved by an operator.
    async fn register(server: &TestServer, python: Python, make_key: &[&str]) -> Self {
        let (folder, http) = (TempDir::new().unwrap(), client());
        let made = python.shape(&[&["make-key"], make_key].concat());
        let key = folder.path().join("private.pem");
        std::fs::write(&key, made["privateKey"].as_str().unwrap()).unwrap();
        let key = key.display().to_string();
        let body = python.shape(&[
            "registration-body",
            "--private-key",
            &key,
            "--domain",
            "onesid1.com",
        ]);
        assert_eq!(body["publicKey"], made["publicKey"]);

        let registration = http
            .post(format!("{}/devices/registration", server.host()))
            .json(&body);
        let code = text(&Answer::to(registration).await.succeeds(201), "verification_code");
        let status = format!("{}/devices/registration/status/{code}", server.host());
        assert_eq!(
            Answer::to(http.get(&status)).await.succeeds(200),
            json!({ "status": "pending" })
        );
        server.command(["device", "approve", &code]);
        let approved = Answer::to(http.get(&status)).await.succeeds(200);
        assert_eq!(approved["status"], "approved");
        assert!(approved["deviceId"].is_string());
        let (client_id, host) = (text(&approved, "clientId"), server.host().to_owned());
        Self {
            python,
            http,
            host,
            client_id,
            key,
            _folder: folder,
        }
    }

    /// A request as the tools make it.
    fn form(&self, kind: &str, further: &[&str]) -> Form {
        let identity = [
            "--private-key",
            &self.key,
            "--client-id",
            &self.client_id,
            "--host",
            &self.host,
        ];
        Form::new(
            self.python
                .shape(&[&["form", kind], &identity[..], further].concat()),
        )
    }

    async fn send(&self, kind: &str, further: &[&str]) -> Answer {
        self.form(kind, further).send(&self.http).await
    }
}

/// The tools from registration to refresh, then once more with the signatures of a TPM.
async fn plays(make_key: &[&str]) {
    let Some(python) = python() else { return };
    let server = TestServer::start();
    let machine = OldMachine::register(&server, python, make_key).await;
    let phone = Phone::of_new_person(&server, PERSON);
    let token = machine.send("device-token", &[]).await.succeeds(200);
    assert_eq!(
        (&token["expires_in"], &token["token_type"]),
        (&json!(600), &json!("Bearer"))
    );
    assert!(!text(&token, "access_token").contains('.'));

    let username = format!("--value={PERSON}");
    let login = machine.form("bc-authorize", &[&username]);
    let started = login.send(&machine.http).await.succeeds(200);
    assert_eq!(
        (&started["expires_in"], &started["interval"]),
        (&json!(600), &json!(3))
    );
    let auth_req_id = format!("--value={}", text(&started, "auth_req_id"));
    // One assertion for the login and for every poll (onesid.md C5).
    let assertion = login.field("client_assertion");
    let poll = machine.form("ciba-status", &[&auth_req_id, "--client-assertion", assertion]);
    poll.send(&machine.http)
        .await
        .refuses(400, "authorization_pending");
    poll.send(&machine.http)
        .await
        .refuses(400, "authorization_pending");
    assert_eq!(phone.item()["bindingMessage"], "Authorize Login");
    phone.approve();
    let tokens = poll.send(&machine.http).await.succeeds(200);
    assert_eq!(tokens["scope"], "openid contact profile");
    is_introspected(&machine, &tokens).await;

    signs_as_a_tpm(&machine, &username, &phone).await;
}

async fn is_introspected(machine: &OldMachine, tokens: &Value) {
    let token = format!("--value={}", text(tokens, "access_token"));
    let found = machine.send("introspection", &[&token]).await.succeeds(200);
    assert_eq!(
        (&found["active"], &found["token_type"]),
        (&json!(true), &json!("Bearer"))
    );
    assert_eq!(found["client_id"], machine.client_id);
    let unknown = machine
        .send("introspection", &["--value=unknown"])
        .await
        .succeeds(200);
    assert_eq!(unknown, json!({ "active": false }));
}

/// DER instead of raw signatures, and P-384 over SHA-256; this time with a refresh token.
async fn signs_as_a_tpm(machine: &OldMachine, username: &str, phone: &Phone) {
    machine.send("device-token", &["--tpm"]).await.succeeds(200);
    let scope = ["--scope", "openid offline_access contact profile"];
    let login = machine
        .send("bc-authorize", &[&[username, "--tpm"], &scope[..]].concat())
        .await
        .succeeds(200);
    phone.approve();
    let auth_req_id = format!("--value={}", text(&login, "auth_req_id"));
    let tokens = machine
        .send("ciba-status", &[&auth_req_id, "--tpm"])
        .await
        .succeeds(200);
    assert_eq!(tokens["scope"], "openid offline_access contact profile");
    let refresh_token = format!("--value={}", text(&tokens, "refresh_token"));
    let renewed = machine
        .send("refresh", &[&refresh_token, "--tpm"])
        .await
        .succeeds(200);
    for member in ["access_token", "refresh_token", "scope", "token_type"] {
        assert!(renewed[member].is_string(), "{renewed}");
    }
}

#[tokio::test]
async fn the_python_tools_sign_in_with_rsa_2048() {
    plays(&["--key-type", "RSA:2048"]).await;
}

#[tokio::test]
async fn the_python_tools_sign_in_with_rsa_3072() {
    plays(&["--key-type", "RSA:3072"]).await;
}

#[tokio::test]
async fn the_python_tools_sign_in_with_p256_and_a_short_coordinate() {
    plays(&["--key-type", "ECC:p256", "--short-coordinate"]).await;
}

#[tokio::test]
async fn the_python_tools_sign_in_with_p384() {
    plays(&["--key-type", "ECC:p384"]).await;
}

#[tokio::test]
async fn the_python_tools_sign_in_with_p521_under_the_label_es521() {
    plays(&["--key-type", "ECC:p521", "--short-coordinate"]).await;
}

#[tokio::test]
async fn an_operator_can_forbid_the_reuse_of_an_assertion() {
    let Some(python) = python() else { return };
    let server = TestServer::prepare()
        .with_config("strict_replay = true\n")
        .started();
    let machine = OldMachine::register(&server, python, &["--key-type", "ECC:p256"]).await;
    let request = machine.form("device-token", &[]);
    request.send(&machine.http).await.succeeds(200);
    request.send(&machine.http).await.refuses(401, "invalid_client");
    machine.send("device-token", &[]).await.succeeds(200);
}

#[tokio::test]
async fn an_assertion_that_was_changed_or_signed_by_another_key_is_refused() {
    let Some(python) = python() else { return };
    let server = TestServer::start();
    let machine = OldMachine::register(&server, python, &["--key-type", "ECC:p256"]).await;
    let other = machine.python.shape(&["make-key", "--key-type", "ECC:p256"]);
    std::fs::write(&machine.key, other["privateKey"].as_str().unwrap()).unwrap();
    machine
        .send("device-token", &[])
        .await
        .refuses(401, "invalid_client");
}

//! The published crate `ones-oidc`, unmodified, at the five versions that differ: each signs in to the running server.

use crate::actors::ones_oidc::{Driver, Version, driver, left_out};
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use countersign_jose::UnverifiedJws;
use serde_json::{Value, json};
use std::time::Duration;

const PERSON: &str = "user.name@OnesID1";
const RESOURCE: &str = "https://vhh.example";

/// A machine that serves the application `vhh-server`, a person with a phone, and the client.
struct Scene {
    server: TestServer,
    machine: Machine,
    phone: Phone,
    client: Driver,
}

impl Scene {
    fn set(version: Version) -> Option<Self> {
        let client = driver(version)?;
        let server = TestServer::start();
        let machine = Machine::register(&server);
        let (id, host) = (machine.party.client_id.as_str(), "vhh.example");
        server.command([
            "app",
            "add",
            "VHH",
            "--hostname",
            host,
            "--identifier",
            "vhh-server",
            "--client",
            id,
        ]);
        let phone = Phone::of_new_person(&server, PERSON);
        Some(Self {
            server,
            machine,
            phone,
            client,
        })
    }

    /// Asks, is told to wait, and collects the tokens after the person's yes.
    fn signed_in(&self, further: &[&str]) -> Value {
        let auth_req_id = self.client.asked(&self.machine, PERSON, further);
        let poll = ["ciba-status", &auth_req_id];
        self.client
            .call(&self.machine, &poll)
            .fails_as("CibaAuthenticationPending");
        self.phone.approve();
        self.client.call(&self.machine, &poll).value()
    }

    fn validated(&self, token: &str) -> Value {
        self.client
            .call(&self.machine, &["validate-token", token])
            .value()
    }

    /// Everything that a version does when all goes well, and what it says when a person does not.
    async fn plays(&self) {
        let token = self.client.call(&self.machine, &["device-token"]).value();
        assert_eq!(
            (&token["token_type"], &token["expires_in"]),
            (&json!("bearer"), &json!(600))
        );
        let device = self.validated(&text(&token, "access_token"));
        assert_eq!(
            (&device["entity"], &device["sub"]),
            (&json!("device"), &json!(self.machine.device_id))
        );

        self.a_phones_own_token_is_validated().await;
        self.opaque_tokens_are_validated();
        self.jwts_are_validated();
        self.people_and_applications_are_found();
        self.a_denial_is_told();
        self.an_unknown_person_is_refused();
        self.a_suspended_machine_is_refused();
    }

    /// A phone calls a service with its own token: introspection has no `sub`, identify says the person (onesid.md §8).
    async fn a_phones_own_token_is_validated(&self) {
        let person = self.validated(&self.phone.token().await);
        assert_eq!(
            (&person["entity"], &person["method"]),
            (&json!("user"), &json!("UserDevice"))
        );
    }

    fn opaque_tokens_are_validated(&self) {
        let tokens = self.signed_in(&["--scope", "openid offline_access profile"]);
        assert_eq!(tokens["scope"], "openid offline_access profile");
        assert!(tokens["refresh_token"].is_string());
        let access_token = text(&tokens, "access_token");
        let person = self.validated(&access_token);
        assert_eq!(
            (&person["entity"], &person["method"]),
            (&json!("user"), &json!("UserIdp"))
        );
        let id_token = self.validated(&text(&tokens, "id_token"));
        assert_eq!(id_token["sub"], person["sub"]);
        let found = self
            .client
            .call(&self.machine, &["introspect", &access_token])
            .value();
        assert_eq!((&found["active"], &found["sub"]), (&json!(true), &person["sub"]));
        assert_eq!(found["client_id"], self.machine.party.client_id);
    }

    fn jwts_are_validated(&self) {
        let further = [
            "--scope",
            "openid offline_access profile api:read",
            "--resource",
            RESOURCE,
        ];
        let tokens = self.signed_in(&further);
        assert_eq!(tokens["scope"], "");
        let access_token = text(&tokens, "access_token");
        assert_eq!(access_token.split('.').count(), 3);
        let person = self.validated(&access_token);
        assert_eq!(person["aud"], self.machine.party.client_id);
        assert!(text(&person, "username").eq_ignore_ascii_case(PERSON));
        let id_token = self.validated(&text(&tokens, "id_token"));
        assert_eq!(
            (&id_token["sub"], &id_token["aud"]),
            (&person["sub"], &json!(self.machine.party.client_id))
        );
    }

    fn people_and_applications_are_found(&self) {
        let found = self
            .client
            .call(&self.machine, &["from-identifier", PERSON])
            .value();
        assert!(text(&found, "username").eq_ignore_ascii_case(PERSON));
        let list = self.client.call(&self.machine, &["well-known"]).value();
        assert_eq!(
            (&list["total"], &list["applications"][0]["hostname"]),
            (&json!(1), &json!("vhh.example"))
        );
        let one = self
            .client
            .call(
                &self.machine,
                &["well-known", "--client-identifier", "vhh-server"],
            )
            .value();
        assert_eq!(
            (&one["application"]["name"], &one["url"]),
            (&json!("VHH"), &json!("http://vhh.example"))
        );
    }

    fn a_denial_is_told(&self) {
        let phone = Phone::of_new_person(&self.server, "no.sayer@OnesID1");
        let auth_req_id = self.client.asked(&self.machine, &phone.username, &[]);
        phone.deny();
        is_told(&self.client, &self.machine, &auth_req_id, "access_denied");
    }

    fn an_unknown_person_is_refused(&self) {
        let call = [
            "ciba-start",
            "--login-hint",
            "no.body@OnesID1",
            "--binding-message",
            "hello",
        ];
        let outcome = self.client.call(&self.machine, &call);
        if self.client.version.keeps_descriptions_only() {
            assert_eq!(outcome.fails_as("RequestError")["status"], 400);
        } else {
            assert_eq!(
                outcome.fails_as("RequestErrorWithDetails")["oauth_error"],
                "unknown_user_id"
            );
        }
    }

    fn a_suspended_machine_is_refused(&self) {
        let suspended = self
            .server
            .command(["device", "suspend", &self.machine.device_id]);
        let refusal = self
            .client
            .call(&self.machine, &["device-token"])
            .fails_as("TokenRequest");
        assert_eq!(refusal["status"], 401);
        self.server
            .command(["device", "approve", &text(&suspended, "verificationCode")]);
    }
}

/// Each version hands on what it kept of the refusal of a poll: 0.2.1 and 0.2.5 the description only.
fn is_told(client: &Driver, machine: &Machine, auth_req_id: &str, code: &str) {
    let outcome = client.call(machine, &["ciba-status", auth_req_id]);
    if client.version.keeps_descriptions_only() {
        assert!(!text(&outcome.fails_as("CibaStatusBadRequest"), "error").is_empty());
    } else {
        let report = outcome.fails_as("RequestErrorWithDetails");
        assert_eq!(
            (&report["status"], &report["oauth_error"]),
            (&json!(400), &json!(code))
        );
        assert!(!text(&report, "oauth_error_description").is_empty());
    }
}

#[tokio::test]
async fn ones_oidc_0_2_1_signs_in() {
    let Some(scene) = Scene::set(Version::V0_2_1) else {
        return;
    };
    scene.plays().await;
    // An inactive token is a parse error here, so that it is never taken for a living one.
    let inactive = scene.client.call(&scene.machine, &["validate-token", "unknown"]);
    inactive.fails_as("TokenIntrospectionFailed");
}

#[tokio::test]
async fn ones_oidc_0_2_5_signs_in() {
    let Some(scene) = Scene::set(Version::V0_2_5) else {
        return;
    };
    scene.plays().await;
    let inactive = scene.client.call(&scene.machine, &["validate-token", "unknown"]);
    inactive.fails_as("TokenIntrospectionFailed");
}

#[tokio::test]
async fn ones_oidc_0_2_6_signs_in() {
    let Some(scene) = Scene::set(Version::V0_2_6) else {
        return;
    };
    scene.plays().await;
    let inactive = scene.client.call(&scene.machine, &["validate-token", "unknown"]);
    inactive.fails_as("TokenIntrospectionFailed");
}

#[tokio::test]
async fn ones_oidc_0_3_7_signs_in() {
    let Some(scene) = Scene::set(Version::V0_3_7) else {
        return;
    };
    scene.plays().await;
    scene
        .client
        .call(&scene.machine, &["validate-token", "unknown"])
        .fails_as("TokenNotActive");
    let inactive = scene
        .client
        .call(&scene.machine, &["introspect", "unknown"])
        .value();
    assert_eq!(inactive["active"], false);
}

#[tokio::test]
async fn ones_oidc_0_3_9_signs_in() {
    let Some(scene) = Scene::set(Version::V0_3_9) else {
        return;
    };
    scene.plays().await;
    scene
        .client
        .call(&scene.machine, &["validate-token", "unknown"])
        .fails_as("TokenNotActive");
}

#[tokio::test]
async fn after_a_rotation_every_version_reads_new_tokens_and_0_3_9_also_older_ones() {
    let Some(scene) = Scene::set(Version::V0_3_9) else {
        return;
    };
    let older = text(&scene.signed_in(&["--resource", RESOURCE]), "access_token");
    scene.server.command(["key", "rotate", "--now"]);
    let newer = loop {
        let tokens = signed_in(&scene.machine, &scene.phone).await;
        let newer = text(&tokens, "id_token");
        if kid(&newer) != kid(&older) {
            break newer;
        }
        // The running server notices what another process ordered after 2 s at most.
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    for version in Version::ALL {
        driver(version)
            .unwrap()
            .call(&scene.machine, &["validate-token", &newer])
            .value();
    }
    scene.validated(&older);
}

/// Signs the person in by plain HTTP.
async fn signed_in(machine: &Machine, phone: &Phone) -> Value {
    let auth_req_id = machine.asked(PERSON).await;
    phone.approve();
    machine.poll(&auth_req_id).await.succeeds(200)
}

fn kid(token: &str) -> String {
    UnverifiedJws::parse(token)
        .unwrap()
        .header()
        .kid()
        .unwrap()
        .to_owned()
}

#[test]
fn every_version_is_told_that_a_request_expired() {
    if left_out() {
        return;
    }
    let server = TestServer::prepare()
        .with_config("[lifetime]\nciba_request = \"1s\"\n")
        .started();
    let machine = Machine::register(&server);
    let mut waiting = Vec::new();
    for (number, version) in Version::ALL.into_iter().enumerate() {
        let client = driver(version).unwrap();
        let username = format!("person.{number}@OnesID1");
        server.command(["user", "add", &username]);
        let auth_req_id = client.asked(&machine, &username, &[]);
        waiting.push((client, auth_req_id));
    }
    // The clients are processes with the clock of this machine, so that the second has to pass.
    std::thread::sleep(Duration::from_millis(1100));
    for (client, auth_req_id) in waiting {
        is_told(&client, &machine, &auth_req_id, "expired_token");
    }
}

#[test]
fn every_version_signs_in_with_a_login_hint_token() {
    if left_out() {
        return;
    }
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    for version in Version::ALL {
        let client = driver(version).unwrap();
        let hint = text(&phone.run(&["login-hint-token", "--json"]).json(), "value");
        let call = [
            "ciba-start",
            "--login-hint-token",
            &hint,
            "--binding-message",
            "hello",
        ];
        let auth_req_id = text(&client.call(&machine, &call).value(), "auth_req_id");
        phone.approve();
        assert!(client.call(&machine, &["ciba-status", &auth_req_id]).value()["id_token"].is_string());
    }
}

//! The examples of `crates/client`, as processes: against the real server, with the real phone.

use crate::actors::browser::Browser;
use crate::actors::programs::{Running, cargo, clean, run};
use crate::actors::wire::{client, text};
use crate::actors::{Machine, Phone};
use crate::support::{TestServer, free_address, wait_for};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

const PERSON: &str = "user.name@OnesID1";
const SHOP: &str = "https://shop.example";

/// A provider, the machine that an example speaks for, and a person with a phone.
struct Stage {
    server: TestServer,
    machine: Machine,
    phone: Phone,
}

impl Stage {
    fn set() -> Self {
        let server = TestServer::start();
        let machine = Machine::register(&server);
        let phone = Phone::of_new_person(&server, PERSON);
        Self {
            server,
            machine,
            phone,
        }
    }

    /// The machine's own application, with a verification mode.
    fn with_shop(self, mode: &str) -> Self {
        let client = self.machine.party.client_id.as_str();
        let add = [
            "app",
            "add",
            "Shop",
            "--hostname",
            "shop.example",
            "--client",
            client,
        ];
        self.server
            .command([&add[..], &["--verification-mode", mode]].concat());
        self
    }

    /// An example, told who it is.
    fn example(&self, name: &str, further: &[&str]) -> Command {
        let mut command = clean(&built(name));
        command
            .arg(self.machine.config())
            .arg(self.machine.key())
            .args(further);
        command
    }

    fn start(&self, name: &str, further: &[&str]) -> Running {
        Running::start(self.example(name, further))
    }

    /// The phone's request, once it is there.
    fn asked(&self) -> Value {
        wait_for("a request on the phone", || self.phone.list().pop())
    }

    fn person(&self) -> String {
        text(&self.server.command(["user", "show", PERSON]), "id")
    }
}

/// The path of an example. `cargo test --workspace` builds examples before it runs any test; for a test of this crate
/// alone they are built here when they are missing.
fn built(name: &str) -> std::path::PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let profile = Path::new(env!("CARGO_BIN_EXE_countersign")).parent().unwrap();
    let example = profile
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    BUILT.get_or_init(|| {
        if !example.exists() {
            let mut build = cargo();
            build.args(["build", "--locked", "-p", "countersign-client", "--examples"]);
            build.args(["--features", "axum"]);
            if profile.ends_with("release") {
                build.arg("--release");
            }
            run(&mut build).succeeds();
        }
    });
    example
}

#[tokio::test]
async fn device_token_shows_a_token_that_the_provider_calls_active() {
    let stage = Stage::set();
    let mut program = stage.start("device_token", &[]);
    program.next_line_after("ends at ");
    let event = program.next_line_after("event ");
    assert!(
        event.starts_with("Refreshed") && event.contains("AccessToken(..)"),
        "{event}"
    );
    assert_eq!(program.next_line_after("active "), "true");
    assert_eq!(program.next_line_after("client "), stage.machine.party.client_id);
    program.succeeds();
}

#[tokio::test]
async fn ciba_signs_in_the_person_who_says_yes_on_the_phone() {
    let stage = Stage::set();
    let mut program = stage.start("ciba", &[PERSON]);
    program.next_line_after("asked; ");
    assert_eq!(stage.phone.item()["bindingMessage"], "Sign in to the example");
    stage.phone.approve();
    assert_eq!(program.next_line_after("person "), stage.person());
    assert_eq!(program.next_line_after("scope "), "openid offline_access profile");
    assert_eq!(program.next_line_after("renewed for "), "3600 s");
    program.succeeds();
}

#[tokio::test]
async fn ciba_tells_why_nobody_signed_in() {
    let stage = Stage::set();
    let said = run(&mut stage.example("ciba", &["nobody@OnesID1"])).fails();
    assert!(
        said.contains("unknown_user_id") && said.contains("GiveUp"),
        "{said}"
    );
    let mut program = stage.start("ciba", &[PERSON]);
    program.next_line_after("asked; ");
    stage.phone.deny();
    assert!(program.fails().contains("access_denied"));
}

#[tokio::test]
async fn qr_signs_in_whoever_scans_the_terminal() {
    let stage = Stage::set();
    let mut program = stage.start("qr", &[]);
    let content = program.next_line_after("content ");
    stage.phone.run(&["scan", &content]).succeeds();
    program.next_line_after("scanned; ");
    assert_eq!(stage.asked()["bindingMessage"], "Sign in at the terminal");
    stage.phone.approve();
    assert_eq!(program.next_line_after("person "), stage.person());
    program.succeeds();
}

#[tokio::test]
async fn consent_gives_what_the_person_allows_and_a_receipt() {
    let stage = Stage::set().with_shop("none");
    let set = ["user", "data", "set", PERSON, "email=user@example.com"];
    stage.server.program(set).ok();
    let mut program = stage.start("consent", &[PERSON, SHOP]);
    stage.asked();
    stage.phone.approve();
    assert_eq!(program.next_line_after("signed in "), stage.person());
    program.next_line_after("asked ");
    assert_eq!(stage.asked()["reason"], "To send you the invoice");
    stage.phone.approve();
    assert_eq!(program.next_line_after("status "), "approved");
    assert_eq!(program.next_line_after("value "), "email user@example.com");
    assert_eq!(program.next_line_after("receipt for "), "To send you the invoice");
    program.succeeds();
}

#[tokio::test]
async fn resource_server_serves_the_person_whose_token_was_made_for_it() {
    let stage = Stage::set().with_shop("none");
    let mut program = stage.start("resource_server", &[SHOP, "127.0.0.1:0"]);
    let host = program.next_line_after("listening on ");
    let http = client();
    let post = |path: &str, body: Value| {
        let call = http.post(format!("{host}{path}")).json(&body);
        async move {
            let answer = call.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };

    let start = json!({ "loginHintKind": "login_hint", "userIdentifier": PERSON, "resource": "device" });
    let (status, started) = post("/api/auth/oidc/bc-authorize", start).await;
    assert_eq!(status, 200, "{started}");
    let look = json!({
        "grant_type": "urn:openid:params:grant-type:ciba", "authRequestId": started["auth_req_id"],
    });
    let (status, pending) = post("/api/auth/oidc/token", look.clone()).await;
    assert_eq!(
        (status, &pending["error"]),
        (400, &json!("authorization_pending"))
    );
    stage.phone.approve();
    let (status, tokens) = post("/api/auth/oidc/token", look).await;
    assert_eq!(status, 200, "{tokens}");

    let token = text(&tokens, "access_token");
    let me = http
        .get(format!("{host}/me"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(me.status().as_u16(), 200);
    assert_eq!(me.json::<Value>().await.unwrap()["subject"], stage.person());
    // A token for a resource carries none of the scopes of the provider (onesid.md §7).
    let profile = http.post(format!("{host}/profile")).bearer_auth(&token).send();
    assert_eq!(profile.await.unwrap().status().as_u16(), 403);
    // Who signed in is no right to call.
    let id_token = text(&tokens, "id_token");
    let refused = http.get(format!("{host}/me")).bearer_auth(&id_token).send();
    assert_eq!(refused.await.unwrap().status().as_u16(), 401);
    assert_eq!(
        http.get(format!("{host}/me"))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        401
    );
}

#[tokio::test]
async fn web_service_signs_in_by_username_and_by_code_and_out_again() {
    let stage = Stage::set();
    let Some(browser) = Browser::start().await else {
        return;
    };
    let address = free_address().to_string();
    let mut program = stage.start("web_service", &[&address]);
    let url = program.next_line_after("listening on ");

    browser.open(&url).await;
    browser.fill("#username", PERSON).await;
    browser.click("#ask").await;
    browser.text_once("#status", "^Your phone asks").await;
    stage.asked();
    stage.phone.approve();
    let said = browser.text_once("#status", "^Signed in as").await;
    assert!(said.to_lowercase().contains("user.name@"), "{said}");
    browser.click("#sign-out").await;

    browser.open(&url).await;
    browser.click("#by-code").await;
    browser.text_once("#status", "^Scan this code").await;
}

#[tokio::test]
async fn web_service_gives_a_session_to_the_browser_that_began_and_to_no_other() {
    let stage = Stage::set();
    let mut program = stage.start("web_service", &["127.0.0.1:0"]);
    let host = program.next_line_after("listening on ");
    let http = client();
    let begun = http.post(format!("{host}/sign-in/code")).send().await.unwrap();
    let cookie = cookie_of(&begun);
    let id = text(&begun.json().await.unwrap(), "id");
    let look = |cookie: &str| {
        let call = http.get(format!("{host}/sign-in/{id}")).header("cookie", cookie);
        async move { call.send().await.unwrap() }
    };
    let scan = loop {
        let seen: Value = look(&cookie).await.json().await.unwrap();
        if seen["state"] == "scan" {
            break seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(text(&scan, "picture").contains("<svg"));
    assert_eq!(look("sign-in=another").await.status().as_u16(), 404);

    stage.phone.run(&["scan", &text(&scan, "content")]).succeeds();
    stage.asked();
    stage.phone.approve();
    let done = loop {
        let answer = look(&cookie).await;
        let session = answer
            .headers()
            .contains_key("set-cookie")
            .then(|| cookie_of(&answer));
        let seen: Value = answer.json().await.unwrap();
        if seen["state"] == "done" {
            break session.unwrap();
        }
        assert_ne!(seen["state"], "refused", "{seen}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_eq!(
        look(&cookie).await.status().as_u16(),
        404,
        "one session for one sign-in"
    );
    let me = http
        .get(format!("{host}/me"))
        .header("cookie", &done)
        .send()
        .await
        .unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["subject"], stage.person());
    let stranger = http.get(format!("{host}/me")).header("cookie", &cookie).send();
    assert_eq!(stranger.await.unwrap().status().as_u16(), 401);
}

fn cookie_of(answer: &reqwest::Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

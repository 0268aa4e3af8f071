//! The quick start of X.1280 as services write it: `examples/x1280-node` in Node and `examples/x1280-browser` in Chromium,
//! against the real server, with the real phone.

use crate::actors::Phone;
use crate::actors::browser::Browser;
use crate::actors::example::Example;
use crate::actors::programs::{Running, run};
use crate::actors::wire::text;
use crate::support::{TestServer, free_address};
use std::process::Command;

const AUDIENCE: &str = "shop-audience";
const MARIE: [&str; 10] = [
    "credential",
    "issue",
    "--given-name",
    "Marie",
    "--family-name",
    "Dupont",
    "--date-of-birth",
    "1990-05-17",
    "--nationality",
    "FRA",
];

/// A service, and Marie with her credential on a phone.
struct Stage {
    server: TestServer,
    service_id: String,
    response_key: String,
    token_id: String,
    phone: Phone,
}

impl Stage {
    /// With a web page of this origin.
    fn new(origin: &str) -> Self {
        let server = TestServer::start();
        let scopes = "identity:name,identity:age_over_18";
        let service = ["service", "add", "--name", "Test shop", "--allowed-scope", scopes];
        let service = server.command([&service[..], &["--origin", origin, "--audience", AUDIENCE]].concat());
        let issued = server.command(MARIE);
        Self {
            service_id: text(&service, "serviceId"),
            response_key: text(&service, "responseKey"),
            token_id: text(&issued, "tokenId"),
            phone: Phone::with_credential(server.host(), &text(&issued, "credential")),
            server,
        }
    }

    /// An example's program with the settings that both have.
    fn settled(&self, mut program: Command) -> Command {
        program.args(["--server", self.server.host(), "--service-id", &self.service_id]);
        program
    }

    /// The Node example for Marie.
    fn sign_in(&self, node: &Example, further: &[&str]) -> Command {
        let mut program = self.settled(node.program("sign-in.mjs"));
        program.args(["--token-id", &self.token_id]).args(further);
        program
    }

    /// The phone, answering everything by itself.
    fn answering(&self, word: &str) -> Running {
        self.phone.start(&["watch", "--auto", word])
    }
}

/// One key of 64 begins with a hyphen, and is an argument all the same when it is joined to its name.
fn response_key(key: &str) -> String {
    format!("--response-key={key}")
}

#[tokio::test]
async fn the_node_example_tells_who_signed_in() {
    let Some(node) = Example::of("x1280-node") else {
        return;
    };
    let stage = Stage::new("https://shop.example");
    let keys = ["--audience", AUDIENCE, &response_key(&stage.response_key)];
    let mut program = Running::start(stage.sign_in(&node, &keys));
    let code = program.next_line_after("code ");
    let item = stage.phone.item();
    assert_eq!(
        item["verification"]["code"],
        code.as_str(),
        "both screens show one code"
    );
    assert_eq!(item["mutual"]["service"]["name"], "Test shop");
    stage.phone.approve();
    assert_eq!(program.next_line_after("givenName "), "Marie");
    assert_eq!(program.next_line_after("age_over_18 "), "true");
    program.succeeds();
}

#[tokio::test]
async fn the_node_example_believes_only_what_is_meant_for_it() {
    let Some(node) = Example::of("x1280-node") else {
        return;
    };
    let stage = Stage::new("https://shop.example");
    let _phone = stage.answering("approve");
    let other_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    for (audience, key, reason) in [
        ("another", stage.response_key.as_str(), "\"aud\""),
        (AUDIENCE, other_key, "was not made for us"),
    ] {
        let further = ["--audience", audience, &response_key(key)];
        let said = run(&mut stage.sign_in(&node, &further)).fails();
        assert!(said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn the_node_example_tells_why_nobody_signed_in() {
    let Some(node) = Example::of("x1280-node") else {
        return;
    };
    let stage = Stage::new("https://shop.example");
    let beyond = ["--audience", AUDIENCE, "--scope", "identity:photo"];
    let said = run(&mut stage.sign_in(&node, &beyond)).fails();
    assert!(said.contains("no sign-in: invalid_scope: "), "{said}");
    let _phone = stage.answering("deny");
    let said = run(&mut stage.sign_in(&node, &["--audience", AUDIENCE])).fails();
    assert!(said.contains("no sign-in: User rejected"), "{said}");
}

#[tokio::test]
async fn the_page_tells_who_signed_in_and_works_at_its_own_origin_only() {
    let Some(example) = Example::of("x1280-browser") else {
        return;
    };
    let Some(browser) = Browser::start().await else {
        return;
    };
    let page = free_address();
    let stage = Stage::new(&format!("http://{page}"));
    let port = page.port().to_string();
    let mut serve = stage.settled(example.program("serve.mjs"));
    serve.args(["--audience", AUDIENCE, "--port", &port]);
    let mut serve = Running::start(serve);
    let url = serve.next_line_after("open ");

    browser.open(&url).await;
    browser.fill("#token-id", &stage.token_id).await;
    browser.click("button").await;
    let code = browser.text_once("#code", "^[0-9]{6}$").await;
    let item = stage.phone.item();
    assert_eq!(
        item["verification"]["code"],
        code.as_str(),
        "both screens show one code"
    );
    // Anybody can copy what a page says.
    assert_eq!(item["mutual"]["service"]["verified"], false);
    stage.phone.approve();
    browser.text_once("#status", "^Signed in").await;
    assert_eq!(browser.text_once("#given-name", ".").await, "Marie");
    assert_eq!(browser.text_once("#age-over-18", ".").await, "yes");

    browser.open(&url.replace("127.0.0.1", "localhost")).await;
    browser.fill("#token-id", &stage.token_id).await;
    browser.click("button").await;
    let said = browser.text_once("#status", "^No sign-in").await;
    assert!(said.contains("Failed to fetch"), "{said}");
}

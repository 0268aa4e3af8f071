//! Debian's Chromium without a screen, driven by its chromedriver in the words of WebDriver (W3C).

use super::example::missing;
use super::programs::{PATIENCE, Running, clean};
use super::wire::{Answer, client};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What Chromium needs where tests run: no screen, no graphics card, perhaps only root, and no talk with anybody else.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// The member that holds the id of an element (WebDriver §12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Looks at an element until its visible text matches.
const TEXT_ONCE: &str = "
    const [selector, pattern, done] = arguments;
    const look = () => {
      const text = document.querySelector(selector).innerText;
      new RegExp(pattern).test(text) ? done(text) : setTimeout(look, 20);
    };
    look();
";

/// A browser with an empty profile. It ends with this value.
pub(crate) struct Browser {
    http: reqwest::Client,
    port: u16,
    session: String,
    _driver: Running,
    _profile: TempDir,
}

impl Browser {
    /// Starts one; `None` when there is no Chromium on a machine that is not CI.
    pub(crate) async fn start() -> Option<Self> {
        if !is_here("chromium") || !is_here("chromedriver") {
            return missing("Chromium or its chromedriver is not here: no web page was opened.");
        }
        let mut driver = clean(Path::new("chromedriver"));
        driver.arg("--port=0");
        let mut driver = Running::start(driver);
        let port = driver.next_line_after("ChromeDriver was started successfully on port ");
        let port = port.trim_end_matches('.').parse().unwrap();
        let profile = TempDir::new().unwrap();
        let http = client();
        let session = begin(&http, port, &profile).await;
        Some(Self {
            http,
            port,
            session,
            _driver: driver,
            _profile: profile,
        })
    }

    /// Opens a page and waits until it is loaded.
    pub(crate) async fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url })).await;
    }

    /// Types into a field.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/value"), &json!({ "text": text }))
            .await;
    }

    /// Clicks on what is there.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/click"), &json!({}))
            .await;
    }

    /// The visible text of an element once it matches a pattern.
    pub(crate) async fn text_once(&self, selector: &str, pattern: &str) -> String {
        let script = json!({ "script": TEXT_ONCE, "args": [selector, pattern] });
        let text = self.command("execute/async", &script).await;
        text.as_str().unwrap().to_owned()
    }

    async fn element(&self, selector: &str) -> String {
        let by = json!({ "using": "css selector", "value": selector });
        let found = self.command("element", &by).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    async fn command(&self, name: &str, body: &Value) -> Value {
        let session = &self.session;
        let url = format!("http://127.0.0.1:{}/session/{session}/{name}", self.port);
        value(&Answer::to(self.http.post(url).json(body)).await)
    }
}

/// Begins a session (WebDriver §8.1).
async fn begin(http: &reqwest::Client, port: u16, profile: &TempDir) -> String {
    let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
    flags.push(format!("--user-data-dir={}", profile.path().display()));
    let capabilities = json!({
        "browserName": "chrome",
        "timeouts": { "script": 30_000 },
        "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": flags },
    });
    let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
    let begun = value(&Answer::to(http.post(format!("http://127.0.0.1:{port}/session")).json(&body)).await);
    begun["sessionId"].as_str().unwrap().to_owned()
}

/// Asserts that a command was carried out, and gives its value.
#[track_caller]
fn value(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["value"].clone()
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

impl Drop for Browser {
    /// Ends the session: a driver that is killed would leave its browser behind.
    fn drop(&mut self) {
        let end = || -> std::io::Result<()> {
            let mut driver = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            let session = &self.session;
            write!(
                driver,
                "DELETE /session/{session} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )?;
            driver.set_read_timeout(Some(PATIENCE))?;
            // It answers when the browser is gone, and keeps the connection.
            driver.read_exact(&mut [0])
        };
        // The driver may have ended with the test that failed.
        let _ = end();
    }
}

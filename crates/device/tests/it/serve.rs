//! The signing service: the real program, real HTTP, a real Unix socket.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use countersign_client::{Signer, SigningService};
use countersign_jose::{Algorithm, Jwk, PublicKey, base64url, hash};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::local::{Serving, answer, block_on, http, over_unix, post};
use crate::provider::{CLIENT_ID, DEVICE_ID, FakeProvider};
use crate::world::{Machine, Ran};

/// A registered machine.
struct Registered {
    provider: FakeProvider,
    machine: Machine,
}

impl Registered {
    fn new() -> Self {
        let (provider, machine) = (FakeProvider::approving(), Machine::new());
        machine.init(&provider.host, &["-k", "ECC:p256"]).done();
        Self { provider, machine }
    }

    /// The same with settings of the signing service.
    fn with(settings: &str) -> Self {
        let registered = Self::new();
        std::fs::write(registered.settings(), settings).unwrap();
        registered
    }

    fn settings(&self) -> PathBuf {
        self.machine.config().join("signing-service.toml")
    }

    fn socket(&self) -> PathBuf {
        self.machine.dir.path().join("sign.sock")
    }

    fn command(&self, more: &[&str]) -> Command {
        self.machine.command(&[&["serve", "--port", "0"], more].concat())
    }

    fn serve(&self) -> Serving {
        Serving::start(self.command(&[]), 1)
    }

    fn serve_both(&self) -> Serving {
        Serving::start(self.command(&["--socket", self.socket().to_str().unwrap()]), 2)
    }

    /// A client assertion, not yet signed, as a published client makes it.
    fn message(&self) -> String {
        self.message_for(&format!("{}/oidc", self.provider.host))
    }

    fn message_for(&self, aud: &str) -> String {
        let now = jiff::Timestamp::now().as_second();
        let part = |value: Value| base64url::encode(value.to_string().as_bytes());
        let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let claims = part(json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": aud, "jti": "the-number", "iat": now, "nbf": now,
            "exp": now + 300, "scope": null,
        }));
        format!("{header}.{claims}")
    }

    fn key(&self) -> PublicKey {
        let jwk: Value = serde_json::from_str(&self.machine.run(&["-o", "GET_JWK"]).done()).unwrap();
        PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap()
    }

    #[track_caller]
    fn vouches_for(&self, message: &str, answer: &Value) {
        let signature = base64url::decode(answer["signature"].as_str().unwrap()).unwrap();
        self.key()
            .verify(Algorithm::Es256, message.as_bytes(), &signature)
            .unwrap();
    }
}

fn body(message: &str) -> Value {
    json!({ "deviceId": DEVICE_ID, "message": message })
}

#[test]
fn both_paths_sign_for_the_user_of_the_service() {
    let registered = Registered::new();
    let serving = registered.serve();
    for path in ["/sign", "/signature"] {
        let message = registered.message();
        let (status, signed) = answer(http().post(serving.url(path)).json(&body(&message)));
        assert_eq!((status, signed.as_object().unwrap().len()), (200, 1), "{signed}");
        registered.vouches_for(&message, &signed);
    }
}

#[test]
fn the_operation_of_the_same_name_and_our_own_client_reach_it() {
    let registered = Registered::new();
    let mut command = registered.machine.command(&["-o", "serve", "--port", "0"]);
    command.arg("--socket").arg(registered.socket());
    let serving = Serving::start(command, 2);
    let signer = SigningService::at(serving.url("/sign"), DEVICE_ID, Algorithm::Es256).unwrap();
    let message = registered.message();
    let signature = block_on(signer.sign(message.as_bytes())).unwrap();
    registered
        .key()
        .verify(Algorithm::Es256, message.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn the_unix_socket_signs_for_whom_the_kernel_names() {
    let registered = Registered::new();
    let serving = registered.serve_both();
    let message = registered.message();
    let (status, signed) = over_unix(&registered.socket(), &post("/sign", &body(&message)));
    assert_eq!(status, 200, "{signed}");
    registered.vouches_for(&message, &signed);
    let (ended, said) = serving.stop();
    assert!(ended.success() && !registered.socket().exists(), "{said}");
    let line: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let own = rustix::process::getuid().as_raw();
    assert_eq!(
        (&line["way"], &line["uid"]),
        (&json!("unix"), &json!(own)),
        "{line}"
    );
    assert!(line["pid"].is_number() && line["gid"].is_number(), "{line}");
}

#[test]
fn what_is_no_statement_of_this_machine_is_refused() {
    let registered = Registered::new();
    let serving = registered.serve();
    for message in [
        registered.message_for("https://other.example/oidc"),
        "sign this".to_owned(),
        registered.message().split_once('.').unwrap().0.to_owned(),
    ] {
        let (status, refusal) = answer(http().post(serving.url("/sign")).json(&body(&message)));
        assert_eq!(
            (status, &refusal["error"]),
            (403, &json!("statement_refused")),
            "{refusal}"
        );
    }
    let other = json!({ "deviceId": CLIENT_ID, "message": registered.message() });
    let (status, refusal) = answer(http().post(serving.url("/sign")).json(&other));
    assert_eq!(status, 400, "{refusal}");
}

#[test]
fn anything_is_signed_only_where_the_settings_dare_and_say_so() {
    let registered = Registered::with("danger_sign_anything = true\n");
    let serving = registered.serve();
    let (status, signed) = answer(http().post(serving.url("/sign")).json(&body("sign this")));
    assert_eq!(status, 200);
    registered.vouches_for("sign this", &signed);
    let (_, said) = serving.stop();
    assert!(said.contains("danger_sign_anything is on"), "{said}");
    assert!(said.contains(r#""kind":"anything""#), "{said}");
}

#[test]
fn a_web_page_is_refused_whatever_it_sends() {
    let registered = Registered::new();
    let serving = registered.serve();
    let call = || {
        http()
            .post(serving.url("/sign"))
            .json(&body(&registered.message()))
    };
    for (name, value) in [
        ("host", "evil.example:8000"),
        ("host", "127.0.0.1.evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:8000"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let (status, refusal) = answer(call().header(name, value));
        assert_eq!(
            (status, &refusal["error"]),
            (403, &json!("access_denied")),
            "{name}: {value}"
        );
    }
    for host in ["localhost:8000", "LOCALHOST", "127.0.0.1", "[::1]:1"] {
        assert_eq!(answer(call().header("host", host)).0, 200, "{host}");
    }
    // A form or plain text may be posted across sites without the browser asking first.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
    ] {
        let request = http().post(serving.url("/sign")).header("content-type", kind);
        let (status, _) = answer(request.body(body(&registered.message()).to_string()));
        assert_eq!(status, 415, "{kind}");
    }
}

#[test]
fn bad_requests_are_answered_in_json_with_their_status() {
    let registered = Registered::new();
    let serving = registered.serve();
    let get = block_on(http().get(serving.url("/sign")).send()).unwrap();
    assert_eq!(
        (get.status().as_u16(), &get.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    assert!(answer(http().get(serving.url("/sign"))).1["error_description"].is_string());
    assert_eq!(answer(http().post(serving.url("/elsewhere"))).0, 404);
    let json = || {
        http()
            .post(serving.url("/sign"))
            .header("content-type", "application/json")
    };
    for text in ["", "{", "[]", "{}", r#"{"deviceId":1,"message":"x"}"#] {
        let (status, refusal) = answer(json().body(text));
        assert_eq!(
            (status, &refusal["error"]),
            (400, &json!("invalid_request")),
            "{text}"
        );
    }
    let (status, _) = answer(json().body(" ".repeat(64 * 1024 + 1)));
    assert_eq!(status, 413);
}

#[test]
fn the_audit_log_says_who_and_what_and_neither_signature_nor_claims() {
    let registered = Registered::new();
    let log = registered.machine.dir.path().join("audit.jsonl");
    std::fs::write(registered.settings(), format!("audit_log = {log:?}\n")).unwrap();
    let serving = registered.serve();
    let message = registered.message();
    let (_, signed) = answer(http().post(serving.url("/sign")).json(&body(&message)));
    answer(http().post(serving.url("/sign")).json(&body("other")));
    // A log that was rotated away is begun anew.
    let before = registered.machine.read(log.clone());
    std::fs::rename(&log, log.with_extension("1")).unwrap();
    answer(http().post(serving.url("/sign")).json(&body(&message)));
    assert_eq!(registered.machine.read(log.clone()).lines().count(), 1);

    assert_eq!(registered.machine.mode(log), 0o600);
    let lines: Vec<Value> = before
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let own = rustix::process::getuid().as_raw();
    let digest = base64url::encode(&hash::sha256(b"the-number"));
    assert_eq!(lines.len(), 2);
    for (member, value) in [
        ("event", json!("signed")),
        ("kind", json!("client_assertion")),
        ("jti_sha256", json!(digest)),
        ("uid", json!(own)),
        ("way", json!("tcp")),
    ] {
        assert_eq!(lines[0][member], value, "{}", lines[0]);
    }
    assert!(
        lines[0]["at"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert_eq!(
        (&lines[1]["event"], &lines[1]["reason"]),
        (&json!("refused"), &json!("not_a_message"))
    );
    for secret in [
        signed["signature"].as_str().unwrap(),
        "the-number",
        &message,
        CLIENT_ID,
    ] {
        assert!(!before.contains(secret), "{before}");
    }
}

#[test]
fn who_asks_for_what_he_does_not_get_cannot_fill_the_disk_and_signatures_are_logged_all_the_same() {
    let registered = Registered::new();
    let log = registered.machine.dir.path().join("audit.jsonl");
    std::fs::write(registered.settings(), format!("audit_log = {log:?}\n")).unwrap();
    let serving = registered.serve();
    let client = http();
    for _ in 0..150 {
        let (status, _) = answer(client.post(serving.url("/sign")).json(&body("no statement")));
        assert_eq!(status, 403);
    }
    let (status, _) = answer(
        client
            .post(serving.url("/sign"))
            .json(&body(&registered.message())),
    );
    assert_eq!(status, 200);
    let lines = registered.machine.read(log);
    // The requests may lie on both sides of the end of a minute.
    let refused = lines
        .lines()
        .filter(|line| line.contains(r#""event":"refused""#))
        .count();
    assert!((30..=60).contains(&refused), "{refused}");
    assert!(
        lines.lines().last().unwrap().contains(r#""event":"signed""#),
        "{lines}"
    );
}

#[test]
fn nothing_is_signed_that_cannot_be_logged() {
    let registered = Registered::new();
    let folder = registered.machine.dir.path().join("log");
    std::fs::create_dir(&folder).unwrap();
    let log = folder.join("audit.jsonl");
    std::fs::write(registered.settings(), format!("audit_log = {log:?}\n")).unwrap();
    let serving = registered.serve();
    std::fs::remove_dir_all(&folder).unwrap();
    let (status, refusal) = answer(
        http()
            .post(serving.url("/sign"))
            .json(&body(&registered.message())),
    );
    assert_eq!((status, &refusal["error"]), (500, &json!("server_error")));
    assert!(refusal.get("signature").is_none());
    drop(serving);
    Ran::of(&registered.command(&[]).output().unwrap()).refused(1, "the audit log cannot be written");
}

#[test]
fn the_service_says_whose_it_is_and_whether_the_caller_is_registered() {
    let registered = Registered::new();
    let serving = registered.serve();
    let expected = json!({
        "service": "countersign-signing-service", "deviceId": DEVICE_ID, "registeredCaller": true,
    });
    assert_eq!(answer(http().get(serving.url("/health"))), (200, expected));
    let page = http()
        .get(serving.url("/health"))
        .header("origin", "https://evil.example");
    assert_eq!(answer(page).0, 403);
}

/// Calls as another user, which only root can; elsewhere it is said that this did not run.
struct Nobody;

impl Nobody {
    const UID: u32 = 65_534;

    fn if_root() -> Option<Self> {
        if rustix::process::getuid().is_root() {
            return Some(Self);
        }
        eprintln!("Left out: only root can call as another user.");
        None
    }

    fn curl(&self, arguments: &[&str], body: &Value) -> (String, Value) {
        use std::os::unix::process::CommandExt;
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--write-out", "\n%{http_code}"]);
        curl.args([
            "--header",
            "Content-Type: application/json",
            "--data",
            &body.to_string(),
        ]);
        let output = curl
            .args(arguments)
            .uid(Self::UID)
            .gid(Self::UID)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.to_owned(), serde_json::from_str(body).unwrap())
    }
}

#[test]
fn a_user_who_is_not_registered_is_told_how_to_be() {
    let Some(nobody) = Nobody::if_root() else { return };
    let registered = Registered::new();
    let folder = registered.machine.dir.path();
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    let serving = registered.serve_both();
    let message = body(&registered.message());
    let url = serving.url("/sign");
    let socket = registered.socket();
    for way in [
        vec![url.as_str()],
        vec!["--unix-socket", socket.to_str().unwrap(), "http://localhost/sign"],
    ] {
        let (status, refusal) = nobody.curl(&way, &message);
        assert_eq!(
            (status.as_str(), &refusal["error"]),
            ("403", &json!("access_denied")),
            "{refusal}"
        );
        let told = refusal["error_description"].as_str().unwrap();
        assert!(
            told.contains("user 65534") && told.contains("signing-service.toml"),
            "{told}"
        );
    }
    let (_, said) = serving.stop();
    assert_eq!(
        said.matches(r#""reason":"unregistered_caller""#).count(),
        2,
        "{said}"
    );
}

#[test]
fn a_registered_user_is_signed_for_and_cannot_replace_the_key() {
    let Some(nobody) = Nobody::if_root() else { return };
    let registered = Registered::with("[[caller]]\nuser = \"nobody\"\n");
    let serving = registered.serve();
    let url = serving.url("/sign");
    let message = registered.message();
    let (status, signed) = nobody.curl(&[&url], &body(&message));
    assert_eq!(status, "200", "{signed}");
    registered.vouches_for(&message, &signed);
    let steal = registered.message_for(&format!("{}/oidc/device-key", registered.provider.host));
    let (status, refusal) = nobody.curl(&[&url], &body(&steal));
    assert_eq!(
        (status.as_str(), &refusal["error"]),
        ("403", &json!("statement_refused"))
    );
}

#[test]
fn a_registered_group_is_seen_on_the_unix_socket_only() {
    let Some(nobody) = Nobody::if_root() else { return };
    let registered = Registered::with("[[caller]]\ngid = 65534\n");
    std::fs::set_permissions(registered.machine.dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let serving = registered.serve_both();
    let socket = registered.socket();
    let way = ["--unix-socket", socket.to_str().unwrap(), "http://localhost/sign"];
    assert_eq!(nobody.curl(&way, &body(&registered.message())).0, "200");
    assert_eq!(
        nobody
            .curl(&[&serving.url("/sign")], &body(&registered.message()))
            .0,
        "403"
    );
}

#[test]
fn it_does_not_start_on_settings_that_are_wrong_or_that_others_can_write() {
    let registered = Registered::with("[[caller]]\nusr = \"me\"\n");
    let ran = || Ran::of(&registered.command(&[]).output().unwrap());
    ran().refused(1, "signing-service.toml: line 2: unknown field `usr`");
    std::fs::write(
        registered.settings(),
        "[[caller]]\nuser = \"no-such-user-here\"\n",
    )
    .unwrap();
    ran().refused(1, "there is no user `no-such-user-here` in /etc/passwd");
    std::fs::write(registered.settings(), "").unwrap();
    std::fs::set_permissions(registered.settings(), PermissionsExt::from_mode(0o666)).unwrap();
    ran().refused(1, "chmod go-w it");
}

#[test]
fn it_does_not_start_without_an_identity_or_on_a_place_that_is_taken() {
    let stranger = Machine::new();
    stranger
        .run(&["serve", "--port", "0"])
        .refused(1, "register this machine with countersign-device -o INIT");
    let registered = Registered::new();
    let serving = registered.serve_both();
    let taken = serving.url("").rsplit_once(':').unwrap().1.to_owned();
    let ran = registered.machine.run(&["serve", "--port", &taken]);
    ran.refused(1, "cannot listen on 127.0.0.1:");
    let socket = registered.socket();
    let ran = Ran::of(
        &registered
            .command(&["--socket", socket.to_str().unwrap()])
            .output()
            .unwrap(),
    );
    ran.refused(1, "sign.sock: address in use");
    let file = registered.settings();
    std::fs::write(&file, "").unwrap();
    let ran = Ran::of(
        &registered
            .command(&["--socket", file.to_str().unwrap()])
            .output()
            .unwrap(),
    );
    ran.refused(1, "is there already and is no socket");
}

#[test]
fn a_socket_that_a_killed_service_left_is_taken_over() {
    let registered = Registered::new();
    let serving = registered.serve_both();
    serving.signal(Signal::KILL);
    drop(serving);
    assert!(registered.socket().exists());
    let serving = registered.serve_both();
    assert_eq!(
        over_unix(&registered.socket(), &post("/sign", &body(&registered.message()))).0,
        200
    );
    drop(serving);
}

#[test]
fn it_takes_the_sockets_that_the_service_manager_holds() {
    let missing = Command::new("systemd-socket-activate")
        .arg("--version")
        .output()
        .is_err();
    if missing {
        eprintln!("Left out: systemd-socket-activate is not here.");
        return;
    }
    let registered = Registered::new();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut manager = Command::new("systemd-socket-activate");
    manager.args([
        "-l",
        &format!("127.0.0.1:{port}"),
        "-l",
        registered.socket().to_str().unwrap(),
    ]);
    let program = registered.command(&["--socket", "/nowhere/at/all"]);
    manager.arg(program.get_program()).args(program.get_args());
    let serving = Serving::start(manager, 0);
    // It listens before the program runs; the first caller starts it.
    let socket = registered.socket();
    crate::local::wait_until(|| socket.exists());
    let (status, signed) = over_unix(&socket, &post("/sign", &body(&registered.message())));
    assert_eq!(status, 200, "{signed}");
    let (ended, said) = serving.stop();
    assert!(ended.success(), "{said}");
    // The socket is the manager's and stays.
    assert!(socket.exists());
}

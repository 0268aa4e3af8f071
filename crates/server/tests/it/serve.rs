//! `countersign serve`: starting, answering, stopping, and why it would not start.

use crate::actors::wire::text;
use crate::actors::{Page, Phone};
use crate::support::{Program, TestServer, free_address, wait_for};
use futures_util::StreamExt as _;
use rustix::process::Signal;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

async fn get(url: &str) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn serve(server: &TestServer) -> Program {
    server.program(["serve"])
}

#[tokio::test]
async fn it_answers_at_the_address_of_its_public_url() {
    let server = TestServer::start();
    assert_eq!(server.line("listening on ").as_deref(), Some(server.host()));
    assert_eq!(get(&format!("{}/healthz", server.host())).await.0, 200);
    assert_eq!(get(&format!("{}/readyz", server.host())).await.0, 200);
    let (_, discovery) = get(&format!("{}/.well-known/openid-configuration", server.issuer())).await;
    let discovery: serde_json::Value = serde_json::from_str(&discovery).unwrap();
    assert_eq!(discovery["issuer"], server.issuer());
    let (status, _) = get(&format!("{}/nothing", server.host())).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn port_0_takes_any_port_and_says_which() {
    let server = TestServer::prepare();
    let mut child = serve(&server).arg("--listen=127.0.0.1:0").into_command();
    let out = server.scratch().join("out");
    let mut child = child
        .stdout(fs::File::create(&out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = wait_for("the address", || {
        let text = fs::read_to_string(&out).ok()?;
        Some(text.strip_suffix('\n')?.strip_prefix("listening on ")?.to_owned())
    });
    assert!(
        url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"),
        "{url}"
    );
    assert_eq!(get(&format!("{url}/readyz")).await.0, 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn metrics_are_served_on_a_listener_of_their_own() {
    let metrics = free_address();
    let server = TestServer::prepare()
        .with_config(&format!("metrics_listen = \"{metrics}\"\n"))
        .started();
    get(&format!("{}/healthz", server.host())).await;
    let (status, text) = get(&format!("http://{metrics}/metrics")).await;
    assert_eq!(status, 200);
    for name in [
        "http_requests_total{",
        "http_request_duration_seconds_bucket",
        "database_commits_total",
        "database_file_bytes",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert_eq!(get(&format!("{}/metrics", server.host())).await.0, 404);
    assert_eq!(get(&format!("http://{metrics}/oidc/jwks")).await.0, 404);
}

#[tokio::test]
async fn http_2_is_spoken_without_tls_too() {
    let server = TestServer::start();
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let answer = client
        .get(format!("{}/healthz", server.host()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.version()),
        (200, reqwest::Version::HTTP_2)
    );
}

#[test]
fn sigterm_and_sigint_stop_it_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = TestServer::start();
        server.signal(signal);
        let status = server.stop();
        assert_eq!(status.code(), Some(0), "{}", server.log());
        assert!(server.log().contains("stopped"), "{}", server.log());
    }
}

#[test]
fn a_request_that_was_begun_is_finished_before_it_stops() {
    let mut server = TestServer::start();
    let mut slow = TcpStream::connect(server.address()).unwrap();
    let body = "grant_type=client_credentials";
    let length = body.len();
    write!(
        slow,
        "POST /oidc/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // The interim answer says that the request is being read.
    let mut interim = [0; 25];
    slow.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal(Signal::TERM);
    wait_for("the door to close", || TcpStream::connect(server.address()).err());
    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!(server.stop().code(), Some(0));
}

/// The frames of a socket: its texts, and the code with which it is closed.
async fn frames(address: &str) -> (Vec<serde_json::Value>, u16) {
    let (mut socket, _) = connect_async(address).await.unwrap();
    let mut texts = Vec::new();
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => texts.push(serde_json::from_str(&text).unwrap()),
            Message::Close(Some(frame)) => return (texts, frame.code.into()),
            other => panic!("the socket says {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_until_sockets_are_closed_and_what_was_decided_is_there_after_it() {
    // At the finest level, so that whatever any library would tell is looked at too.
    let mut server = TestServer::prepare()
        .with_env("COUNTERSIGN_LOG__LEVEL", "trace")
        .started();
    let person = "--given-name Marie --family-name Dupont --date-of-birth 1990-05-17 --nationality FRA";
    let issued = server.command(["credential", "issue"].into_iter().chain(person.split(' ')));
    let options = "--name Shop --allowed-scope identity:name --audience shop";
    let service = server.command(["service", "add"].into_iter().chain(options.split(' ')));
    let phone = Phone::with_credential(server.host(), &text(&issued, "credential"));
    let request = serde_json::json!({ "tokenId": issued["tokenId"], "serviceId": service["serviceId"] });
    let session = Page::try_ask(server.host(), &request).await.succeeds(200);
    let (id, token) = (text(&session, "sessionId"), text(&session, "wsToken"));
    let host = server.host().replacen("http", "ws", 1);
    let address = format!("{host}/ws/session/{id}?token={token}");

    let (mut waiting, _) = connect_async(&address).await.unwrap();
    assert!(waiting.next().await.unwrap().unwrap().is_text(), "it is open");
    server.signal(Signal::TERM);
    let Some(Ok(Message::Close(Some(frame)))) = waiting.next().await else {
        panic!("a stop is told");
    };
    assert_eq!(u16::from(frame.code), 1001);
    drop(waiting);
    assert_eq!(server.stop().code(), Some(0));
    assert!(!server.log().contains("cut off"), "{}", server.log());
    assert!(!server.log().contains(&token), "the token of a socket is logged");

    server.restart();
    phone.approve();
    let (texts, code) = frames(&address).await;
    assert_eq!((&texts[1]["type"], code), (&"approved".into(), 1000));
    let log = server.log();
    for secret in [&token, &text(&texts[1], "jwt"), &text(&texts[1], "hash")] {
        assert!(!log.contains(secret), "{secret} is logged");
    }
    server.restart();
    assert_eq!(frames(&address).await, (texts, 1000), "also after a power cut");
}

#[test]
fn a_connection_that_says_nothing_is_closed() {
    let server = TestServer::prepare()
        .with_config("[limits]\nhead_timeout = \"1s\"\n")
        .started();
    for words in ["", "PRI * HT", "GET /healthz HTTP/1.1\r\nHost: "] {
        let mut silent = TcpStream::connect(server.address()).unwrap();
        silent.write_all(words.as_bytes()).unwrap();
        let mut rest = Vec::new();
        // It returns when the server has closed the connection.
        silent.read_to_end(&mut rest).unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{words}");
    }
}

#[test]
fn logs_can_be_json_without_the_query_and_the_secrets() {
    let mut server = TestServer::prepare()
        .with_env("COUNTERSIGN_LOG__FORMAT", "json")
        .started();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let path = "/oidc/jwks?secret=hunter2";
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hunter3\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    server.stop();
    let log = server.log();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let request = lines
        .iter()
        .find(|line| line["message"] == "request")
        .expect("one line about the request");
    assert_eq!(
        (&request["route"], &request["status"], &request["ip"]),
        (&"/oidc/jwks".into(), &200.into(), &"127.0.0.1".into())
    );
    assert!(!log.contains("hunter"), "{log}");
}

#[test]
fn a_switch_that_is_a_danger_warns_at_the_start() {
    let server = TestServer::prepare()
        .with_config("danger_unlimited_requests = true\n")
        .started();
    assert!(
        server.log().contains("WARN") && server.log().contains("danger_unlimited_requests"),
        "{}",
        server.log()
    );
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let server = TestServer::prepare();
    let _occupied = TcpListener::bind(server.address()).unwrap();
    let sentence = last_sentence(&serve(&server).run());
    assert!(
        sentence.contains("the port is in use") && sentence.contains("--listen"),
        "{sentence}"
    );
}

#[test]
fn a_wrong_sealing_key_is_one_sentence() {
    let server = TestServer::prepare();
    fs::write(server.data().join("sealing.key"), "00".repeat(32)).unwrap();
    for args in [&["serve"][..], &["user", "list"], &["key", "rotate"]] {
        let sentence = last_sentence(&server.try_command(args.iter().copied()));
        assert!(sentence.contains("sealing key is wrong"), "{args:?}: {sentence}");
    }
    fs::write(server.data().join("sealing.key"), "not a key").unwrap();
    let sentence = last_sentence(&serve(&server).run());
    assert!(
        sentence.contains("64 hexadecimal digits") && !sentence.contains("not a key"),
        "{sentence}"
    );
}

#[cfg(unix)]
#[test]
fn a_sealing_key_that_others_can_read_is_refused_with_the_command_to_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = TestServer::prepare();
    let key = server.data().join("sealing.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let sentence = last_sentence(&serve(&server).run());
    assert!(
        sentence.contains(&format!("chmod 600 {}", key.display())),
        "{sentence}"
    );
}

#[test]
fn the_sealing_key_can_come_from_a_file_a_credential_or_the_environment() {
    let server = TestServer::prepare();
    let here = server.data().join("sealing.key");
    let elsewhere = server.scratch().join("credentials");
    fs::create_dir(&elsewhere).unwrap();
    let moved = elsewhere.join("countersign-sealing-key");
    fs::rename(&here, &moved).unwrap();
    let key = fs::read_to_string(&moved).unwrap();
    let list = || server.program(["key", "list", "--json"]);
    list().fails(1);
    list().env("COUNTERSIGN_SEALING_KEY_FILE", &moved).json();
    list().env("CREDENTIALS_DIRECTORY", &elsewhere).json();
    list().env("COUNTERSIGN_SEALING_KEY", key.trim()).json();
    // The named file goes before everything else.
    list()
        .env("COUNTERSIGN_SEALING_KEY_FILE", &moved)
        .env("COUNTERSIGN_SEALING_KEY", "00".repeat(32))
        .json();
}

#[test]
fn a_database_that_is_damaged_missing_or_empty_is_one_sentence() {
    let server = TestServer::prepare();
    let database = server.data().join("countersign.db");
    let whole = fs::read(&database).unwrap();
    let mut damaged = whole.clone();
    damaged[..4096].fill(0x5a);
    for (bytes, expected) in [
        (&damaged[..], "not a database"),
        (&whole[..5000], "damaged"),
        (&[], "the database is empty"),
    ] {
        fs::write(&database, bytes).unwrap();
        let sentence = last_sentence(&serve(&server).run());
        assert!(sentence.contains(expected), "{expected}: {sentence}");
    }
    for suffix in ["", "-wal", "-shm"] {
        let _absent = fs::remove_file(server.data().join(format!("countersign.db{suffix}")));
    }
    let sentence = last_sentence(&serve(&server).run());
    assert!(
        sentence.contains("there is no database") && sentence.contains("countersign restore"),
        "{sentence}"
    );
}

#[test]
fn a_database_of_a_newer_program_is_one_sentence() {
    let server = TestServer::prepare();
    let database = rusqlite::Connection::open(server.data().join("countersign.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let sentence = last_sentence(&serve(&server).run());
    assert!(
        sentence.contains("schema version 99") && sentence.contains("newer program"),
        "{sentence}"
    );
}

#[test]
fn what_it_was_told_survives_a_power_cut() {
    let mut server = TestServer::start();
    server.command(["user", "add", "ada@OnesID1"]);
    server.restart();
    assert_eq!(server.command(["user", "list"]).as_array().unwrap().len(), 2);
}

/// The sentence of a server that did not start; log lines may stand before it.
fn last_sentence(ran: &crate::support::Ran) -> String {
    assert_eq!(ran.code, 1, "{ran:?}");
    let line = ran.stderr.trim_end().lines().last().unwrap_or_default();
    line.strip_prefix("error: ")
        .unwrap_or_else(|| panic!("{ran:?}"))
        .to_owned()
}

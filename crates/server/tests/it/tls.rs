//! TLS by the server itself.

use crate::support::{TestServer, wait_for};
use rcgen::CertifiedKey;
use rustix::process::Signal;
use std::fs;
use tokio::io::AsyncReadExt as _;

const CONFIG: &str = "[tls]\ncertificate = \"../certificate.pem\"\nkey = \"../key.pem\"\n";

/// Writes a new certificate for 127.0.0.1 beside the data directory, and returns it.
fn new_certificate(server: &TestServer) -> String {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(server.scratch().join("certificate.pem"), cert.pem()).unwrap();
    fs::write(server.scratch().join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.pem()
}

fn trusting(pem: &str) -> reqwest::Client {
    client_that_trusts(pem).build().unwrap()
}

fn client_that_trusts(pem: &str) -> reqwest::ClientBuilder {
    let certificate = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
    reqwest::Client::builder()
        .tls_certs_only([certificate])
        .pool_max_idle_per_host(0)
}

#[tokio::test]
async fn it_speaks_http_2_over_tls_1_3_to_who_trusts_its_certificate() {
    let server = TestServer::prepare_at("https").with_config(CONFIG);
    let pem = new_certificate(&server);
    let server = server.started();
    assert_eq!(server.line("listening on ").as_deref(), Some(server.host()));
    let answer = trusting(&pem)
        .get(format!("{}/healthz", server.host()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.version()),
        (200, reqwest::Version::HTTP_2)
    );
    assert!(answer.headers().contains_key("strict-transport-security"));
    let stranger = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    assert!(
        stranger
            .get(format!("{}/healthz", server.host()))
            .send()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_browser_waits_over_tls_too() {
    let server = TestServer::prepare_at("https").with_config(CONFIG);
    let pem = new_certificate(&server);
    let server = server.started();
    let handshake = client_that_trusts(&pem)
        .http1_only()
        .build()
        .unwrap()
        .get(format!("{}/ws/session/sess_unknown?token=x", server.host()))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
    let answer = handshake.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 101);
    // RFC 6455 §5.2: a close frame, and the first two bytes of what it holds are its code.
    let mut frame = [0; 4];
    answer
        .upgrade()
        .await
        .unwrap()
        .read_exact(&mut frame)
        .await
        .unwrap();
    assert_eq!((frame[0], u16::from_be_bytes([frame[2], frame[3]])), (0x88, 4004));
}

#[tokio::test]
async fn sighup_takes_a_new_certificate_and_a_broken_one_changes_nothing() {
    let server = TestServer::prepare_at("https").with_config(CONFIG);
    let first = new_certificate(&server);
    let server = server.started();
    let url = format!("{}/healthz", server.host());
    let second = new_certificate(&server);
    assert!(
        trusting(&first).get(&url).send().await.is_ok(),
        "the old one until the signal"
    );
    server.signal(Signal::HUP);
    wait_for("the new certificate", || {
        server.log().contains("were read again").then_some(())
    });
    assert!(trusting(&second).get(&url).send().await.is_ok());
    assert!(trusting(&first).get(&url).send().await.is_err());
    fs::write(server.scratch().join("certificate.pem"), "nonsense").unwrap();
    server.signal(Signal::HUP);
    wait_for("the complaint", || {
        server.log().contains("stays in use").then_some(())
    });
    assert!(trusting(&second).get(&url).send().await.is_ok());
}

#[test]
fn files_that_cannot_be_used_are_one_sentence() {
    let server = TestServer::prepare_at("https").with_config(CONFIG);
    let serve = || {
        let ran = server.try_command(["serve"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        ran.stderr.trim_end().lines().last().unwrap().to_owned()
    };
    assert!(
        serve().contains("certificate.pem: the certificate cannot be read"),
        "{}",
        serve()
    );
    new_certificate(&server);
    let key = fs::read(server.scratch().join("key.pem")).unwrap();
    fs::remove_file(server.scratch().join("key.pem")).unwrap();
    assert!(
        serve().contains("key.pem: the TLS key cannot be read"),
        "{}",
        serve()
    );
    new_certificate(&server);
    fs::write(server.scratch().join("key.pem"), key).unwrap();
    assert!(serve().contains("cannot be used together"), "{}", serve());
}

//! `countersign doctor`.

use crate::support::{Ran, TestServer};
use serde_json::Value;
use std::fs;

fn doctor(server: &TestServer) -> (Ran, Vec<Value>) {
    let ran = server.program(["doctor", "--json"]).run();
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    (ran, report["findings"].as_array().unwrap().clone())
}

fn failed(findings: &[Value]) -> Vec<&str> {
    let failed = findings.iter().filter(|finding| finding["status"] == "failed");
    failed.map(|finding| finding["check"].as_str().unwrap()).collect()
}

#[test]
fn a_running_server_in_order_has_nothing_wrong() {
    let server = TestServer::start();
    let (ran, findings) = doctor(&server);
    assert_eq!((ran.code, failed(&findings)), (0, vec![]), "{findings:?}");
    let answers = findings
        .iter()
        .find(|finding| finding["check"] == "server")
        .unwrap();
    assert_eq!(answers["status"], "ok");
    let text = server.try_command(["doctor"]).stdout;
    assert!(text.contains("✓ database") && !text.contains('✗'), "{text}");
}

#[test]
fn a_server_that_does_not_run_is_a_warning() {
    let (ran, findings) = doctor(&TestServer::prepare());
    assert_eq!((ran.code, failed(&findings)), (0, vec![]));
    assert!(
        findings
            .iter()
            .any(|finding| finding["check"] == "server" && finding["status"] == "warning")
    );
}

#[test]
fn a_credential_of_a_service_and_a_key_of_an_issuer_that_end_soon_are_told() {
    let server = TestServer::prepare();
    let told = |check: &str| {
        let (ran, findings) = doctor(&server);
        assert_eq!(failed(&findings), [] as [&str; 0], "{ran:?}");
        let told = findings.iter().filter(|finding| finding["check"] == check);
        let told = told.map(|finding| finding["message"].as_str().unwrap().to_owned());
        told.collect::<Vec<_>>()
    };
    assert_eq!((told("services").len(), told("trust anchors").len()), (0, 0));
    let add = |name: &str, expires: &str| {
        server.command([
            "service",
            "add",
            "--name",
            name,
            "--allowed-scope",
            "identity:name",
            "--audience",
            name,
            "--expires",
            expires,
        ])
    };
    add("shop", "31d");
    assert_eq!(told("services"), ["1 in use"]);
    let till = add("till", "29d");
    let sentences = told("services");
    assert_eq!((sentences.len(), sentences[0].as_str()), (2, "2 in use"));
    let advice = format!(
        "service rotate {} --only credential",
        till["serviceId"].as_str().unwrap()
    );
    assert!(sentences[1].contains(&advice), "{sentences:?}");
    server.command(["service", "disable", "till"]);
    assert_eq!(told("services"), ["1 in use"]);

    let key = countersign_jose::PrivateKey::generate(countersign_jose::KeyType::P256).unwrap();
    let file = server.data().join("bank.json");
    fs::write(&file, serde_json::to_string(key.public().jwk()).unwrap()).unwrap();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 29);
    let ends = soon.to_string();
    let file = file.to_str().unwrap();
    server.command([
        "trust",
        "add",
        "--name",
        "Bank",
        "--issuer",
        "bank",
        "--jwk",
        file,
        "--not-after",
        &ends,
    ]);
    assert!(told("trust anchors")[0].contains("trust add"));
}

#[cfg(unix)]
#[test]
fn what_is_wrong_is_named_and_ends_with_1() {
    use std::os::unix::fs::PermissionsExt as _;
    let open =
        |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let server = TestServer::prepare();
    open(&server.data(), 0o777);
    let (ran, findings) = doctor(&server);
    assert_eq!((ran.code, failed(&findings)), (1, vec!["directory"]));
    assert!(ran.sentence().contains("✗"), "{ran:?}");

    let server = TestServer::prepare();
    open(&server.data().join("sealing.key"), 0o644);
    assert_eq!(failed(&doctor(&server).1), ["sealing key", "signing keys"]);

    let server = TestServer::prepare();
    let database = rusqlite::Connection::open(server.data().join("countersign.db")).unwrap();
    database
        .execute("UPDATE audit_records SET actor = 'user:eve' WHERE seq = 3", [])
        .unwrap();
    drop(database);
    assert_eq!(failed(&doctor(&server).1), ["audit log"]);

    let server = TestServer::prepare();
    fs::write(server.data().join("countersign.db"), "nonsense").unwrap();
    assert_eq!(failed(&doctor(&server).1), ["database"]);

    let server = TestServer::prepare().with_config("listn = 1\n");
    assert_eq!(failed(&doctor(&server).1), ["configuration"]);
}

#[test]
fn a_certificate_that_ends_soon_is_a_warning_and_one_that_has_ended_is_wrong() {
    for (days, expected) in [(400, None), (3, Some("warning")), (-1, Some("failed"))] {
        let server = TestServer::prepare_at("https")
            .with_config("[tls]\ncertificate = \"../certificate.pem\"\nkey = \"../key.pem\"\n");
        certificate(&server, days);
        let (_, findings) = doctor(&server);
        let second = findings.iter().filter(|finding| finding["check"] == "TLS").nth(1);
        assert_eq!(
            second.map(|finding| finding["status"].as_str().unwrap()),
            expected,
            "{days}: {findings:?}"
        );
    }
}

/// A certificate that ends so many days from now.
fn certificate(server: &TestServer, days: i64) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let date = jiff::Timestamp::now()
        .in_tz("UTC")
        .unwrap()
        .date()
        .saturating_add(jiff::Span::new().days(days));
    let part = |number: i8| u8::try_from(number).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(date.year().into(), part(date.month()), part(date.day()));
    fs::write(
        server.scratch().join("certificate.pem"),
        parameters.self_signed(&key).unwrap().pem(),
    )
    .unwrap();
    fs::write(server.scratch().join("key.pem"), key.serialize_pem()).unwrap();
}

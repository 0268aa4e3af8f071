//! A sign-in over TLS, with a certificate of an authority of the organisation's own, which the programs are told to
//! trust by `SSL_CERT_FILE`.

use crate::actors::machine::{Registration, in_folder};
use crate::actors::ones_oidc::{Driver, Version, driver};
use crate::actors::phone::on_store;
use crate::actors::programs::run;
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const PERSON: &str = "user.name@OnesID1";
const TLS: &str = "[tls]\ncertificate = \"../certificate.pem\"\nkey = \"../key.pem\"\n";

/// A server with a certificate of a new authority, and the file with that authority's certificate.
fn served_over_tls() -> (TestServer, PathBuf) {
    let server = TestServer::prepare_at("https").with_config(TLS);
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // OpenSSL takes a certificate whose issuer and subject have one name for its own authority.
    authority
        .distinguished_name
        .push(DnType::CommonName, "Authority of a test");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    fs::write(server.scratch().join("certificate.pem"), certificate.pem()).unwrap();
    fs::write(server.scratch().join("key.pem"), key.serialize_pem()).unwrap();
    let trusted = server.scratch().join("authority.pem");
    fs::write(&trusted, authority.pem()).unwrap();
    (server.started(), trusted)
}

fn trusting(authority: &PathBuf) -> reqwest::Client {
    let certificate = reqwest::Certificate::from_pem(&fs::read(authority).unwrap()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([certificate])
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_three_programs_and_a_published_client_sign_in_over_tls() {
    let (server, authority) = served_over_tls();
    let (folder, store) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut command = in_folder(&folder);
    command.env("SSL_CERT_FILE", &authority);
    let mut registration = Registration::begin_by(command, server.host(), &["-r", "SERVER"]);
    server.command(["device", "approve", &registration.code]);
    registration.approved(&folder);
    let mut machine = Machine::of(server.host(), folder);
    machine.caller.http = trusting(&authority);

    server.command(["user", "add", PERSON]);
    let invitation = text(&server.command(["user", "invite", PERSON]), "url");
    let phone = |arguments: &[&str]| run(on_store(&store).env("SSL_CERT_FILE", &authority).args(arguments));
    phone(&["enroll", &invitation]).succeeds();
    let auth_req_id = machine.asked(PERSON).await;
    let id = text(&phone(&["list", "--json"]).json()[0], "id");
    phone(&["approve", &id]).succeeds();
    let tokens = machine.poll(&auth_req_id).await.succeeds(200);
    machine.validate_id_token(&text(&tokens, "id_token")).await;

    if let Some(client) = driver(Version::V0_3_9) {
        let mut call = client.command(&machine, &["validate-token", &text(&tokens, "access_token")]);
        assert_eq!(
            Driver::ended(call.env("SSL_CERT_FILE", &authority)).value()["entity"],
            "user"
        );
    }
}

#[test]
fn without_trust_in_the_authority_neither_program_says_anything_to_the_server() {
    let (server, _authority) = served_over_tls();
    let folder = TempDir::new().unwrap();
    let arguments = ["-o", "INIT", "-a", server.host(), "-dn", "onesid1.com", "--quiet"];
    assert!(!run(in_folder(&folder).args(arguments)).fails().is_empty());
    server.command(["user", "add", PERSON]);
    Phone::refused_with(&text(&server.command(["user", "invite", PERSON]), "url"));
    assert_eq!(server.command(["device", "list"]), serde_json::json!([]));
    assert!(!server.log().contains("POST"), "{}", server.log());
}

//! `countersign trust`, as an operator runs it.

use crate::consent::Operator;
use countersign_jose::{KeyType, PrivateKey};
use countersign_vds::{Content, PersonClaims, issue};
use serde_json::json;

fn credential(key: &PrivateKey, kid: &[u8], issuer: &str, now: i64) -> String {
    let person = PersonClaims {
        given_name: Some("Jean".to_owned()),
        ..PersonClaims::new("urn:uvci:01:FR:1")
    };
    issue(&Content::Person(person), issuer, now, Some(now + 3600), kid, key).unwrap()
}

fn system_now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[tokio::test]
async fn credentials_of_an_issuer_are_taken_while_its_key_is_trusted() {
    let operator = Operator::new().await;
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let jwk = key.public().jwk().clone().with_kid("bank-1".to_owned());
    let file = operator.file("bank.json", &serde_json::to_string(&jwk).unwrap());
    let theirs = credential(&key, b"bank-1", "https://id.bank.example", system_now());
    let sentence = operator.fails(1, &["credential", "verify", &theirs]);
    assert!(sentence.contains("trust add"), "{sentence}");

    let add = ["trust", "add", "--name", "Bank", "--jwk", file.to_str().unwrap()];
    let added = operator.json(&[add.as_slice(), &["--issuer", "https://id.bank.example"]].concat());
    let expected = json!({
        "id": added["id"], "name": "Bank", "status": "trusted", "issuer": "https://id.bank.example", "kid": "bank-1",
        "usage": "person", "jwk": jwk, "addedAt": added["addedAt"],
    });
    assert_eq!(added, expected);
    let verified = operator.json(&["credential", "verify", &theirs]);
    assert_eq!(
        (
            &verified["ours"],
            &verified["issuer"],
            &verified["claims"]["givenName"]
        ),
        (&json!(false), &json!("https://id.bank.example"), &json!("Jean"))
    );
    let again = [add.as_slice(), &["--issuer", "https://id.bank.example"]].concat();
    assert!(operator.fails(1, &again).contains("already"));

    let id = added["id"].as_str().unwrap();
    assert_eq!(operator.json(&["trust", "list"]), json!([added]));
    assert_eq!(operator.json(&["trust", "remove", id])["status"], "removed");
    assert_eq!(operator.json(&["trust", "list"]), json!([]));
    operator.fails(1, &["credential", "verify", &theirs]);
    assert!(operator.fails(1, &["trust", "remove", id]).contains("trust list"));
    let log = operator.ok(&["audit", "list"]);
    assert!(log.contains("trust.add") && log.contains("trust.remove"), "{log}");
}

#[tokio::test]
async fn a_certificate_brings_its_own_reference_country_and_time() {
    let operator = Operator::new().await;
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CountryName, "FR");
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let pair = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    let file = operator.file("signer.pem", &certificate.pem());
    let added = operator.json(&[
        "trust",
        "add",
        "--name",
        "Prefecture",
        "--x509",
        file.to_str().unwrap(),
    ]);
    let digest = countersign_jose::hash::sha256(certificate.der());
    assert_eq!(added["issuer"], "FR");
    assert!(added["notBefore"].is_string() && added["notAfter"].is_string());
    let key = PrivateKey::from_pkcs8(&pair.serialize_der()).unwrap();
    let theirs = credential(&key, &digest[..8], "FR", system_now());
    assert_eq!(operator.json(&["credential", "verify", &theirs])["issuer"], "FR");
    // Whoever has the key speaks for that issuer and for no other.
    let posing = credential(&key, &digest[..8], "DE", system_now());
    assert!(
        operator
            .fails(1, &["credential", "verify", &posing])
            .contains("another issuer")
    );

    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let authority = operator.file("ca.pem", &params.self_signed(&pair).unwrap().pem());
    let sentence = operator.fails(
        1,
        &[
            "trust",
            "add",
            "--name",
            "CA",
            "--x509",
            authority.to_str().unwrap(),
        ],
    );
    assert!(sentence.contains("not that of its authority"), "{sentence}");
}

#[tokio::test]
async fn what_cannot_be_trusted_is_refused_with_what_to_change() {
    let operator = Operator::new().await;
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let good = operator.file("good.json", &serde_json::to_string(key.public().jwk()).unwrap());
    let ed25519 = PrivateKey::generate(KeyType::Ed25519).unwrap();
    let other = operator.file(
        "ed25519.json",
        &serde_json::to_string(ed25519.public().jwk()).unwrap(),
    );
    let (good, other) = (good.to_str().unwrap(), other.to_str().unwrap());
    let cases: [(&[&str], &str); 7] = [
        (&["--jwk", good], "which issuer"),
        (
            &["--jwk", good, "--issuer", "https://idp.example"],
            "trusted anyway",
        ),
        (&["--jwk", other, "--issuer", "bank"], "ES256 or PS256"),
        (&["--x509", good, "--issuer", "bank"], "no X.509 certificate"),
        (
            &["--jwk", good, "--issuer", "bank", "--kid", "0xzz"],
            "hexadecimal",
        ),
        (
            &[
                "--jwk",
                good,
                "--issuer",
                "bank",
                "--not-after",
                "2020-01-01T00:00:00Z",
            ],
            "is over",
        ),
        (
            &[
                "--jwk",
                good,
                "--issuer",
                "bank",
                "--not-before",
                "2099-01-01T00:00:00Z",
                "--not-after",
                "2098-01-01T00:00:00Z",
            ],
            "earlier",
        ),
    ];
    for (more, advice) in cases {
        let sentence = operator.fails(1, &[&["trust", "add", "--name", "Bank"], more].concat());
        assert!(sentence.contains(advice), "{more:?}: {sentence}");
    }
    let both = ["trust", "add", "--name", "Bank", "--jwk", good, "--x509", good];
    assert_eq!(operator.run(&both, "").0, 2);
}

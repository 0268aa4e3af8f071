//! The examples of the COSE working group, wrapped as HC1. Their payload is mostly a sentence and no CWT; the signature
//! is verified before the payload is read, so a complaint about the claims says that the signature was right.

use countersign_jose::base64url;
use countersign_vds::{UnverifiedVds, VdsError, VerifiedVds};
use serde_json::{Value, json};

use crate::support::{hc1, issuer, public_key, unhex, vectors};

const CLAIMS: VdsError = VdsError::Malformed { part: "claims" };

/// Why the examples that must fail do.
const FAILURES: [(&str, VdsError); 6] = [
    ("sign1-tests-sign-fail-01", VdsError::NotSign1),
    ("sign1-tests-sign-fail-02", VdsError::Signature),
    ("sign1-tests-sign-fail-03", VdsError::HeaderUnregistered),
    ("sign1-tests-sign-fail-04", VdsError::AlgorithmRefused),
    ("sign1-tests-sign-fail-06", VdsError::Signature),
    ("sign1-tests-sign-fail-07", VdsError::Signature),
];

/// The good examples that are not for us, what we answer, and why that is right.
const WAIVERS: [(&str, VdsError, &str); 12] = [
    (
        "CWT-A_4",
        VdsError::NotSign1,
        "COSE_Mac0: a shared key proves no issuer",
    ),
    ("CWT-A_5", VdsError::NotSign1, "COSE_Encrypt0: nothing is signed"),
    (
        "CWT-A_6",
        VdsError::NotSign1,
        "COSE_Encrypt0 around a signed message: nothing we could open",
    ),
    (
        "CWT-A_7",
        VdsError::NotSign1,
        "COSE_Mac0: a shared key proves no issuer",
    ),
    (
        "ecdsa-examples-ecdsa-01",
        VdsError::NotSign1,
        "COSE_Sign has several signers; HC1 has one",
    ),
    (
        "ecdsa-examples-ecdsa-02",
        VdsError::NotSign1,
        "COSE_Sign has several signers; HC1 has one",
    ),
    (
        "ecdsa-examples-ecdsa-03",
        VdsError::NotSign1,
        "COSE_Sign has several signers; HC1 has one",
    ),
    (
        "ecdsa-examples-ecdsa-04",
        VdsError::NotSign1,
        "COSE_Sign has several signers; HC1 has one",
    ),
    (
        "ecdsa-examples-ecdsa-sig-02",
        VdsError::AlgorithmRefused,
        "ES384: HC1 has ES256 and PS256",
    ),
    (
        "ecdsa-examples-ecdsa-sig-03",
        VdsError::AlgorithmRefused,
        "ES512: HC1 has ES256 and PS256",
    ),
    (
        "ecdsa-examples-ecdsa-sig-04",
        VdsError::AlgorithmRefused,
        "ES512 with a P-256 key: HC1 has ES256 and PS256",
    ),
    (
        "sign1-tests-sign-pass-02",
        VdsError::Signature,
        "external data: HC1 signs nothing that is not in it",
    ),
];

#[test]
fn every_example_gives_the_expected_result() {
    let Some(vectors) = vectors("cose") else { return };
    let (mut passed, mut failed, mut waived) = (0, 0, 0);
    for (name, case) in &vectors {
        let result = open(case);
        if let Some((.., answer, _)) = WAIVERS.iter().find(|(file, ..)| file == name) {
            assert_eq!(result, Err(*answer), "{name}");
            waived += 1;
        } else if case["fail"] == json!(true) {
            let reason = FAILURES.iter().find(|(file, _)| file == name);
            assert_eq!(result, Err(reason.expect(name).1), "{name}");
            failed += 1;
        } else {
            assert!(matches!(result, Ok(_) | Err(CLAIMS)), "{name}: {result:?}");
            let other = message(case).verify(issuer().public());
            assert_eq!(other, Err(VdsError::Signature), "{name} with another key");
            passed += 1;
        }
    }
    assert_eq!(
        (passed, failed, waived),
        (
            vectors.len() - FAILURES.len() - WAIVERS.len(),
            FAILURES.len(),
            WAIVERS.len()
        ),
        "a row of a table names no file"
    );
}

#[test]
fn the_signed_cwt_of_rfc_8392_is_read() {
    let Some(vectors) = vectors("cose") else { return };
    let (_, case) = vectors.iter().find(|(name, _)| name == "CWT-A_3").unwrap();
    let verified = open(case).unwrap();
    assert_eq!(verified.issuer(), Some("coap://as.example.com"));
    assert_eq!(verified.issued_at(), Some(1_443_944_944));
    assert_eq!(verified.expires_at(), Some(1_444_064_944));
    assert_eq!(verified.kid(), None);
}

fn open(case: &Value) -> Result<VerifiedVds, VdsError> {
    UnverifiedVds::parse(&text(case))?.verify(&public_key(&jwk(case)))
}

fn message(case: &Value) -> UnverifiedVds {
    UnverifiedVds::parse(&text(case)).unwrap()
}

fn text(case: &Value) -> String {
    hc1(&unhex(case["output"]["cbor"].as_str().unwrap()))
}

/// The public half of the one key of an example; `Null` is never asked for, because such messages are not parsed.
fn jwk(case: &Value) -> Value {
    let key = &case["input"]["sign0"]["key"];
    let coordinate = |name: &str| match &key[format!("{name}_hex")] {
        Value::String(hex) => json!(base64url::encode(&unhex(hex))),
        _ => key[name].clone(),
    };
    json!({"kty": key["kty"], "crv": key["crv"], "x": coordinate("x"), "y": coordinate("y")})
}

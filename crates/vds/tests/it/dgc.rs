//! The cases of the EU health certificate: each file says which step must succeed and which must fail. A verifier looks
//! up the certificate by `kid`, the first eight bytes of its SHA-256, and so do these tests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_jose::{PublicKey, base64url, hash};
use countersign_vds::{Content, UnverifiedVds, VdsError, VerifiedVds};
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey as Numbers;

use crate::support::{public_key, vectors};

const HEALTH_CERTIFICATE: i64 = -260;
const SCHEMA: &str = "the JSON schema of the health certificate; we hand its claim over as it is";
const USAGE: &str = "extended key usage by kind of health certificate; our anchors have a usage of their own";

/// What is not checked here, and why.
const WAIVERS: [(&str, &str, &str); 20] = [
    ("AT-1", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("B1", "EXPECTEDPICTUREDECODE", "the file has no picture"),
    (
        "CBO1",
        "EXPECTEDDECODE",
        "the fault is inside the claim of the health certificate, which we do not read",
    ),
    ("CO6", "EXPECTEDKEYUSAGE", USAGE),
    ("CO7", "EXPECTEDKEYUSAGE", USAGE),
    ("CO8", "EXPECTEDKEYUSAGE", USAGE),
    ("CO9", "EXPECTEDKEYUSAGE", USAGE),
    ("CO10", "EXPECTEDKEYUSAGE", USAGE),
    ("CO11", "EXPECTEDKEYUSAGE", USAGE),
    ("CO12", "EXPECTEDKEYUSAGE", USAGE),
    ("CO13", "EXPECTEDKEYUSAGE", USAGE),
    ("CO14", "EXPECTEDKEYUSAGE", USAGE),
    ("CO15", "EXPECTEDKEYUSAGE", USAGE),
    ("CO28", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC1", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC2", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC3", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC4", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC5", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
    ("DGC6", "EXPECTEDSCHEMAVALIDATION", SCHEMA),
];

/// Why `EXPECTEDVERIFY` is false.
const NOT_VERIFIED: [(&str, Refused); 4] = [
    ("CBO2", Refused::Vds(VdsError::Malformed { part: "message" })),
    ("CO5", Refused::Vds(VdsError::Signature)),
    ("CO22", Refused::UnknownKid),
    ("CO23", Refused::UnknownKid),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Refused {
    Vds(VdsError),
    UnknownKid,
}

#[test]
fn every_expectation_of_every_case_is_met() {
    let Some(vectors) = vectors("dgc") else { return };
    let (mut met, mut waived) = (0, 0);
    for (name, case) in &vectors {
        for (expectation, expected) in case["EXPECTEDRESULTS"].as_object().unwrap() {
            if WAIVERS
                .iter()
                .any(|(file, what, _)| file == name && what == expectation)
            {
                waived += 1;
            } else {
                check(name, case, expectation, expected == &json!(true));
                met += 1;
            }
        }
    }
    assert_eq!(waived, WAIVERS.len(), "a waiver names nothing");
    assert_eq!(met, 52, "expectations that are met");
}

/// A waiver is for one expectation; the rest of such a case is read and verified like any other.
#[test]
fn the_waived_cases_verify_and_are_handed_over_as_they_are() {
    let Some(vectors) = vectors("dgc") else { return };
    for (name, ..) in WAIVERS.iter().filter(|(name, ..)| *name != "B1") {
        let (_, case) = vectors.iter().find(|(file, _)| file == name).unwrap();
        let certificate = certificate_claim(&open(case).unwrap());
        assert_eq!(certificate.is_map(), *name != "CBO1", "{name}");
    }
}

fn check(name: &str, case: &Value, expectation: &str, expected: bool) {
    let text = case["PREFIX"].as_str().unwrap();
    let parsed = UnverifiedVds::parse(text).err();
    let refused_for = |reason| match parsed {
        Some(error) if error == reason => true,
        None => false,
        Some(error) => panic!("{name} {expectation}: {error:?}"),
    };
    match expectation {
        "EXPECTEDPICTUREDECODE" => assert_eq!(picture(case).as_deref() == Some(text), expected, "{name}"),
        "EXPECTEDUNPREFIX" if expected => assert_ne!(parsed, Some(VdsError::UnknownContainer), "{name}"),
        "EXPECTEDUNPREFIX" => assert!(refused_for(VdsError::UnknownContainer), "{name}"),
        "EXPECTEDB45DECODE" => assert_eq!(refused_for(VdsError::Base45), !expected, "{name}"),
        "EXPECTEDCOMPRESSION" => assert_eq!(refused_for(VdsError::Compression), !expected, "{name}"),
        "EXPECTEDVERIFY" => assert_eq!(open(case).err(), not_verified(name, expected), "{name}"),
        "EXPECTEDDECODE" | "EXPECTEDVALIDJSON" | "EXPECTEDVALIDOBJECT" => {
            assert!(expected, "{name} {expectation}: a failure without a reason");
            let decoded: Value = certificate_claim(&open(case).unwrap()).deserialized().unwrap();
            assert_eq!(decoded, case["JSON"], "{name}");
        }
        "EXPECTEDEXPIRATIONCHECK" => {
            let clock = case["TESTCTX"]["VALIDATIONCLOCK"].as_str().unwrap();
            let now: jiff::Timestamp = clock.parse().unwrap();
            let result = open(case).unwrap().check_time(now.as_second());
            assert_eq!(result.err(), not_in_time(name, expected), "{name}");
        }
        unknown => panic!("{name}: nobody checks {unknown}"),
    }
}

fn not_verified(name: &str, expected: bool) -> Option<Refused> {
    let reason = NOT_VERIFIED.iter().find(|(file, _)| *file == name);
    assert_eq!(reason.is_none(), expected, "{name}");
    reason.map(|(_, refused)| *refused)
}

fn not_in_time(name: &str, expected: bool) -> Option<VdsError> {
    match (name, expected) {
        (_, true) => None,
        ("CO16", false) => Some(VdsError::NotYetValid),
        ("CO17", false) => Some(VdsError::Expired),
        (name, false) => panic!("{name}: a failure without a reason"),
    }
}

/// What a verifier does that trusts the one certificate of the case.
fn open(case: &Value) -> Result<VerifiedVds, Refused> {
    let parsed = UnverifiedVds::parse(case["PREFIX"].as_str().unwrap()).map_err(Refused::Vds)?;
    let der = STANDARD
        .decode(case["TESTCTX"]["CERTIFICATE"].as_str().unwrap())
        .unwrap();
    if parsed.kid() != Some(&hash::sha256(&der)[..8]) {
        return Err(Refused::UnknownKid);
    }
    parsed.verify(&certified_key(&der)).map_err(Refused::Vds)
}

fn certified_key(der: &[u8]) -> PublicKey {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let numbers = certificate.public_key().parsed().unwrap();
    let text = |bytes: &[u8]| base64url::encode(bytes);
    public_key(&match numbers {
        Numbers::EC(point) => {
            let (x, y) = point.data()[1..].split_at(32);
            json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
        }
        Numbers::RSA(rsa) => {
            let trim = |bytes: &[u8]| text(bytes.strip_prefix(&[0]).unwrap_or(bytes));
            json!({"kty": "RSA", "n": trim(rsa.modulus), "e": trim(rsa.exponent)})
        }
        other => panic!("a key that no case has: {other:?}"),
    })
}

/// The health certificate: the map under key 1 of its claim.
fn certificate_claim(verified: &VerifiedVds) -> countersign_vds::Value {
    let Content::Other(claims) = verified.content() else {
        panic!("not ours, and yet read as ours")
    };
    let (_, claim) = claims
        .iter()
        .find(|(name, _)| *name == HEALTH_CERTIFICATE.into())
        .unwrap();
    claim.as_map().unwrap()[0].1.clone()
}

/// The text of the QR code, if it is one.
fn picture(case: &Value) -> Option<String> {
    let file = STANDARD.decode(case["2DCODE"].as_str().unwrap()).ok()?;
    let picture = image::load_from_memory(&file).ok()?.to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixel = |x: usize, y: usize| picture.as_raw()[y * width + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let (_, text) = prepared.detect_grids().first()?.decode().ok()?;
    Some(text)
}

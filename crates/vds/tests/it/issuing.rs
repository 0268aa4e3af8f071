//! What we issue, and what we refuse to.

use countersign_jose::{Algorithm, KeyType, hash};
use countersign_vds::{
    Container, Content, MAX_TEXT_LEN, PersonClaims, ServiceClaims, UnverifiedVds, VdsError, VerifiedVds,
    issue,
};
use proptest::prelude::*;

use crate::support::{KID, issuer, key, open};

const ISSUED_AT: i64 = 1_700_000_000;
const EXPIRES_AT: i64 = 1_763_072_000;

fn marie() -> PersonClaims {
    PersonClaims {
        given_name: Some("Marie".to_owned()),
        family_name: Some("Dupont".to_owned()),
        date_of_birth: Some("2000-02-29".to_owned()),
        nationality: Some("FRA".to_owned()),
        document_number: Some("12AB34567".to_owned()),
        photo: Some(vec![0xFF, 0xD8, 0xFF, 0xE0]),
        trust_level: Some(2),
        ..PersonClaims::new("tok_1")
    }
}

fn shop() -> ServiceClaims {
    ServiceClaims {
        name: Some("Shop".to_owned()),
        url: Some("https://shop.example".to_owned()),
        logo_url: Some("https://shop.example/logo.png".to_owned()),
        scopes: vec!["identity:name".to_owned(), "identity:age_over_18".to_owned()],
        audience: Some("shop".to_owned()),
        ..ServiceClaims::new("svc_1")
    }
}

fn issued(content: &Content) -> Result<String, VdsError> {
    issue(
        content,
        "https://id.example",
        ISSUED_AT,
        Some(EXPIRES_AT),
        KID,
        issuer(),
    )
}

fn check_envelope(verified: &VerifiedVds) {
    assert_eq!(verified.container(), Container::Hc1);
    assert_eq!(verified.kid(), Some(KID));
    assert_eq!(verified.issuer(), Some("https://id.example"));
    assert_eq!(verified.issued_at(), Some(ISSUED_AT));
    assert_eq!(verified.expires_at(), Some(EXPIRES_AT));
}

#[test]
fn an_issued_person_is_read_back_whole() {
    let person = Content::Person(marie());
    let verified = open(&issued(&person).unwrap()).unwrap();
    check_envelope(&verified);
    assert_eq!(verified.content().id(), Some("tok_1"));
    assert_eq!(verified.into_content(), person);
}

#[test]
fn an_issued_service_is_read_back_whole() {
    let service = Content::Service(shop());
    let verified = open(&issued(&service).unwrap()).unwrap();
    check_envelope(&verified);
    assert_eq!(verified.content().id(), Some("svc_1"));
    assert_eq!(verified.into_content(), service);
}

#[test]
fn a_credential_without_a_photo_fits_one_qr_code() {
    let person = PersonClaims {
        photo: None,
        ..marie()
    };
    let text = issued(&Content::Person(person)).unwrap();
    // The largest code holds 4296 characters of the alphabet that Base45 was made for.
    assert!(text.len() < 400, "{} characters", text.len());
}

#[test]
fn an_rsa_key_signs_with_ps256() {
    let key = key(KeyType::Rsa2048);
    let person = Content::Person(marie());
    let text = issue(&person, "https://id.example", ISSUED_AT, None, KID, key).unwrap();
    let parsed = UnverifiedVds::parse(&text).unwrap();
    assert_eq!(parsed.algorithm(), Algorithm::Ps256);
    assert_eq!(parsed.verify(key.public()).unwrap().content(), &person);
}

#[test]
fn no_other_kind_of_key_issues() {
    for kind in [KeyType::P384, KeyType::P521, KeyType::Ed25519] {
        let result = issue(&Content::Person(marie()), "i", 0, None, KID, key(kind));
        assert_eq!(result, Err(VdsError::KeyRefused), "{kind}");
    }
}

#[test]
fn a_photo_that_makes_the_text_too_long_is_refused_at_issuing() {
    // Digests do not compress.
    let noise = |len: usize| {
        let blocks = (0_u32..).flat_map(|n| hash::sha256(&n.to_be_bytes()));
        blocks.take(len).collect::<Vec<u8>>()
    };
    let with_photo = |photo| {
        Content::Person(PersonClaims {
            photo: Some(photo),
            ..marie()
        })
    };
    let text = issued(&with_photo(noise(4_000))).unwrap();
    assert!(text.len() <= MAX_TEXT_LEN);
    assert!(open(&text).is_ok());
    for len in [6_000, 60_000] {
        assert_eq!(issued(&with_photo(noise(len))), Err(VdsError::TextTooLong));
    }
}

#[test]
fn what_would_not_be_read_is_not_issued() {
    let nobody = Content::Person(PersonClaims::new(""));
    assert_eq!(
        issued(&nobody),
        Err(VdsError::Claim {
            claim: "tid",
            reason: "is missing"
        })
    );
    let spaced = Content::Service(ServiceClaims::new("svc 1"));
    let reason = "is not 1 to 256 visible ASCII characters";
    assert_eq!(issued(&spaced), Err(VdsError::Claim { claim: "sid", reason }));
    let level = Content::Person(PersonClaims {
        trust_level: Some(4),
        ..marie()
    });
    let reason = "is not 1, 2 or 3";
    assert_eq!(issued(&level), Err(VdsError::Claim { claim: "tl", reason }));
}

#[test]
fn somebody_elses_content_and_a_key_without_kid_are_not_issued() {
    assert_eq!(issued(&Content::Other(Vec::new())), Err(VdsError::NotIssued));
    let nameless = issue(&Content::Person(marie()), "i", 0, None, b"", issuer());
    assert_eq!(nameless, Err(VdsError::NotIssued));
}

#[test]
fn debug_shows_ids_and_no_personal_data() {
    let verified = open(&issued(&Content::Person(marie())).unwrap()).unwrap();
    let shown = format!("{verified:?}");
    assert!(shown.contains("tok_1"), "{shown}");
    for secret in ["Marie", "Dupont", "2000-02-29", "12AB34567", "255"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn claims_go_through_json_unchanged() {
    let person = marie();
    let json = serde_json::to_value(&person).unwrap();
    assert_eq!(json["gn"], "Marie");
    assert_eq!(json["photo"], "_9j_4A");
    assert_eq!(serde_json::from_value::<PersonClaims>(json).unwrap(), person);
    let service = shop();
    let json = serde_json::to_value(&service).unwrap();
    assert_eq!(json["sid"], "svc_1");
    assert_eq!(serde_json::from_value::<ServiceClaims>(json).unwrap(), service);
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("\\PC{1,40}")
}

proptest! {
    #[test]
    fn any_person_is_read_back_whole(
        token_id in "[!-~]{1,256}",
        texts in [any_text(), any_text(), any_text(), any_text(), any_text()],
        photo in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..500)),
        trust_level in proptest::option::of(1_u8..=3),
        issued_at: i64,
        expires_at: Option<i64>,
    ) {
        let [given_name, family_name, date_of_birth, nationality, document_number] = texts;
        let person = Content::Person(PersonClaims {
            token_id, given_name, family_name, date_of_birth, nationality, document_number, photo, trust_level,
        });
        let text = issue(&person, "https://id.example", issued_at, expires_at, KID, issuer()).unwrap();
        let verified = open(&text).unwrap();
        prop_assert_eq!(verified.issued_at(), Some(issued_at));
        prop_assert_eq!(verified.expires_at(), expires_at);
        prop_assert_eq!(verified.into_content(), person);
    }
}

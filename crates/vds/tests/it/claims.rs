//! The map under claim -65800, member by member.

use ciborium::Value;
use countersign_vds::{Content, PersonClaims, VdsError};

use crate::support::{cbor, map, named, open_payload, payload};

fn read(ours: Value) -> Result<Content, VdsError> {
    open_payload(payload(ours)).map(countersign_vds::VerifiedVds::into_content)
}

fn person_with(name: &str, value: impl Into<Value>) -> Result<PersonClaims, VdsError> {
    match read(named([("tid", "t".into()), (name, value.into())]))? {
        Content::Person(person) => Ok(person),
        other => panic!("{other:?}"),
    }
}

fn refused(claim: &'static str, reason: &'static str) -> VdsError {
    VdsError::Claim { claim, reason }
}

#[test]
fn a_map_that_mixes_a_person_and_a_service_is_refused() {
    let mixes = refused("-65800", "mixes a person and a service");
    let both = [("tid", "t".into()), ("sid", "s".into())];
    assert_eq!(read(named(both)), Err(mixes));
    for name in ["name", "url", "logo", "aud", "scopes"] {
        assert_eq!(
            read(named([("tid", "t".into()), (name, "x".into())])),
            Err(mixes),
            "{name}"
        );
    }
    for name in ["gn", "fn", "dob", "nat", "doc", "photo", "tl"] {
        assert_eq!(
            read(named([("sid", "s".into()), (name, "x".into())])),
            Err(mixes),
            "{name}"
        );
    }
}

#[test]
fn a_map_without_an_id_is_refused() {
    let neither = refused("-65800", "has neither `tid` nor `sid`");
    assert_eq!(read(named([])), Err(neither));
    assert_eq!(read(named([("exp", 1.into())])), Err(neither));
    assert_eq!(
        read(named([("gn", "Marie".into())])),
        Err(refused("tid", "is missing"))
    );
    assert_eq!(
        read(named([("name", "Shop".into())])),
        Err(refused("sid", "is missing"))
    );
    assert_eq!(read("tid".into()), Err(refused("-65800", "is not a map")));
}

#[test]
fn an_id_is_short_and_shows_everything_it_holds() {
    let fault = refused("tid", "is not 1 to 256 visible ASCII characters");
    for id in ["a b", "a\n", "é", "\u{202e}abc", &"x".repeat(257)] {
        assert_eq!(read(named([("tid", id.into())])), Err(fault), "{id}");
    }
    assert!(read(named([("tid", "x".repeat(256).into())])).is_ok());
    assert_eq!(
        read(named([("tid", 5.into())])),
        Err(refused("tid", "is not a text"))
    );
}

#[test]
fn a_trust_level_is_one_two_or_three() {
    for level in 1..=3_u8 {
        assert_eq!(person_with("tl", level).unwrap().trust_level, Some(level));
    }
    let wrong = [
        0.into(),
        4.into(),
        (-1).into(),
        257.into(),
        u64::MAX.into(),
        "2".into(),
        2.0.into(),
    ];
    for level in wrong {
        let level: Value = level;
        assert_eq!(
            person_with("tl", level).unwrap_err(),
            refused("tl", "is not 1, 2 or 3")
        );
    }
}

#[test]
fn a_photo_is_bytes_or_any_base64() {
    let photo = vec![0xFB, 0xEF, 0xBE, 0x01];
    for text in ["++++AQ==", "++++AQ", "----AQ==", "----AQ"] {
        assert_eq!(
            person_with("photo", text).unwrap().photo.as_ref(),
            Some(&photo),
            "{text}"
        );
    }
    let bytes = Value::Bytes(photo.clone());
    assert_eq!(person_with("photo", bytes).unwrap().photo, Some(photo));
    assert_eq!(
        person_with("photo", "+-").unwrap_err(),
        refused("photo", "is not Base64")
    );
    assert_eq!(
        person_with("photo", 1).unwrap_err(),
        refused("photo", "is neither bytes nor Base64")
    );
}

#[test]
fn a_text_is_a_text_and_an_empty_one_is_absent() {
    for name in ["gn", "fn", "dob", "nat", "doc"] {
        let fault = person_with(name, 1).unwrap_err();
        assert!(matches!(fault, VdsError::Claim { claim, reason: "is not a text" } if claim == name));
        assert_eq!(person_with(name, "").unwrap(), PersonClaims::new("t"));
    }
}

#[test]
fn scopes_are_an_array_of_texts() {
    let service = |scopes: Value| read(named([("sid", "s".into()), ("scopes", scopes)]));
    let fault = Err(refused("scopes", "is not an array of texts"));
    assert_eq!(service("identity:name".into()), fault);
    assert_eq!(
        service(Value::Array(vec!["identity:name".into(), 1.into()])),
        fault
    );
    assert!(service(Value::Array(vec!["identity:name".into()])).is_ok());
}

#[test]
fn members_that_we_do_not_know_are_passed_over() {
    let ours = map([
        ("tid".into(), "t".into()),
        ("later".into(), 1.into()),
        (7.into(), 1.into()),
    ]);
    assert_eq!(read(ours), Ok(Content::Person(PersonClaims::new("t"))));
}

#[test]
fn a_payload_that_is_no_map_is_refused() {
    let malformed = VdsError::Malformed { part: "claims" };
    let trailing = [payload(named([("tid", "t".into())])), vec![0]].concat();
    for bytes in [
        cbor(&"text".into()),
        cbor(&Value::Array(Vec::new())),
        Vec::new(),
        trailing,
    ] {
        assert_eq!(open_payload(bytes).unwrap_err(), malformed);
    }
}

#[test]
fn without_our_claim_the_whole_set_is_handed_over() {
    let claims = vec![
        (Value::from(1), Value::from("issuer")),
        (Value::from("x"), Value::Null),
    ];
    let verified = open_payload(cbor(&Value::Map(claims.clone()))).unwrap();
    assert_eq!(verified.issuer(), Some("issuer"));
    assert_eq!(verified.content().id(), None);
    assert_eq!(verified.content(), &Content::Other(claims));
}

#[test]
fn an_issuer_that_is_no_text_is_refused() {
    let claims = cbor(&map([(1.into(), 1.into())]));
    assert_eq!(open_payload(claims).unwrap_err(), refused("iss", "is not a text"));
}

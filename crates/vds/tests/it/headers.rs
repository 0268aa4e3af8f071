//! Tags and headers of `COSE_Sign1`.

use ciborium::Value;
use countersign_jose::Algorithm;
use countersign_vds::{UnverifiedVds, VdsError};

use crate::support::{
    ES256, KID, Message, PS256, cbor, hc1, issuer, map, open, payload, person, protected, tagged,
};

fn parse(message: &[u8]) -> Result<UnverifiedVds, VdsError> {
    UnverifiedVds::parse(&hc1(message))
}

fn message(protected: Vec<u8>, unprotected: Value) -> Vec<u8> {
    Message {
        protected,
        unprotected,
        payload: payload(person()),
    }
    .tagged()
}

fn kid(kid: &[u8]) -> (Value, Value) {
    (4.into(), Value::Bytes(kid.into()))
}

fn alg(alg: i64) -> (Value, Value) {
    (1.into(), alg.into())
}

fn signed() -> Value {
    Message::of(payload(person())).signed(issuer(), Algorithm::Es256)
}

#[test]
fn the_tag_is_18_or_61_around_18_or_none() {
    let inside = Value::Tag(18, Box::new(signed()));
    for bytes in [tagged(18, signed()), tagged(61, inside.clone()), cbor(&signed())] {
        assert!(open(&hc1(&bytes)).is_ok());
    }
    for tag in [0, 16, 17, 19, 61, 96, 97, 98, 998, u64::MAX] {
        assert_eq!(
            parse(&tagged(tag, signed())).unwrap_err(),
            VdsError::NotSign1,
            "{tag}"
        );
    }
    for tag in [17, 18, 61] {
        let twice = tagged(tag, Value::Tag(61, Box::new(inside.clone())));
        assert!(parse(&twice).is_err(), "{tag}");
    }
}

#[test]
fn a_message_has_exactly_four_parts_of_their_types() {
    let parts = signed().into_array().unwrap();
    for len in 0..4 {
        let bytes = tagged(18, Value::Array(parts[..len].to_vec()));
        assert_eq!(
            parse(&bytes).unwrap_err(),
            VdsError::Malformed { part: "message" },
            "{len}"
        );
    }
    let five = [&parts[..], &[Value::Null]].concat();
    assert!(parse(&tagged(18, Value::Array(five))).is_err());
    for at in 0..4 {
        let mut parts = parts.clone();
        parts[at] = 1.into();
        assert!(parse(&tagged(18, Value::Array(parts))).is_err(), "{at}");
    }
}

#[test]
fn a_detached_payload_is_refused() {
    let mut parts = signed().into_array().unwrap();
    parts[2] = Value::Null;
    let refused = parse(&tagged(18, Value::Array(parts))).unwrap_err();
    assert_eq!(refused, VdsError::Malformed { part: "message" });
}

#[test]
fn kid_is_read_from_either_header_and_the_protected_one_wins() {
    let open_kid = || map([kid(b"open")]);
    let alone = || cbor(&map([alg(ES256)]));
    let cases = [
        (protected(), map([]), Some(KID)),
        (alone(), open_kid(), Some(&b"open"[..])),
        (protected(), open_kid(), Some(KID)),
        (alone(), map([]), None),
    ];
    for (protected, unprotected, expected) in cases {
        let bytes = message(protected, unprotected);
        assert_eq!(parse(&bytes).unwrap().kid(), expected);
        assert!(open(&hc1(&bytes)).is_ok());
    }
}

#[test]
fn an_empty_kid_is_refused() {
    let bytes = message(cbor(&map([alg(ES256), kid(b"")])), map([]));
    assert_eq!(
        parse(&bytes).unwrap_err(),
        VdsError::Malformed { part: "message" }
    );
}

#[test]
fn alg_is_read_from_either_header_and_must_be_one() {
    assert!(open(&hc1(&message(Vec::new(), map([alg(ES256)])))).is_ok());
    assert!(open(&hc1(&message(protected(), map([alg(ES256)])))).is_ok());
    let two = parse(&message(protected(), map([alg(PS256)]))).unwrap_err();
    assert_eq!(two, VdsError::HeaderRefused { parameter: "alg" });
    let none = parse(&message(Vec::new(), map([]))).unwrap_err();
    assert_eq!(none, VdsError::AlgorithmRefused);
}

#[test]
fn critical_parameters_are_refused_in_either_header() {
    let crit = (Value::from(2), Value::Array(vec![4.into()]));
    let refused = VdsError::HeaderRefused { parameter: "crit" };
    let inside = cbor(&map([alg(ES256), kid(KID), crit.clone()]));
    assert_eq!(parse(&message(inside, map([]))).unwrap_err(), refused);
    assert_eq!(parse(&message(protected(), map([crit]))).unwrap_err(), refused);
}

#[test]
fn the_protected_header_is_signed_and_the_unprotected_one_is_not() {
    let mut parts = signed().into_array().unwrap();
    parts[1] = map([kid(b"somebody")]);
    assert!(open(&hc1(&tagged(18, Value::Array(parts.clone())))).is_ok());
    parts[0] = Value::Bytes(cbor(&map([alg(ES256), kid(b"somebody")])));
    let refused = open(&hc1(&tagged(18, Value::Array(parts)))).unwrap_err();
    assert_eq!(refused, VdsError::Signature);
}

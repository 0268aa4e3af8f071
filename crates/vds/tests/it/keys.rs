//! Which key verifies what: the algorithm is checked against the kind of the trusted key, never the other way round.

use ciborium::Value;
use countersign_jose::{Algorithm, KeyType};
use countersign_vds::{UnverifiedVds, VdsError};

use crate::support::{
    ES256, Message, PS256, cbor, hc1, issuer, key, map, payload, person, public_key, tagged,
};

/// A message that names one algorithm and is signed with another.
fn labelled(label: impl Into<Value>, kind: KeyType, algorithm: Algorithm) -> Result<UnverifiedVds, VdsError> {
    let message = Message {
        protected: cbor(&map([(1.into(), label.into())])),
        ..Message::of(payload(person()))
    };
    UnverifiedVds::parse(&hc1(&tagged(18, message.signed(key(kind), algorithm))))
}

#[test]
fn another_key_of_the_same_kind_does_not_verify() {
    let parsed = labelled(ES256, KeyType::Rsa2048, Algorithm::Ps256).unwrap();
    assert_eq!(parsed.verify(issuer().public()), Err(VdsError::Signature));
}

#[test]
fn a_key_of_another_kind_or_curve_is_refused() {
    for kind in KeyType::ALL.into_iter().filter(|kind| *kind != KeyType::P256) {
        let parsed = labelled(ES256, KeyType::P256, Algorithm::Es256).unwrap();
        assert_eq!(
            parsed.verify(key(kind).public()),
            Err(VdsError::KeyRefused),
            "ES256, {kind}"
        );
    }
    for kind in [KeyType::P256, KeyType::P384, KeyType::P521, KeyType::Ed25519] {
        let parsed = labelled(PS256, KeyType::Rsa2048, Algorithm::Ps256).unwrap();
        assert_eq!(
            parsed.verify(key(kind).public()),
            Err(VdsError::KeyRefused),
            "PS256, {kind}"
        );
    }
}

#[test]
fn a_label_that_does_not_fit_the_signature_does_not_verify() {
    let parsed = labelled(PS256, KeyType::Rsa2048, Algorithm::Rs256).unwrap();
    assert_eq!(
        parsed.verify(key(KeyType::Rsa2048).public()),
        Err(VdsError::Signature)
    );
}

#[test]
fn algorithms_outside_the_set_are_refused_before_any_key() {
    // ES384, ES512, EdDSA, RS256, PS384, HS256, A128GCM, ES256K, a private one and texts.
    let labels = [-35, -36, -8, -257, -38, 5, 1, -47, -70_000];
    for label in labels
        .map(Value::from)
        .into_iter()
        .chain(["ES256".into(), "none".into()])
    {
        let refused = labelled(label.clone(), KeyType::P256, Algorithm::Es256).unwrap_err();
        assert_eq!(refused, VdsError::AlgorithmRefused, "{label:?}");
    }
    let unregistered = labelled(-999, KeyType::P256, Algorithm::Es256).unwrap_err();
    assert_eq!(unregistered, VdsError::HeaderUnregistered);
    let null = labelled(Value::Null, KeyType::P256, Algorithm::Es256).unwrap_err();
    assert_eq!(null, VdsError::Malformed { part: "message" });
}

#[test]
fn a_key_that_says_what_it_is_for_is_not_used_for_anything_else() {
    let verify = |member: &str, value: &str| {
        let mut jwk = serde_json::to_value(issuer().public().jwk()).unwrap();
        jwk[member] = value.into();
        let parsed = labelled(ES256, KeyType::P256, Algorithm::Es256).unwrap();
        parsed.verify(&public_key(&jwk)).map(drop)
    };
    assert_eq!(verify("use", "sig"), Ok(()));
    assert_eq!(verify("use", "enc"), Err(VdsError::KeyRefused));
}

use countersign_jose::{Jwk, JwkSet, KeyType, PrivateKey, UnverifiedJws, base64url, json as strict, sign};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{claims, key, pairs};

#[test]
fn every_single_bit_of_a_token_counts() {
    for (key, algorithm) in pairs() {
        let token = sign(key, algorithm, &json!({"kid": "k"}), &claims()).unwrap();
        for bit in 0..token.len() * 8 {
            let mut bytes = token.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            let Ok(changed) = UnverifiedJws::parse(&text) else {
                continue;
            };
            assert!(
                changed.verify(key.public(), algorithm).is_err(),
                "{algorithm}, bit {bit}"
            );
            let changed = UnverifiedJws::parse(&text).unwrap();
            assert!(
                changed.verify_onesid(key.public()).is_err(),
                "{algorithm}, bit {bit}"
            );
        }
    }
}

/// JSON values whose members often have the names that parsers look for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[A-Za-z0-9_-]{0,90}".prop_map(Value::from),
        prop_oneof![
            Just("RSA"),
            Just("EC"),
            Just("OKP"),
            Just("P-256"),
            Just("P-521"),
            Just("Ed25519"),
            Just("AQAB")
        ]
        .prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("kty"),
        Just("crv"),
        Just("x"),
        Just("y"),
        Just("n"),
        Just("e"),
        Just("alg"),
        Just("use"),
        Just("key_ops"),
        Just("kid"),
        Just("keys")
    ];
    leaf.prop_recursive(3, 24, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics_a_parser(text in any::<String>()) {
        let _ = UnverifiedJws::parse(&text);
        let _ = PrivateKey::from_pem(&text);
        let _ = base64url::decode(&text);
        let _ = strict::parse_object(text.as_bytes());
    }

    #[test]
    fn arbitrary_bytes_in_three_parts_never_panic(
        header in any::<Vec<u8>>(), payload in any::<Vec<u8>>(), signature in any::<Vec<u8>>()
    ) {
        let token = [header, payload, signature].map(|part| base64url::encode(&part)).join(".");
        if let Ok(token) = UnverifiedJws::parse(&token) {
            prop_assert!(token.verify_onesid(key(KeyType::P256).public()).is_err());
        }
    }

    #[test]
    fn arbitrary_signatures_are_refused_and_never_panic(
        signature in prop::collection::vec(any::<u8>(), 0..300), input in any::<Vec<u8>>()
    ) {
        for (key, algorithm) in pairs() {
            prop_assert!(key.public().verify(algorithm, &input, &signature).is_err());
            prop_assert!(key.public().verify_onesid(&input, &signature).is_err());
        }
    }

    #[test]
    fn a_damaged_private_key_never_panics(at in 0_usize..48, with in any::<u8>(), cut in 0_usize..64) {
        for kind in [KeyType::P256, KeyType::Ed25519, KeyType::Rsa2048] {
            let mut der = key(kind).to_pkcs8().to_vec();
            der[at] = with;
            der.truncate(der.len() - cut.min(der.len()));
            let _ = PrivateKey::from_pkcs8(&der);
        }
    }

    #[test]
    fn arbitrary_json_never_panics_a_key_parser(value in any_json()) {
        if let Ok(jwk) = Jwk::parse(&value) {
            let written = serde_json::to_value(&jwk).unwrap();
            prop_assert_eq!(Jwk::parse(&written).unwrap(), jwk);
        }
        let _ = JwkSet::parse(&value);
    }

    #[test]
    fn base64url_is_a_bijection(bytes in any::<Vec<u8>>(), text in "[A-Za-z0-9_-]{0,40}") {
        prop_assert_eq!(base64url::decode(&base64url::encode(&bytes)).unwrap(), bytes);
        if let Ok(decoded) = base64url::decode(&text) {
            prop_assert_eq!(base64url::encode(&decoded), text);
        }
    }

    #[test]
    fn strict_json_reads_what_serde_json_writes(value in any_json()) {
        let text = json!({"v": value}).to_string();
        let read = strict::parse_object(text.as_bytes()).unwrap();
        prop_assert_eq!(Value::Object(read), json!({"v": value}));
    }
}

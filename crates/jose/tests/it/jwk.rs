use countersign_jose::{Algorithm, Jwk, JwkError, JwkSet, JwkSetError, KeyType, PublicKey, base64url};
use serde_json::{Value, json};

use crate::support::key;

fn public(kind: KeyType) -> Value {
    serde_json::to_value(key(kind).public().jwk()).unwrap()
}

fn with(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    jwk
}

fn blamed(jwk: &Value) -> Option<&'static str> {
    Jwk::parse(jwk).expect_err("a bad key was accepted").member()
}

/// The key of RFC 7638 §3.1.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

#[test]
fn the_thumbprint_is_that_of_rfc_7638() {
    let jwk = json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"});
    let jwk = Jwk::parse(&jwk).unwrap();
    assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn the_thumbprint_of_an_ed25519_key_is_that_of_rfc_8037() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let jwk = Jwk::parse(&jwk).unwrap();
    assert_eq!(jwk.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_key_is_written_as_it_is_read() {
    for kind in KeyType::ALL {
        let jwk = key(kind).public().jwk().clone();
        let jwk = jwk.with_kid("k1".to_owned()).with_use_sig();
        let written = serde_json::to_value(&jwk).unwrap();
        assert_eq!(written["kid"], "k1");
        assert_eq!(written["use"], "sig");
        let read = Jwk::parse(&written).unwrap();
        assert_eq!(read, jwk);
        assert_eq!(read.thumbprint(), key(kind).public().jwk().thumbprint());
        assert_eq!(serde_json::from_value::<Jwk>(written).unwrap(), jwk);
        assert_eq!(PublicKey::from_jwk(&read).unwrap().key_type(), kind);
    }
}

#[test]
fn unknown_members_are_dropped() {
    let jwk = with(public(KeyType::P256), "ext", json!(true));
    let jwk = Jwk::parse(&with(jwk, "x5t", json!("abc"))).unwrap();
    assert_eq!(&jwk, key(KeyType::P256).public().jwk());
}

#[test]
fn short_coordinates_are_padded_to_the_same_key() {
    // A device drops leading zero bytes (onesid.md §2): look for a key that has one, and drop it likewise.
    for kind in [KeyType::P256, KeyType::P521] {
        let jwk = std::iter::repeat_with(|| countersign_jose::PrivateKey::generate(kind).unwrap())
            .map(|key| serde_json::to_value(key.public().jwk()).unwrap())
            .find(|jwk| base64url::decode(jwk["y"].as_str().unwrap()).unwrap()[0] == 0)
            .unwrap();
        let full = Jwk::parse(&jwk).unwrap();
        let y = base64url::decode(jwk["y"].as_str().unwrap()).unwrap();
        let short = with(jwk, "y", json!(base64url::encode(&y[1..])));
        let read = Jwk::parse(&short).unwrap();
        assert_eq!(read, full);
        assert_eq!(read.thumbprint(), full.thumbprint());
    }
}

#[test]
fn the_label_es521_is_read_as_es512_and_written_so() {
    let jwk = Jwk::parse(&with(public(KeyType::P521), "alg", json!("ES521"))).unwrap();
    assert_eq!(jwk.alg(), Some(Algorithm::Es512));
    assert_eq!(serde_json::to_value(&jwk).unwrap()["alg"], "ES512");
    assert_eq!(
        blamed(&with(public(KeyType::P256), "alg", json!("ES521"))),
        Some("alg")
    );
}

#[test]
fn an_alg_that_does_not_fit_the_key_is_refused() {
    for (kind, alg) in [
        (KeyType::P256, "ES384"),
        (KeyType::P384, "ES256"),
        (KeyType::P256, "RS256"),
        (KeyType::Rsa2048, "ES256"),
        (KeyType::Ed25519, "ES256"),
        (KeyType::Rsa2048, "EdDSA"),
        (KeyType::Rsa2048, "RS512"),
        (KeyType::Rsa2048, "RSA-OAEP"),
        (KeyType::Rsa2048, "rs256"),
        (KeyType::Rsa2048, "HS256"),
        (KeyType::Rsa2048, "none"),
    ] {
        assert_eq!(
            blamed(&with(public(kind), "alg", json!(alg))),
            Some("alg"),
            "{kind} {alg}"
        );
    }
}

#[test]
fn private_members_are_refused_by_name() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for kind in KeyType::ALL {
            let error = Jwk::parse(&with(public(kind), member, Value::Null)).unwrap_err();
            assert_eq!(error, JwkError::Private { member });
        }
    }
    assert_eq!(
        Jwk::parse(&json!({"kty": "oct", "k": "AAAA"})),
        Err(JwkError::Private { member: "k" })
    );
}

#[test]
fn each_missing_or_mistyped_member_is_named() {
    for kind in KeyType::ALL {
        let jwk = public(kind);
        for member in jwk.as_object().unwrap().keys() {
            let mut missing = jwk.clone();
            missing.as_object_mut().unwrap().remove(member);
            assert_eq!(blamed(&missing), Some(member.as_str()));
            for wrong in [
                json!(1),
                json!(null),
                json!(""),
                json!(["a"]),
                json!("A A"),
                json!("AA=="),
            ] {
                assert_eq!(blamed(&with(jwk.clone(), member, wrong)), Some(member.as_str()));
            }
        }
    }
    assert_eq!(Jwk::parse(&json!([])), Err(JwkError::NotAnObject));
}

#[test]
fn oversize_members_are_refused_by_name() {
    let long = json!("A".repeat(5000));
    for (kind, member) in [
        (KeyType::Rsa2048, "n"),
        (KeyType::Rsa2048, "e"),
        (KeyType::P256, "x"),
        (KeyType::P256, "y"),
        (KeyType::Ed25519, "x"),
        (KeyType::P256, "kid"),
        (KeyType::P256, "use"),
        (KeyType::P256, "key_ops"),
    ] {
        assert_eq!(blamed(&with(public(kind), member, long.clone())), Some(member));
    }
    let ops: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(
        blamed(&with(public(KeyType::P256), "key_ops", json!(ops))),
        Some("key_ops")
    );
    assert_eq!(
        blamed(&with(
            public(KeyType::P256),
            "key_ops",
            json!(["verify", "verify"])
        )),
        Some("key_ops")
    );
}

#[test]
fn points_off_the_curve_and_of_another_curve_are_refused() {
    for kind in [KeyType::P256, KeyType::P384, KeyType::P521] {
        let jwk = public(kind);
        let mut y = base64url::decode(jwk["y"].as_str().unwrap()).unwrap();
        *y.last_mut().unwrap() ^= 1;
        assert_eq!(
            blamed(&with(jwk.clone(), "y", json!(base64url::encode(&y)))),
            Some("x")
        );
        let zero = with(with(jwk.clone(), "x", json!("AA")), "y", json!("AA"));
        assert_eq!(blamed(&zero), Some("x"));
        let x = base64url::decode(jwk["x"].as_str().unwrap()).unwrap();
        let long = base64url::encode(&[vec![0], x].concat());
        assert_eq!(blamed(&with(jwk.clone(), "x", json!(long))), Some("x"));
        for crv in ["P-256", "P-384", "P-521"] {
            if jwk["crv"] != crv {
                assert_eq!(blamed(&with(jwk.clone(), "crv", json!(crv))), Some("x"));
            }
        }
        assert_eq!(blamed(&with(jwk.clone(), "crv", json!("secp256k1"))), Some("crv"));
    }
    for crv in ["Ed448", "X25519", "ed25519"] {
        assert_eq!(
            blamed(&with(public(KeyType::Ed25519), "crv", json!(crv))),
            Some("crv")
        );
    }
}

#[test]
fn rsa_numbers_outside_the_bounds_are_refused() {
    let odd = |bytes: usize| base64url::encode(&[vec![0x80; bytes - 1], vec![1]].concat());
    let rsa = |n: String, e: &str| json!({"kty": "RSA", "n": n, "e": e});
    assert!(Jwk::parse(&rsa(odd(256), "AQAB")).is_ok());
    assert!(Jwk::parse(&rsa(odd(512), "AQAB")).is_ok());
    assert_eq!(blamed(&rsa(odd(255), "AQAB")), Some("n"));
    assert_eq!(blamed(&rsa(odd(513), "AQAB")), Some("n"));
    let short_by_a_bit = base64url::encode(&[vec![0x7f], vec![1; 255]].concat());
    assert_eq!(blamed(&rsa(short_by_a_bit, "AQAB")), Some("n"));
    assert_eq!(blamed(&rsa(base64url::encode(&[0x80; 256]), "AQAB")), Some("n"));
    let padded = base64url::encode(&[vec![0], vec![0x81; 256]].concat());
    assert_eq!(blamed(&rsa(padded, "AQAB")), Some("n"));
    for e in ["AQ", "Aw", "AA", "AQAA", "AAEAAQ", "AQAAAAE"] {
        assert_eq!(blamed(&rsa(odd(256), e)), Some("e"), "{e}");
    }
    assert!(Jwk::parse(&rsa(odd(256), "_____w")).is_ok());
}

#[test]
fn a_set_keeps_its_order_and_finds_by_kid() {
    let keys = [KeyType::Rsa2048, KeyType::P256, KeyType::Ed25519]
        .map(|kind| key(kind).public().jwk().clone().with_kid(kind.to_string()));
    let set = JwkSet::new(keys.to_vec()).unwrap();
    let written = serde_json::to_value(&set).unwrap();
    assert_eq!(written["keys"][0]["kid"], "RSA:2048");
    let read = JwkSet::parse(&written).unwrap();
    assert_eq!(read, set);
    assert_eq!(read.find("ECC:p256"), Some(&keys[1]));
    assert_eq!(read.find("other"), None);
    assert_eq!(JwkSet::parse(&json!({"keys": []})).unwrap().keys(), []);
}

#[test]
fn a_set_that_is_ambiguous_or_holds_a_bad_key_is_refused() {
    let jwk = with(public(KeyType::P256), "kid", json!("same"));
    let other = with(public(KeyType::P384), "kid", json!("same"));
    assert_eq!(
        JwkSet::parse(&json!({"keys": [jwk, other]})),
        Err(JwkSetError::DuplicateKid)
    );
    let bad = JwkSet::parse(&json!({"keys": [jwk, {"kty": "oct", "k": "AA"}]}));
    assert_eq!(
        bad,
        Err(JwkSetError::Key {
            index: 1,
            source: JwkError::Private { member: "k" }
        })
    );
    let many = vec![public(KeyType::P256); 33];
    assert_eq!(
        JwkSet::parse(&json!({"keys": many})),
        Err(JwkSetError::TooMany { max: 32 })
    );
    for no_set in [json!({}), json!([]), json!({"keys": {}}), jwk] {
        assert_eq!(JwkSet::parse(&no_set), Err(JwkSetError::NotASet));
    }
}

#[test]
fn the_size_of_an_rsa_key_is_rounded_down_to_a_key_type() {
    for (bytes, kind) in [
        (256, KeyType::Rsa2048),
        (383, KeyType::Rsa2048),
        (512, KeyType::Rsa3072),
    ] {
        let n = base64url::encode(&[vec![0x80; bytes - 1], vec![1]].concat());
        let jwk = Jwk::parse(&json!({"kty": "RSA", "n": n, "e": "AQAB"})).unwrap();
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap().key_type(), kind);
    }
}

#[test]
fn ed25519_points_of_small_order_are_refused() {
    let blame = |mut x: Vec<u8>, sign: u8| {
        x[31] |= sign;
        blamed(&json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&x)}))
    };
    let order_8 = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    let around_p = |low: u8| [vec![low], vec![0xff; 30], vec![0x7f]].concat();
    for sign in [0, 0x80] {
        for low in [0, 1] {
            assert_eq!(blame([vec![low], vec![0; 31]].concat(), sign), Some("x"));
        }
        for low in 0xec..=0xee {
            assert_eq!(blame(around_p(low), sign), Some("x"));
        }
        for x in order_8 {
            assert_eq!(blame(base64url::decode(x).unwrap(), sign), Some("x"));
        }
    }
}

#[test]
fn the_library_alone_would_take_a_signature_of_a_small_order_key_for_any_message() {
    // The reason for the refusal: A = R = the neutral element, S = 0.
    let neutral = [vec![1], vec![0; 31]].concat();
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, &neutral);
    let signature = [neutral.clone(), vec![0; 32]].concat();
    for message in ["approve 1", "approve 1000000"] {
        key.verify(message.as_bytes(), &signature).unwrap();
    }
}

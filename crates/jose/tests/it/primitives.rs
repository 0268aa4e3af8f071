use countersign_jose::aead::SealingKey;
use countersign_jose::{base64url, hash, jcs};
use serde_json::json;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

#[test]
fn base64url_has_one_spelling_for_each_byte_string() {
    assert_eq!(base64url::encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
    assert_eq!(base64url::decode("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
    assert!(base64url::decode("").unwrap().is_empty());
    for text in [
        "A", "AA=", "AA==", "A A", " AA", "AA\n", "+-AA", "//", "AB", "AAB", "AAAAA", "ÄÄ",
    ] {
        assert!(base64url::decode(text).is_err(), "{text}");
    }
}

#[test]
fn sha256_is_that_of_fips_180() {
    let expected = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(hash::sha256(b"abc"), *expected);
}

#[test]
fn sha384_and_sha512_are_those_of_fips_180() {
    let start = |digest: &[u8]| digest[..4].to_vec();
    assert_eq!(start(&hash::sha384(b"abc")), [0xcb, 0x00, 0x75, 0x3f]);
    assert_eq!(start(&hash::sha512(b"abc")), [0xdd, 0xaf, 0x35, 0xa1]);
}

#[test]
fn hmac_sha256_is_that_of_rfc_4231_case_2() {
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(
        hash::hmac_sha256(b"Jefe", b"what do ya want for nothing?"),
        *expected
    );
}

#[test]
fn hkdf_sha256_is_that_of_rfc_5869_case_1_and_bounded() {
    let (salt, info) = (hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"));
    let expected =
        hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assert_eq!(
        *hash::hkdf_sha256(&[0x0b; 22], &salt, &info, 42).unwrap(),
        expected
    );
    assert_eq!(hash::hkdf_sha256(b"k", b"", b"", 8160).unwrap().len(), 8160);
    assert!(hash::hkdf_sha256(b"k", b"", b"", 8161).is_err());
}

#[test]
fn constant_time_equality_is_equality() {
    assert!(hash::ct_eq(b"", b""));
    assert!(hash::ct_eq(b"same", b"same"));
    assert!(!hash::ct_eq(b"same", b"samE"));
    assert!(!hash::ct_eq(b"same", b"sam"));
}

#[test]
fn sealing_is_aes_256_gcm() {
    // NIST GCM test case 14: zero key, zero nonce, sixteen zero bytes.
    let sealed = SealingKey::new([0; 32]).seal(b"", &[0; 16], [0; 12]).unwrap();
    let expected = hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    assert_eq!(sealed, [vec![0; 12], expected].concat());
}

#[test]
fn what_was_sealed_opens_only_with_the_same_key_and_context_and_unchanged() {
    let key = SealingKey::new([7; 32]);
    let sealed = key.seal(b"keys/1", b"secret", [9; 12]).unwrap();
    assert_eq!(sealed.len(), 6 + 28);
    assert_eq!(*key.open(b"keys/1", &sealed).unwrap(), b"secret");
    assert!(key.open(b"keys/2", &sealed).is_err());
    assert!(SealingKey::new([8; 32]).open(b"keys/1", &sealed).is_err());
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(key.open(b"keys/1", &changed).is_err());
    }
    for len in 0..sealed.len() {
        assert!(key.open(b"keys/1", &sealed[..len]).is_err());
    }
    assert_eq!(format!("{key:?}"), "SealingKey(..)");
}

#[test]
fn canonical_json_is_that_of_rfc_8785() {
    // The sample of §3.2.2 to §3.2.4.
    let text = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                    \"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    assert_eq!(
        String::from_utf8(jcs::canonicalize(&value).unwrap()).unwrap(),
        expected
    );
}

#[test]
fn canonical_json_sorts_names_by_utf_16_units() {
    let value =
        json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
    let expected =
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
    assert_eq!(
        String::from_utf8(jcs::canonicalize(&value).unwrap()).unwrap(),
        expected
    );
}

#[test]
fn what_has_no_canonical_form_is_refused() {
    assert!(jcs::canonicalize(&f64::NAN).is_err());
    assert!(jcs::canonicalize(&f64::INFINITY).is_err());
    assert!(jcs::canonicalize(&json!({"a": 1_u64 << 53})).is_ok());
    assert!(jcs::canonicalize(&json!({"a": -(1_i64 << 53)})).is_ok());
    assert!(jcs::canonicalize(&json!({"a": [(1_u64 << 53) + 1]})).is_err());
    assert!(jcs::canonicalize(&json!({"a": {"b": i64::MIN}})).is_err());
}

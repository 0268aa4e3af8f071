//! The quirks of deployed devices (onesid.md §4) that the strict path refuses.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm,
};
use countersign_jose::{Algorithm, JwsError, KeyType, PrivateKey, SignatureError, UnverifiedJws, base64url};

use crate::openssl::OpenSsl;
use crate::support::{handmade, key};

const RS256: &str = r#"{"alg": "RS256", "typ": "JWT", "exp": 4102444800, "nbf": 1, "iat": 1}"#;

fn with_signature(header: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(b"{}")
    );
    format!("{input}.{}", base64url::encode(&sign(input.as_bytes())))
}

fn accepted(token: &str, key: &PrivateKey) -> bool {
    UnverifiedJws::parse(token)
        .unwrap()
        .verify_onesid(key.public())
        .is_ok()
}

#[test]
fn the_registered_key_decides_whatever_the_label_says() {
    for (kind, algorithm) in [
        (KeyType::Rsa2048, Algorithm::Rs256),
        (KeyType::Rsa3072, Algorithm::Rs256),
        (KeyType::P256, Algorithm::Es256),
        (KeyType::P384, Algorithm::Es384),
        (KeyType::P521, Algorithm::Es512),
    ] {
        for label in ["RS256", "ES256", "ES384", "ES512", "ES521"] {
            let token = handmade(&RS256.replace("RS256", label), b"{}", key(kind), algorithm);
            assert!(accepted(&token, key(kind)), "{kind} {label}");
            for other in KeyType::ALL.into_iter().filter(|other| *other != kind) {
                assert!(!accepted(&token, key(other)), "{kind} {label} by {other}");
            }
        }
    }
}

#[test]
fn other_labels_other_paddings_and_ed25519_are_refused() {
    for label in ["none", "HS256", "PS256", "EdDSA", "RS512", "rs256"] {
        let token = handmade(
            &RS256.replace("RS256", label),
            b"{}",
            key(KeyType::Rsa2048),
            Algorithm::Rs256,
        );
        let error = UnverifiedJws::parse(&token)
            .unwrap()
            .verify_onesid(key(KeyType::Rsa2048).public());
        assert_eq!(error.unwrap_err(), JwsError::AlgorithmMismatch);
    }
    let pss = handmade(RS256, b"{}", key(KeyType::Rsa2048), Algorithm::Ps256);
    assert!(!accepted(&pss, key(KeyType::Rsa2048)));
    let token = handmade(RS256, b"{}", key(KeyType::Ed25519), Algorithm::EdDsa);
    let error = UnverifiedJws::parse(&token)
        .unwrap()
        .verify_onesid(key(KeyType::Ed25519).public());
    assert_eq!(
        error.unwrap_err(),
        JwsError::Signature(SignatureError::KeyRefused)
    );
}

#[test]
fn der_signatures_of_tpms_are_accepted_here_and_refused_by_the_strict_path() {
    let cases: [(KeyType, &'static EcdsaSigningAlgorithm); 3] = [
        (KeyType::P256, &ECDSA_P256_SHA256_ASN1_SIGNING),
        (KeyType::P384, &ECDSA_P384_SHA384_ASN1_SIGNING),
        (KeyType::P521, &ECDSA_P521_SHA512_ASN1_SIGNING),
    ];
    for (kind, signing) in cases {
        let pair = EcdsaKeyPair::from_pkcs8(signing, &key(kind).to_pkcs8()).unwrap();
        let der = |input: &[u8]| pair.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec();
        assert!(accepted(&with_signature(RS256, der), key(kind)));
        let trailing = |input: &[u8]| [der(input), vec![0]].concat();
        assert!(!accepted(&with_signature(RS256, trailing), key(kind)));
        let algorithm = key(kind).public().natural_algorithm();
        let token = with_signature(&format!(r#"{{"alg":"{algorithm}"}}"#), der);
        let strict = UnverifiedJws::parse(&token)
            .unwrap()
            .verify(key(kind).public(), algorithm);
        assert_eq!(strict.unwrap_err(), JwsError::Signature(SignatureError::Invalid));
    }
}

#[test]
fn p384_with_sha256_is_accepted_in_both_encodings_and_only_here() {
    let Some(openssl) = OpenSsl::find() else { return };
    let key = key(KeyType::P384);
    let der = |input: &[u8]| openssl.sign(key, "-sha256", &[], input);
    let raw = |input: &[u8]| raw_of(&der(input), 48);
    for token in [with_signature(RS256, der), with_signature(RS256, raw)] {
        assert!(accepted(&token, key));
    }
    let token = with_signature(r#"{"alg":"ES384"}"#, raw);
    assert!(
        UnverifiedJws::parse(&token)
            .unwrap()
            .verify(key.public(), Algorithm::Es384)
            .is_err()
    );
    // The mistake is known of P-384 only.
    let p521 = crate::support::key(KeyType::P521);
    let token = with_signature(RS256, |input| openssl.sign(p521, "-sha256", &[], input));
    assert!(!accepted(&token, p521));
}

/// r‖s of a DER signature whose lengths take one byte each.
fn raw_of(der: &[u8], len: usize) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
        [vec![0; len - digits.len()], digits].concat()
    };
    let r_len = usize::from(der[3]);
    let (r, s) = (&der[4..4 + r_len], &der[6 + r_len..]);
    [number(r), number(s)].concat()
}

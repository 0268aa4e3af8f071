//! The JWT attack list as far as it concerns the signature layer (RFC 8725, jwt_tool, OAuch).

use countersign_jose::{
    Algorithm, Jwk, JwkError, JwsError, KeyType, MAX_COMPACT_LEN, PublicKey, SignatureError, UnverifiedJws,
    base64url, hash, public_pem, sign,
};
use serde_json::{Value, json};

use crate::support::{claims, handmade, key};

const ES256: &str = r#"{"alg":"ES256"}"#;

fn refused(token: &str) -> JwsError {
    let key = key(KeyType::P256).public();
    match UnverifiedJws::parse(token) {
        Err(error) => error,
        Ok(token) => token
            .verify(key, Algorithm::Es256)
            .expect_err("an attack was accepted"),
    }
}

fn header_refused(header: &str) -> JwsError {
    refused(&handmade(header, b"{}", key(KeyType::P256), Algorithm::Es256))
}

fn parts() -> (String, String, String) {
    let token = handmade(ES256, b"{}", key(KeyType::P256), Algorithm::Es256);
    let mut parts = token.split('.').map(str::to_owned);
    (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    )
}

#[test]
fn the_handmade_token_itself_is_accepted() {
    let (header, payload, signature) = parts();
    let token = UnverifiedJws::parse(&format!("{header}.{payload}.{signature}")).unwrap();
    token
        .verify(key(KeyType::P256).public(), Algorithm::Es256)
        .unwrap();
}

#[test]
fn none_is_refused_in_every_spelling_with_and_without_a_signature() {
    for alg in ["none", "None", "NONE", "nOnE"] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        assert_eq!(header_refused(&header), JwsError::AlgorithmMismatch);
        let bare = format!(
            "{}.{}.",
            base64url::encode(header.as_bytes()),
            base64url::encode(b"{}")
        );
        assert_eq!(refused(&bare), JwsError::Unsigned);
        let unverified = UnverifiedJws::parse(&format!("{bare}AA")).unwrap();
        let result = unverified.verify_onesid(key(KeyType::P256).public());
        assert_eq!(result.unwrap_err(), JwsError::AlgorithmMismatch);
    }
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let (header, payload, _) = parts();
    assert_eq!(refused(&format!("{header}.{payload}.")), JwsError::Unsigned);
    assert_eq!(refused(&format!("{header}.{payload}")), JwsError::NotCompact);
}

#[test]
fn anything_but_three_parts_is_refused() {
    let (header, payload, signature) = parts();
    for token in [
        String::new(),
        ".".to_owned(),
        header.clone(),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{header}..{payload}.{signature}"),
        json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
    ] {
        assert_eq!(refused(&token), JwsError::NotCompact, "{token}");
    }
    for token in ["..", &format!("{header}.{payload}.{signature}.")] {
        assert!(
            matches!(refused(token), JwsError::Unsigned | JwsError::NotCompact),
            "{token}"
        );
    }
}

#[test]
fn an_hmac_with_the_public_key_as_secret_is_refused() {
    let public = key(KeyType::Rsa2048).public();
    let pem = public_pem(public);
    let jwk = serde_json::to_string(public.jwk()).unwrap();
    for secret in [
        pem.as_bytes(),
        pem.trim_end().as_bytes(),
        public.spki_der(),
        jwk.as_bytes(),
        b"",
    ] {
        for alg in ["HS256", "RS256"] {
            let header = json!({"alg": alg}).to_string();
            let input = format!(
                "{}.{}",
                base64url::encode(header.as_bytes()),
                base64url::encode(b"{}")
            );
            let mac = hash::hmac_sha256(secret, input.as_bytes());
            let token = UnverifiedJws::parse(&format!("{input}.{}", base64url::encode(&mac))).unwrap();
            assert!(token.verify(public, Algorithm::Rs256).is_err());
        }
    }
}

#[test]
fn psychic_ecdsa_signatures_are_refused() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32)
        .map(|i| u8::from_str_radix(&order[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    let zero = vec![0; 32];
    let one = [vec![0; 31], vec![1]].concat();
    let public = key(KeyType::P256).public();
    let numbers = [&zero, &one, &order];
    for r in numbers {
        for s in numbers {
            let signature = [r.as_slice(), s.as_slice()].concat();
            assert_eq!(
                public.verify(Algorithm::Es256, b"x", &signature),
                Err(SignatureError::Invalid)
            );
            assert_eq!(
                public.verify_onesid(b"x", &signature),
                Err(SignatureError::Invalid)
            );
        }
    }
    // The same as DER: SEQUENCE { 0, 0 }.
    assert!(public.verify_onesid(b"x", &[0x30, 6, 2, 1, 0, 2, 1, 0]).is_err());
}

#[test]
fn zero_signatures_of_every_key_are_refused() {
    for (key, algorithm) in crate::support::pairs() {
        let len = key.sign(algorithm, b"x").unwrap().len();
        for signature in [vec![0; len], vec![0xff; len], Vec::new()] {
            assert!(key.public().verify(algorithm, b"x", &signature).is_err());
        }
    }
}

#[test]
fn a_key_that_comes_with_the_token_is_never_used() {
    let attacker = key(KeyType::P256);
    let victim = countersign_jose::PrivateKey::generate(KeyType::P256).unwrap();
    for member in ["jwk", "jku", "x5u", "x5c"] {
        let header = json!({"alg": "ES256", member: attacker.public().jwk()}).to_string();
        let token = handmade(&header, b"{}", attacker, Algorithm::Es256);
        let unverified = UnverifiedJws::parse(&token).unwrap();
        assert!(unverified.header().extra().contains_key(member));
        let error = unverified.verify(victim.public(), Algorithm::Es256).unwrap_err();
        assert_eq!(error, JwsError::Signature(SignatureError::Invalid));
    }
}

#[test]
fn hostile_key_ids_are_inert_text() {
    for kid in [
        "../../dev/null",
        "' OR 1=1 --",
        "a\0b",
        "https://attacker.example/k",
    ] {
        let header = json!({"alg": "ES256", "kid": kid}).to_string();
        let token = handmade(&header, b"{}", key(KeyType::P256), Algorithm::Es256);
        assert_eq!(UnverifiedJws::parse(&token).unwrap().header().kid(), Some(kid));
    }
    assert_eq!(
        header_refused(r#"{"alg":"ES256","kid":""}"#),
        JwsError::HeaderMember { member: "kid" }
    );
    assert_eq!(
        header_refused(r#"{"alg":"ES256","kid":7}"#),
        JwsError::HeaderMember { member: "kid" }
    );
}

#[test]
fn members_that_change_what_is_signed_are_refused() {
    for (member, header) in [
        ("crit", r#"{"alg":"ES256","crit":["exp"],"exp":1}"#),
        ("crit", r#"{"alg":"ES256","crit":[]}"#),
        ("crit", r#"{"alg":"ES256","crit":null}"#),
        ("b64", r#"{"alg":"ES256","b64":false}"#),
        ("b64", r#"{"alg":"ES256","b64":true}"#),
        ("zip", r#"{"alg":"ES256","zip":"DEF"}"#),
    ] {
        assert_eq!(header_refused(header), JwsError::HeaderRefused { member });
    }
}

#[test]
fn a_header_that_two_readers_could_read_differently_is_refused() {
    for header in [
        r#"{"alg":"ES256","alg":"none"}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","\u0061lg":"none"}"#,
        r#"{"alg":"ES256","x":{"y":1,"y":2}}"#,
        r#"["ES256"]"#,
        r#""ES256""#,
        r#"{"alg":"ES256"}{}"#,
        r#"{"alg":"ES256",}"#,
        "",
    ] {
        assert!(matches!(header_refused(header), JwsError::Header(_)), "{header}");
    }
    for header in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"alg":""}"#,
    ] {
        assert_eq!(header_refused(header), JwsError::HeaderMember { member: "alg" });
    }
}

#[test]
fn claims_that_two_readers_could_read_differently_are_refused() {
    for payload in [
        br#"{"sub":"a","sub":"b"}"#.as_slice(),
        br#"{"a":{"sub":"a","sub":"b"}}"#,
        br#"["sub"]"#,
        b"",
        b"{\"sub\":\"\xff\"}",
        &[b"{\"a\":".repeat(40), b"1".to_vec(), b"}".repeat(40)].concat(),
        &[b"{\"a\":".to_vec(), b"[".repeat(20_000)].concat(),
    ] {
        let token = handmade(ES256, payload, key(KeyType::P256), Algorithm::Es256);
        let unverified = UnverifiedJws::parse(&token).unwrap();
        assert!(matches!(
            unverified.unverified_claims::<Value>(),
            Err(JwsError::Claims(_))
        ));
        let verified = unverified
            .verify(key(KeyType::P256).public(), Algorithm::Es256)
            .unwrap();
        assert!(matches!(verified.claims::<Value>(), Err(JwsError::Claims(_))));
    }
}

#[test]
fn a_second_spelling_of_a_signed_token_is_refused() {
    let (header, payload, signature) = parts();
    for (h, p, s) in [
        (format!("{header}="), payload.clone(), signature.clone()),
        (header.clone(), format!("{payload}="), signature.clone()),
        (header.clone(), payload.clone(), format!("{signature}==")),
        (format!(" {header}"), payload.clone(), signature.clone()),
        (header.clone(), format!("{payload}\n"), signature.clone()),
        (header.clone(), payload.clone(), format!("{signature}\r\n")),
        (header.clone(), payload.clone(), format!("{signature} ")),
        (header.clone(), payload.clone(), format!("{signature}\0")),
        (
            header.clone(),
            payload.clone(),
            signature.replace(['-', '_'], "+") + "+",
        ),
    ] {
        assert!(matches!(
            refused(&format!("{h}.{p}.{s}")),
            JwsError::Base64 { .. }
        ));
    }
    // A signature of 64 bytes has 86 characters, and the last one carries four unused bits.
    let last = signature.chars().last().unwrap();
    let loose = signature[..85].to_owned() + if last == 'A' { "B" } else { "A" };
    assert!(matches!(
        refused(&format!("{header}.{payload}.{loose}")),
        JwsError::Base64 { .. } | JwsError::Signature(_)
    ));
    let bits = base64url::decode(&signature).unwrap()[63] & 0b11;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let loose = &alphabet[usize::from(bits << 4 | 1)..][..1];
    let spelling = format!("{header}.{payload}.{}{loose}", &signature[..85]);
    assert!(matches!(
        refused(&spelling),
        JwsError::Base64 {
            part: "signature",
            ..
        }
    ));
}

#[test]
fn a_megabyte_is_refused_before_it_is_decoded() {
    let (header, _, signature) = parts();
    let payload = "A".repeat(1024 * 1024);
    assert_eq!(
        refused(&format!("{header}.{payload}.{signature}")),
        JwsError::TooLarge
    );
    let fits = "A".repeat(MAX_COMPACT_LEN - header.len() - signature.len() - 2);
    let fits = fits[..fits.len() / 4 * 4].to_owned();
    let error = refused(&format!("{header}.{fits}.{signature}"));
    assert_eq!(error, JwsError::Signature(SignatureError::Invalid));
    let big = json!({"big": "x".repeat(MAX_COMPACT_LEN)});
    let result = sign(key(KeyType::P256), Algorithm::Es256, &json!({}), &big);
    assert_eq!(result, Err(JwsError::TooLarge));
}

#[test]
fn a_signature_of_another_algorithm_of_the_same_key_is_refused() {
    let key = key(KeyType::Rsa2048);
    for (label, made, asked) in [
        ("RS256", Algorithm::Ps256, Algorithm::Rs256),
        ("PS256", Algorithm::Rs256, Algorithm::Ps256),
        ("PS256", Algorithm::Ps256, Algorithm::Rs256),
        ("RS256", Algorithm::Rs256, Algorithm::Ps256),
    ] {
        let token = handmade(&json!({"alg": label}).to_string(), b"{}", key, made);
        assert!(
            UnverifiedJws::parse(&token)
                .unwrap()
                .verify(key.public(), asked)
                .is_err()
        );
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    for (signer, algorithm) in crate::support::pairs() {
        let token = sign(signer, algorithm, &json!({}), &claims()).unwrap();
        for kind in KeyType::ALL.into_iter().filter(|kind| *kind != signer.key_type()) {
            let result = UnverifiedJws::parse(&token)
                .unwrap()
                .verify(key(kind).public(), algorithm);
            assert!(matches!(result, Err(JwsError::Signature(_))));
        }
    }
}

#[test]
fn a_key_only_verifies_the_algorithm_and_the_use_it_is_registered_for() {
    let rsa = key(KeyType::Rsa2048);
    let input = b"input";
    let base = serde_json::to_value(rsa.public().jwk()).unwrap();
    let signature = rsa.sign(Algorithm::Rs256, input).unwrap();
    for (member, value) in [
        ("alg", json!("PS256")),
        ("use", json!("enc")),
        ("use", json!("SIG")),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
    ] {
        let mut jwk = base.clone();
        jwk[member] = value;
        let key = PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap();
        assert!(!key.supports(Algorithm::Rs256));
        assert_eq!(
            key.verify(Algorithm::Rs256, input, &signature),
            Err(SignatureError::KeyRefused)
        );
        assert_eq!(
            key.verify_onesid(input, &signature),
            Err(SignatureError::KeyRefused)
        );
    }
    let mut jwk = base;
    jwk["alg"] = json!("RS256");
    jwk["use"] = json!("sig");
    jwk["key_ops"] = json!(["verify", "sign"]);
    let key = PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap();
    key.verify(Algorithm::Rs256, input, &signature).unwrap();
}

#[test]
fn an_rsa_key_of_1024_bits_is_no_key() {
    let n = base64url::encode(&[0xff; 128]);
    let error = Jwk::parse(&json!({"kty": "RSA", "n": n, "e": "AQAB"})).unwrap_err();
    assert_eq!(
        error,
        JwkError::Invalid {
            member: "n",
            reason: "has fewer than 2048 bits"
        }
    );
}

#[test]
fn the_signer_cannot_be_talked_into_another_header() {
    for member in ["alg", "crit", "b64", "zip"] {
        let result = sign(
            key(KeyType::P256),
            Algorithm::Es256,
            &json!({member: "none"}),
            &claims(),
        );
        assert_eq!(result, Err(JwsError::HeaderRefused { member }));
    }
    let result = sign(key(KeyType::P256), Algorithm::Rs256, &json!({}), &claims());
    assert_eq!(result, Err(JwsError::Signature(SignatureError::KeyRefused)));
    assert_eq!(
        sign(key(KeyType::P256), Algorithm::Es256, &json!([]), &claims()),
        Err(JwsError::Serialize)
    );
    assert_eq!(
        sign(key(KeyType::P256), Algorithm::Es256, &json!({}), &"text"),
        Err(JwsError::Serialize)
    );
}

#[test]
fn debug_output_holds_no_token_and_no_key() {
    let token = handmade(
        ES256,
        br#"{"secret":"claim"}"#,
        key(KeyType::P256),
        Algorithm::Es256,
    );
    let unverified = UnverifiedJws::parse(&token).unwrap();
    let signature = token.rsplit('.').next().unwrap();
    assert!(!format!("{unverified:?}").contains(signature));
    let shown = format!("{:?}", key(KeyType::Ed25519));
    assert!(shown.contains(&key(KeyType::Ed25519).public().jwk().thumbprint()));
    let seed = &key(KeyType::Ed25519).to_pkcs8()[16..];
    assert!(!shown.contains(&base64url::encode(seed)));
}

#[test]
fn a_refused_claim_is_named_if_missing_and_never_quoted() {
    #[derive(Debug)]
    struct Claims;
    impl<'de> serde::Deserialize<'de> for Claims {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let members = <std::collections::BTreeMap<String, String>>::deserialize(deserializer)?;
            members
                .get("jti")
                .map(|_| Self)
                .ok_or(serde::de::Error::missing_field("jti"))
        }
    }
    for (payload, told) in [
        (r#"{"iss":"a"}"#, "missing field `jti`"),
        (r#"{"jti":31337}"#, "a claim has an unexpected value"),
    ] {
        let token = handmade(ES256, payload.as_bytes(), key(KeyType::P256), Algorithm::Es256);
        let error = UnverifiedJws::parse(&token)
            .unwrap()
            .unverified_claims::<Claims>()
            .unwrap_err();
        assert_eq!(error, JwsError::ClaimsForm(told.to_owned()));
    }
}

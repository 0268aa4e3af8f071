//! The Wycheproof JOSE vectors. A vector is `outside` by one rule: its key, or the label of a token that the file calls
//! valid, is not of our closed set. Such tokens must be refused too. Nothing is left out.

use countersign_jose::{Algorithm, Jwk, JwkSet, PublicKey, UnverifiedJws, base64url};
use serde_json::Value;

use crate::support::wycheproof;

#[derive(Debug, Default, PartialEq)]
struct Count {
    accepted: usize,
    rejected: usize,
    outside: usize,
}

#[test]
fn json_web_signature_vectors_give_the_expected_result() {
    run(
        "json_web_signature_test.json",
        &Count {
            accepted: 18,
            rejected: 308,
            outside: 75,
        },
    );
}

#[test]
fn json_web_key_vectors_give_the_expected_result() {
    run(
        "json_web_key_test.json",
        &Count {
            accepted: 1,
            rejected: 8,
            outside: 17,
        },
    );
}

#[test]
fn json_web_crypto_vectors_give_the_expected_result() {
    run(
        "json_web_crypto_test.json",
        &Count {
            accepted: 2,
            rejected: 27,
            outside: 54,
        },
    );
}

#[test]
fn the_roca_key_is_refused_for_its_fingerprint() {
    let Some(vectors) = wycheproof("json_web_key_test.json") else {
        return;
    };
    let groups = vectors["testGroups"].as_array().unwrap();
    let group = groups
        .iter()
        .find(|group| group["comment"] == "jws_rsa_roca_key")
        .unwrap();
    let error = Jwk::parse(&group["public"]["keys"][0]).unwrap_err();
    assert_eq!(error.member(), Some("n"));
    assert!(error.to_string().contains("ROCA"), "{error}");
}

fn run(file: &str, expected: &Count) {
    let Some(vectors) = wycheproof(file) else { return };
    let mut count = Count::default();
    for group in vectors["testGroups"].as_array().unwrap() {
        let keys = group.get("public").unwrap_or(&group["private"]);
        for test in group["tests"].as_array().unwrap() {
            let token = text(test.get("jws").or(test.get("jwe")).unwrap());
            let accepted = accepts(keys, &token);
            let valid = test["result"] == "valid";
            let ours = is_ours(keys) && (!valid || label_is_ours(&token));
            assert_eq!(
                accepted,
                valid && ours,
                "tcId {} of {file}: {}",
                test["tcId"],
                test["comment"]
            );
            match (ours, accepted) {
                (false, _) => count.outside += 1,
                (true, true) => count.accepted += 1,
                (true, false) => count.rejected += 1,
            }
        }
    }
    println!("{file}: {count:?}");
    assert_eq!(
        count.accepted + count.rejected + count.outside,
        vectors["numberOfTests"]
    );
    assert_eq!(&count, expected, "the number of vectors that ran");
}

/// The token as it would arrive: the JSON serializations of the file are sent as text.
fn text(token: &Value) -> String {
    token.as_str().map_or_else(|| token.to_string(), str::to_owned)
}

/// What a caller does: the key comes from the registered keys, the algorithm from the key.
fn accepts(keys: &Value, token: &str) -> bool {
    let Ok(token) = UnverifiedJws::parse(token) else {
        return false;
    };
    let Some(jwk) = registered(keys, token.header().kid()) else {
        return false;
    };
    let Ok(key) = PublicKey::from_jwk(&jwk) else {
        return false;
    };
    let algorithm = key.natural_algorithm();
    token.verify(&key, algorithm).is_ok()
}

fn registered(keys: &Value, kid: Option<&str>) -> Option<Jwk> {
    if keys.get("keys").is_some() {
        return JwkSet::parse(keys).ok()?.find(kid?).cloned();
    }
    Jwk::parse(keys).ok()
}

fn is_ours(keys: &Value) -> bool {
    let single = [keys.clone()];
    let list = keys
        .get("keys")
        .map_or(single.as_slice(), |keys| keys.as_array().unwrap());
    list.iter()
        .all(|key| key["kty"] != "oct" && key["alg"].as_str().is_none_or(is_our_name))
}

fn label_is_ours(token: &str) -> bool {
    let header = base64url::decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    is_our_name(header["alg"].as_str().unwrap())
}

fn is_our_name(name: &str) -> bool {
    name == "ES521" || name.parse::<Algorithm>().is_ok()
}

//! GET_JWK, GET_JWKS, SIGN and GET_ACCESS_TOKEN of a registered machine.

use countersign_device::{Folders, Identity, Stamp};
use countersign_jose::{Jwk, PublicKey, UnverifiedJws};
use countersign_protocol::ciba::AuthenticationRequest;
use serde_json::{Value, json};

use crate::provider::{CLIENT_ID, FakeProvider};
use crate::world::Machine;

fn registered(key_type: &str) -> (FakeProvider, Machine) {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", key_type]).done();
    (provider, machine)
}

fn identity(machine: &Machine) -> Identity {
    Identity::load(&Folders {
        config: machine.config(),
        keys: machine.keys(),
    })
    .map_err(|e| e.to_string())
    .unwrap()
}

const STAMP: Stamp = Stamp {
    iat: 1_700_000_000,
    jti: uuid::Uuid::nil(),
};

#[test]
fn the_public_key_is_printed_as_jwk_and_as_jwks_without_kid() {
    let (_, machine) = registered("ECC:p256");
    let jwk: Value = serde_json::from_str(&machine.run(&["-o", "GET_JWK"]).done()).unwrap();
    let members: Vec<&String> = jwk.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 5);
    assert!(
        ["kty", "crv", "x", "y", "alg"]
            .iter()
            .all(|member| jwk.get(member).is_some()),
        "{jwk}"
    );
    let jwks: Value = serde_json::from_str(&machine.run(&["-o", "get_jwks"]).done()).unwrap();
    assert_eq!(jwks, json!({ "keys": [jwk] }));
}

#[test]
fn an_rsa_key_is_printed_with_its_four_members() {
    let (_, machine) = registered("RSA:2048");
    let jwk: Value = serde_json::from_str(&machine.run(&["-o", "GET_JWK"]).done()).unwrap();
    let shape = json!({ "kty": "RSA", "alg": "RS256", "n": jwk["n"], "e": "AQAB" });
    assert_eq!(jwk, shape);
}

#[test]
fn the_access_token_is_asked_for_as_the_documented_tool_does_and_printed_with_its_end() {
    let (provider, machine) = registered("ECC:p384");
    let before = jiff::Timestamp::now().as_second();
    let answer: Value = serde_json::from_str(&machine.run(&["-o", "GET_ACCESS_TOKEN"]).done()).unwrap();
    let after = jiff::Timestamp::now().as_second();
    assert_eq!(answer["access_token"], "opaque");
    assert_eq!(answer.as_object().unwrap().len(), 2);
    let end = answer["expires_at"].as_i64().unwrap();
    assert!((before + 600..=after + 600).contains(&end), "{end}");

    let (headers, body) = provider.request("/oidc/token");
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "grant_type",
            "client_id",
            "client_assertion_type",
            "client_assertion"
        ]
    );
    assert_eq!(
        [&form[0].1, &form[1].1, &form[2].1],
        [
            "client_credentials",
            CLIENT_ID,
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        ]
    );
    let key = key(&machine);
    let verified = UnverifiedJws::parse(&form[3].1)
        .unwrap()
        .verify(&key, "ES384".parse().unwrap())
        .unwrap();
    let claims: Value = verified.claims().unwrap();
    assert_eq!(claims["aud"], format!("{}/oidc/token", provider.host));
    let iat = claims["iat"].as_i64().unwrap();
    assert!((before..=after).contains(&iat));
    // RFC 9562 §5.4: a random UUID.
    assert_eq!(
        uuid::Uuid::parse_str(claims["jti"].as_str().unwrap())
            .unwrap()
            .get_version_num(),
        4
    );
}

fn key(machine: &Machine) -> PublicKey {
    let jwk: Value = serde_json::from_str(&machine.run(&["-o", "GET_JWK"]).done()).unwrap();
    PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap()
}

#[test]
fn two_stamps_never_have_the_same_number() {
    let (first, second) = (Stamp::now().unwrap(), Stamp::now().unwrap());
    assert_ne!(first.jti, second.jti);
}

#[test]
fn a_client_assertion_has_exactly_the_claims_of_the_contract() {
    for (key_type, alg) in [
        ("RSA:2048", "RS256"),
        ("ECC:p256", "ES256"),
        ("ECC:p521", "ES512"),
    ] {
        let (_, machine) = registered(key_type);
        let jwt = identity(&machine)
            .client_assertion("https://idp.example.com/oidc/token", STAMP)
            .unwrap();
        let verified = UnverifiedJws::parse(&jwt)
            .unwrap()
            .verify(&key(&machine), alg.parse().unwrap())
            .unwrap();
        let header = countersign_jose::base64url::decode(jwt.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header, json!({ "alg": alg, "typ": "JWT" }));
        let claims: Value = verified.claims().unwrap();
        assert_eq!(
            claims,
            json!({
                "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": "https://idp.example.com/oidc/token",
                "jti": "00000000-0000-0000-0000-000000000000",
                "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_000_300,
            })
        );
    }
}

#[test]
fn a_request_object_carries_the_request_beside_the_claims_of_the_contract() {
    let (_, machine) = registered("ECC:p256");
    let request = AuthenticationRequest {
        scope: Some("openid offline_access".to_owned()),
        login_hint: Some("user.name@OnesID1".to_owned()),
        binding_message: Some("Authorize login to Example.com?".to_owned()),
        ..AuthenticationRequest::default()
    };
    let jwt = identity(&machine)
        .request_object(&request, "https://idp.example.com/oidc", STAMP)
        .unwrap();
    let verified = UnverifiedJws::parse(&jwt)
        .unwrap()
        .verify(&key(&machine), "ES256".parse().unwrap())
        .unwrap();
    let claims: Value = verified.claims().unwrap();
    assert_eq!(
        claims,
        json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": "https://idp.example.com/oidc",
            "jti": "00000000-0000-0000-0000-000000000000",
            "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_000_300,
            "scope": "openid offline_access", "login_hint": "user.name@OnesID1",
            "binding_message": "Authorize login to Example.com?",
        })
    );
}

#[test]
fn a_machine_that_is_not_accepted_is_told_what_to_do() {
    let (provider, machine) = registered("ECC:p256");
    let error = json!({ "error": "invalid_client", "error_description": "the device was revoked" });
    let _provider = provider.giving_tokens(401, error);
    let ran = machine.run(&["-o", "GET_ACCESS_TOKEN"]);
    ran.refused(
        1,
        "answered 401 Unauthorized (invalid_client: the device was revoked)",
    );
    assert!(
        ran.err
            .contains("ask an operator whether it was suspended or revoked"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out, "");
}

#[test]
fn an_answer_that_is_not_a_bearer_token_is_refused_without_repeating_it() {
    for body in [
        json!({ "access_token": "s3cret", "token_type": "DPoP", "expires_in": 600 }),
        json!({ "access_token": "s3cret", "token_type": "Bearer", "expires_in": "s3cret" }),
        json!({ "access_token": "s3cret", "token_type": "Bearer", "expires_in": 600, "pad": "x".repeat(70_000) }),
    ] {
        let (provider, machine) = registered("ECC:p256");
        let _provider = provider.giving_tokens(200, body);
        let ran = machine.run(&["-o", "GET_ACCESS_TOKEN"]);
        ran.refused(1, "check that the address is a OnesID provider");
        assert!(!ran.err.contains("s3cret") && ran.out.is_empty(), "{ran:?}");
    }
}

#[test]
fn without_an_identity_every_operation_says_how_to_get_one() {
    for operation in [
        &["-o", "GET_JWK"][..],
        &["-o", "GET_JWKS"],
        &["-o", "SIGN", "-m", "x"],
        &["-o", "GET_ACCESS_TOKEN"],
    ] {
        Machine::new()
            .run(operation)
            .refused(1, "register this machine with countersign-device -o INIT");
    }
}

#[test]
fn a_key_that_is_broken_missing_or_of_another_kind_is_told() {
    let (_, machine) = registered("ECC:p256");
    let file = machine.keys().join("private.pem");
    let (_, other) = registered("ECC:p384");
    std::fs::write(&file, other.read(other.keys().join("private.pem"))).unwrap();
    machine
        .run(&["-o", "GET_JWK"])
        .refused(1, "says that the key is ECC:p256 but private.pem holds ECC:p384");
    std::fs::write(&file, "-----BEGIN NOTHING-----").unwrap();
    machine
        .run(&["-o", "GET_JWK"])
        .refused(1, "private.pem: not a PEM private key");
    std::fs::remove_file(&file).unwrap();
    machine
        .run(&["-o", "GET_JWK"])
        .refused(1, "private.pem: cannot be read");
}

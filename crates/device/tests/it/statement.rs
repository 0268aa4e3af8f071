//! Which statements the signing service signs.

use countersign_device::signing_service::{Kind, Rules, Statement, StatementError, judge};
use countersign_jose::base64url;
use serde_json::{Value, json};

const CLIENT: &str = "d0da9a59-9f59-4f57-b9a9-1eb46bb68239";
const ISSUER: &str = "https://idp.example.com/oidc";
const NOW: i64 = 1_700_000_000;

fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

fn by(owner: bool, header: &Value, claims: &Value) -> Result<Statement, StatementError> {
    let rules = Rules {
        client_id: CLIENT,
        issuer: ISSUER,
        now: NOW,
        owner,
    };
    judge(&message(header, claims), &rules)
}

fn judged(header: &Value, claims: &Value) -> Result<Statement, StatementError> {
    by(false, header, claims)
}

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT" })
}

fn assertion() -> Value {
    json!({
        "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "n-1", "iat": NOW, "nbf": NOW, "exp": NOW + 300,
        "scope": null,
    })
}

/// The claims with some of them changed; null takes one away.
fn with(claims: Value, changes: &Value) -> Value {
    let mut claims = claims;
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    claims
}

fn request() -> Value {
    with(
        assertion(),
        &json!({ "scope": "openid", "login_hint": "user.name@OnesID1", "binding_message": "hello" }),
    )
}

#[track_caller]
fn is_signed(kind: Kind, header: &Value, claims: &Value) {
    assert_eq!(
        judged(header, claims).map(|statement| statement.kind),
        Ok(kind),
        "{header} {claims}"
    );
}

#[track_caller]
fn is_refused(error: StatementError, header: &Value, claims: &Value) {
    assert_eq!(judged(header, claims), Err(error), "{header} {claims}");
}

#[test]
fn the_assertion_of_the_published_rust_client_is_signed() {
    assert_eq!(
        judged(&header(), &assertion()),
        Ok(Statement {
            kind: Kind::ClientAssertion,
            jti: Some("n-1".to_owned())
        })
    );
}

#[test]
fn every_endpoint_of_the_provider_is_an_audience() {
    for path in [
        "",
        "/token",
        "/token/introspection",
        "/token/revocation",
        "/backchannel",
        "/bc-authorize",
    ] {
        let aud = format!("{ISSUER}{path}");
        is_signed(
            Kind::ClientAssertion,
            &header(),
            &with(assertion(), &json!({ "aud": aud })),
        );
        is_signed(
            Kind::ClientAssertion,
            &header(),
            &with(assertion(), &json!({ "aud": [aud] })),
        );
    }
}

#[test]
fn a_request_object_is_signed_and_told_from_an_assertion() {
    is_signed(Kind::RequestObject, &header(), &request());
    let typed = json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt" });
    is_signed(Kind::RequestObject, &typed, &request());
    is_refused(StatementError::Type, &typed, &assertion());
    let typed = json!({ "alg": "ES256", "typ": "application/client-authentication+jwt" });
    is_signed(Kind::ClientAssertion, &typed, &assertion());
    is_refused(StatementError::Type, &typed, &request());
}

#[test]
fn the_shapes_of_the_older_python_clients_are_signed() {
    let header = json!({ "alg": "RS256", "typ": "JWT", "exp": NOW + 300, "nbf": NOW - 5, "iat": NOW });
    let assertion = json!({
        "iss": CLIENT, "sub": CLIENT, "aud": format!("{ISSUER}/token"), "jti": "n-1", "iat": NOW, "exp": NOW + 300,
    });
    is_signed(Kind::ClientAssertion, &header, &assertion);
    let request = json!({
        "login_hint_token": "user.name@OnesID1", "scope": "openid contact profile", "acr_values": "poll", "iss": CLIENT,
        "aud": format!("{ISSUER}/bc-authorize"), "exp": NOW + 300, "binding_message": "Authorize Login",
    });
    is_signed(Kind::RequestObject, &header, &request);
    // Only there: everywhere else sub and jti are asked for.
    let elsewhere = json!({ "aud": [format!("{ISSUER}/bc-authorize"), ISSUER] });
    is_refused(StatementError::Party, &header, &with(request, &elsewhere));
}

#[test]
fn a_statement_of_or_for_somebody_else_is_refused() {
    for changes in [
        json!({ "iss": "other" }),
        json!({ "sub": "other" }),
        json!({ "sub": null }),
        json!({ "iss": 1 }),
    ] {
        is_refused(StatementError::Party, &header(), &with(assertion(), &changes));
    }
    for aud in [
        json!("https://idp.example.com"),
        json!("https://idp.example.com.evil.example/oidc"),
        json!("https://idp.example.com/oidc/"),
        json!("https://idp.example.com/oidcx"),
        json!("https://other.example/oidc"),
        json!([ISSUER, "https://other.example/oidc"]),
        json!([ISSUER, 1]),
        json!([]),
        json!(null),
    ] {
        is_refused(
            StatementError::Audience,
            &header(),
            &with(assertion(), &json!({ "aud": aud })),
        );
    }
}

#[test]
fn a_statement_that_is_good_for_long_or_from_later_on_is_refused() {
    for exp in [
        json!(NOW + 361),
        json!(NOW),
        json!(NOW - 1),
        json!(null),
        json!("soon"),
        json!(1.7e9),
        json!(i64::MAX),
    ] {
        is_refused(
            StatementError::Expiry,
            &header(),
            &with(assertion(), &json!({ "exp": exp })),
        );
    }
    is_signed(
        Kind::ClientAssertion,
        &header(),
        &with(assertion(), &json!({ "exp": NOW + 360 })),
    );
    for name in ["iat", "nbf"] {
        is_refused(
            StatementError::Begin,
            &header(),
            &with(assertion(), &json!({ name: NOW + 61 })),
        );
        is_refused(
            StatementError::Begin,
            &header(),
            &with(assertion(), &json!({ name: "now" })),
        );
        is_signed(
            Kind::ClientAssertion,
            &header(),
            &with(assertion(), &json!({ name: null })),
        );
    }
}

#[test]
fn a_statement_without_a_number_of_its_own_is_refused() {
    for jti in [json!(null), json!(""), json!(7), json!("x".repeat(256))] {
        is_refused(
            StatementError::Number,
            &header(),
            &with(assertion(), &json!({ "jti": jti })),
        );
    }
}

#[test]
fn a_header_that_changes_how_the_signature_is_read_is_refused() {
    for (name, value) in [
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
        ("jwk", json!({})),
        ("jku", json!("https://evil.example")),
        ("x5u", json!("https://evil.example")),
        ("zip", json!("DEF")),
    ] {
        is_refused(
            StatementError::Header,
            &with(header(), &json!({ name: value })),
            &assertion(),
        );
    }
    for alg in [json!("none"), json!("HS256"), json!("PS256"), json!(null)] {
        is_refused(
            StatementError::Algorithm,
            &with(header(), &json!({ "alg": alg })),
            &assertion(),
        );
    }
    for typ in [
        json!("at+jwt"),
        json!("dpop+jwt"),
        json!("logout+jwt"),
        json!("decision+jwt"),
        json!(1),
    ] {
        is_refused(
            StatementError::Type,
            &with(header(), &json!({ "typ": typ })),
            &assertion(),
        );
    }
    is_signed(
        Kind::ClientAssertion,
        &json!({ "alg": "ES521", "kid": "1" }),
        &assertion(),
    );
}

#[test]
fn only_an_owner_of_the_key_may_replace_it() {
    let at_device_key = with(assertion(), &json!({ "aud": format!("{ISSUER}/device-key") }));
    let among_others = with(
        assertion(),
        &json!({ "aud": [ISSUER, format!("{ISSUER}/device-key")] }),
    );
    let proof =
        json!({ "iss": CLIENT, "aud": ISSUER, "iat": NOW, "exp": NOW + 60, "jti": "n", "thumbprint": "t" });
    let typed = json!({ "alg": "RS256", "typ": "device-key+jwt" });
    for (header, claims) in [
        (&header(), &at_device_key),
        (&header(), &among_others),
        (&typed, &proof),
    ] {
        assert_eq!(by(false, header, claims), Err(StatementError::DeviceKey));
        assert_eq!(by(true, header, claims).unwrap().kind, Kind::DeviceKey);
    }
    // Claims of a request in it do not change what the address is for.
    let disguised = with(at_device_key, &json!({ "scope": "openid" }));
    is_refused(StatementError::Audience, &header(), &disguised);
}

#[test]
fn what_is_not_the_beginning_of_a_jws_is_refused() {
    let rules = Rules {
        client_id: CLIENT,
        issuer: ISSUER,
        now: NOW,
        owner: true,
    };
    let good = message(&header(), &assertion());
    let twice = base64url::encode(br#"{"alg":"RS256","alg":"none"}"#);
    let (first, second) = good.split_once('.').unwrap();
    for text in [
        String::new(),
        "hello".to_owned(),
        ".".to_owned(),
        format!("{good}.sig"),
        format!("{first}=.{second}"),
        format!("{first}.{second} "),
        format!("{twice}.{second}"),
        format!("{first}.{}", base64url::encode(b"[]")),
        format!("{first}.{}", base64url::encode(b"\xff")),
        format!("{first}.{}", base64url::encode("[".repeat(5000).as_bytes())),
    ] {
        assert_eq!(judge(&text, &rules), Err(StatementError::NotAMessage), "{text}");
    }
    let long = with(assertion(), &json!({ "more": "x".repeat(40_000) }));
    assert_eq!(
        judge(&message(&header(), &long), &rules),
        Err(StatementError::TooLarge)
    );
}

//! `client_jwts.json`: how a client says who it is, and what it asks of a person.

use super::{CLIENT_ID, ISSUER, JTI, Key, NOW, Signed, committed, same_as_committed, verified};
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_protocol::token::JwtClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NAME: &str = "client_jwts.json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    about: String,
    key: Key,
    client_id: String,
    issuer: String,
    now: i64,
    jti: String,
    /// Client assertions (RFC 7523 §3). The first is that of our own libraries.
    assertions: Vec<Signed>,
    /// Signed authentication requests (CIBA Core §7.1.1), as our own libraries make them.
    requests: Vec<Signed>,
}

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let (assertions, requests) =
        recorded.map_or_else(Default::default, |page| (page.assertions, page.requests));
    Page {
        about: "onesid.md §4 and §6: the JWTs of a client, signed by its key".to_owned(),
        key: Key::new(),
        client_id: CLIENT_ID.to_owned(),
        issuer: ISSUER.to_owned(),
        now: NOW,
        jti: JTI.to_owned(),
        assertions: made_assertions(&assertions),
        requests: made_requests(&requests),
    }
}

fn made_assertions(recorded: &[Signed]) -> Vec<Signed> {
    let header = json!({ "alg": "ES256", "typ": "JWT" });
    let mut with_null = standard(&json!({}));
    with_null["scope"] = Value::Null;
    let old_header = json!({ "alg": "RS256", "typ": "JWT", "iat": NOW, "nbf": NOW - 5, "exp": NOW + 300 });
    let old_claims = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": format!("{ISSUER}/token"), "jti": JTI, "iat": NOW, "exp": NOW + 300,
    });
    [
        ("all times in the claims", header.clone(), standard(&json!({}))),
        ("a null claim says nothing", header, with_null),
        (
            "times in the header, and the label of another algorithm than that of the key: for devices the key decides",
            old_header,
            old_claims,
        ),
    ]
    .map(|(about, header, claims)| Signed::kept_or_made(recorded, about, header, claims))
    .into()
}

fn made_requests(recorded: &[Signed]) -> Vec<Signed> {
    let header = json!({ "alg": "ES256", "typ": "JWT" });
    let message = "Authorize login to Example.com";
    [
        (
            "a person by name",
            json!({ "scope": "openid", "binding_message": message, "login_hint": "user.name@OnesID1" }),
        ),
        (
            "the person of a phone that scanned a code, for a token that is a JWT",
            json!({
                "scope": "openid offline_access profile", "binding_message": message, "login_hint_token": "AAAA",
                "resource": "https://example.com", "qr_session_id": "BBBB",
            }),
        ),
        (
            "by a code that the person types, within two minutes",
            json!({
                "scope": "openid", "binding_message": message, "login_hint": "user.name@OnesID1",
                "acr_values": "urn:countersign:acr:transfer", "requested_expiry": "120",
            }),
        ),
    ]
    .map(|(about, further)| Signed::kept_or_made(recorded, about, header.clone(), standard(&further)))
    .into()
}

/// The claims of every JWT of our own libraries, and further ones.
fn standard(further: &Value) -> Value {
    let mut claims = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": ISSUER, "jti": JTI, "iat": NOW, "nbf": NOW, "exp": NOW + 300,
    });
    let all = claims.as_object_mut().unwrap();
    all.extend(further.as_object().unwrap().clone());
    claims
}

#[test]
fn the_committed_vectors_of_client_jwts_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn every_client_jwt_is_read_as_it_is_meant() {
    let page: Page = committed(NAME).unwrap();
    assert!(page.assertions.len() >= 3 && page.requests.len() >= 3);
    for signed in page.assertions.iter().chain(&page.requests) {
        let jws = verified(&signed.jws).unwrap();
        assert_eq!(jws.claims::<Value>().unwrap(), signed.claims, "{}", signed.about);
        let claims: JwtClaims = jws.claims().unwrap();
        assert_eq!(claims.iss.as_deref(), Some(page.client_id.as_str()));
        assert_eq!(
            (claims.jti.as_deref(), claims.iat),
            (Some(page.jti.as_str()), Some(page.now))
        );
    }
    for signed in &page.requests {
        let request: AuthenticationRequest = verified(&signed.jws).unwrap().claims().unwrap();
        assert!(request.login_hint.is_some() != request.login_hint_token.is_some());
    }
}

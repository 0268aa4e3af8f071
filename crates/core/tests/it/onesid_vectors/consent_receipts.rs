//! `consent_receipts.json`: what proves a consent later, and what does not.

use super::{
    APPROVAL_ID, CLIENT_ID, ISSUER, Key, NOW, PERSON_ID, Signed, committed, compact, private,
    same_as_committed,
};
use countersign_core::consent::receipt;
use countersign_jose::JwkSet;
use countersign_protocol::consent::RECEIPT_TYP;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NAME: &str = "consent_receipts.json";
const KID: &str = "2026-11";

#[derive(Serialize, Deserialize)]
struct Page {
    about: String,
    key: Key,
    issuer: String,
    /// Client id of the device that asked.
    audience: String,
    /// The key set of the issuer.
    jwks: Value,
    receipts: Vec<Signed>,
    refused: Vec<Refused>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Refused {
    why: String,
    jws: String,
}

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let recorded = recorded.as_ref();
    let mut jwk = serde_json::to_value(private().public().jwk()).unwrap();
    for (member, value) in [("kid", KID), ("use", "sig"), ("alg", "ES256")] {
        jwk[member] = json!(value);
    }
    let receipts = made_receipts(recorded.map_or(&[], |page| &page.receipts));
    Page {
        about: "decisions.md, consent for personal data: the receipt and its key set".to_owned(),
        key: Key::new(),
        issuer: ISSUER.to_owned(),
        audience: CLIENT_ID.to_owned(),
        jwks: json!({ "keys": [jwk] }),
        refused: made_refused(recorded.map_or(&[], |page| &page.refused), &receipts[0]),
        receipts,
    }
}

fn made_receipts(recorded: &[Signed]) -> Vec<Signed> {
    let claims = |granted: Value| {
        json!({
            "iss": ISSUER, "aud": CLIENT_ID, "sub": PERSON_ID, "iat": NOW,
            "consent_id": "0b9c3f5e-7f1d-4f0c-9a55-3a1d4a0d7c11", "resource": "https://shop.example",
            "asked": ["email", "firstName", "dateOfBirth"], "granted": granted, "reason": "To send the parcel",
            "decided_at": NOW - 2, "approval_id": APPROVAL_ID,
            "decision_digest": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        })
    };
    [
        ("two of three", json!(["email", "firstName"])),
        ("all", json!(["email", "firstName", "dateOfBirth"])),
    ]
    .map(|(about, granted)| Signed::kept_or_made(recorded, about, header(RECEIPT_TYP, KID), claims(granted)))
    .into()
}

fn header(typ: &str, kid: &str) -> Value {
    json!({ "alg": "ES256", "typ": typ, "kid": kid })
}

fn made_refused(recorded: &[Refused], of: &Signed) -> Vec<Refused> {
    let kept_or = |why: &str, make: &dyn Fn() -> String| {
        let have = recorded.iter().find(|have| have.why == why);
        have.cloned().unwrap_or_else(|| Refused {
            why: why.to_owned(),
            jws: make(),
        })
    };
    vec![
        kept_or("an ID token of the same key", &|| {
            compact(&header("JWT", KID), &of.claims)
        }),
        kept_or("a key that the issuer does not have", &|| {
            compact(&header(RECEIPT_TYP, "2025-01"), &of.claims)
        }),
        kept_or("a name was added after signing", &|| {
            let mut claims = of.claims.clone();
            claims["granted"] = json!(["email", "firstName", "dateOfBirth"]);
            let other = compact(&of.header, &claims);
            let (input, _) = other.rsplit_once('.').unwrap();
            let (_, signature) = of.jws.rsplit_once('.').unwrap();
            format!("{input}.{signature}")
        }),
    ]
}

#[test]
fn the_committed_vectors_of_consent_receipts_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn every_receipt_is_verified_and_nothing_else_passes_for_one() {
    let page: Page = committed(NAME).unwrap();
    let keys = JwkSet::parse(&page.jwks).unwrap();
    assert!(page.receipts.len() >= 2 && page.refused.len() >= 3);
    for signed in &page.receipts {
        let claims = receipt::verify(&signed.jws, &keys).unwrap();
        assert_eq!(
            serde_json::to_value(claims).unwrap(),
            signed.claims,
            "{}",
            signed.about
        );
    }
    for refused in &page.refused {
        assert!(receipt::verify(&refused.jws, &keys).is_err(), "{}", refused.why);
    }
}

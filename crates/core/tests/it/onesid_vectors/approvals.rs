//! `approvals.json`: what a person is shown, the digest over it, and the decision that is bound to it.

use super::{APPROVAL_ID, HOST, JTI, Key, NOW, PHONE_ID, Signed, committed, same_as_committed, verified};
use countersign_core::approval::shown;
use countersign_protocol::approval::{ApprovalItem, DECISION_TYP, Decision, DecisionClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NAME: &str = "approvals.json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    about: String,
    key: Key,
    host: String,
    client_id: String,
    now: i64,
    jti: String,
    approvals: Vec<Approval>,
    /// Decisions about the first approval.
    decisions: Vec<Signed>,
}

#[derive(Serialize, Deserialize)]
struct Approval {
    about: String,
    /// As a phone gets it.
    item: Value,
    /// The text of RFC 8785 of what a person is shown: all but the digest and `authRequestId`.
    canonical: String,
}

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let approvals: Vec<Approval> = items().map(|(about, item)| approval(about, item)).into();
    let digest = approvals[0].item["digest"].clone();
    Page {
        about: "decisions.md: digest = base64url(SHA-256(canonical)), and the signed decision".to_owned(),
        key: Key::new(),
        host: HOST.to_owned(),
        client_id: PHONE_ID.to_owned(),
        now: NOW,
        jti: JTI.to_owned(),
        decisions: made_decisions(&recorded.map_or_else(Vec::new, |page| page.decisions), &digest),
        approvals,
    }
}

fn items() -> [(&'static str, Value); 3] {
    let application = json!({ "name": "Example.com", "host": "example.com", "verified": true });
    let context =
        json!({ "ip": "192.0.2.7", "userAgent": "shop/1.0 (Linux)", "requestedAt": "2026-11-21T09:00:00Z" });
    let item = |kind: &str, further: Value| {
        let mut item = json!({
            "id": APPROVAL_ID, "kind": kind, "application": application, "context": context,
            "verification": { "mode": "none" }, "expiresAt": "2026-11-21T09:10:00Z",
        });
        item.as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        item
    };
    [
        (
            "a sign-in with a code to compare",
            item(
                "login",
                json!({
                    "authRequestId": "qL7tM0w0xk8mC6Qe0m0j2E0c8m5o3eYQ5fP6n9s1aZk", "scopes": ["openid", "profile"],
                    "bindingMessage": "Authorize login to Example.com",
                    "verification": { "mode": "compare", "code": "048291" },
                }),
            ),
        ),
        (
            "a sign-in with texts that are not ASCII, and with characters that JSON escapes",
            item(
                "login",
                json!({
                    "bindingMessage": "Zahl \u{20ac} 9,\u{00e9} \u{0e01}\u{0e23}\u{0e38}\u{0e07} \u{1f98a} \"\\/\u{1f}",
                    "scopes": [], "verification": { "mode": "choose", "choices": ["111111", "048291", "999999"] },
                }),
            ),
        ),
        (
            "a request for personal data",
            item(
                "consent",
                json!({ "claims": ["email", "firstName"], "requiredClaims": ["email"], "reason": "To send the parcel" }),
            ),
        ),
    ]
}

fn approval(about: &str, item: Value) -> Approval {
    let mut item: ApprovalItem = serde_json::from_value(item).unwrap();
    let auth_request_id = item.auth_request_id.take();
    let (canonical, digest) = shown::seal(&item).unwrap();
    item.digest = digest;
    item.auth_request_id = auth_request_id;
    Approval {
        about: about.to_owned(),
        item: serde_json::to_value(&item).unwrap(),
        canonical,
    }
}

fn made_decisions(recorded: &[Signed], digest: &Value) -> Vec<Signed> {
    let header = json!({ "alg": "ES256", "typ": DECISION_TYP });
    let claims = |further: Value| {
        let mut claims = json!({
            "iss": PHONE_ID, "aud": HOST, "jti": JTI, "iat": NOW, "exp": NOW + 60, "approval_id": APPROVAL_ID,
            "digest": digest,
        });
        claims
            .as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        claims
    };
    [
        ("yes to all", json!({ "decision": "approved" })),
        (
            "yes to a part, with the code of the other screen",
            json!({ "decision": "approved", "granted": ["openid"], "code": "048291" }),
        ),
        (
            "no, and a report",
            json!({ "decision": "denied", "reason": "not_me" }),
        ),
    ]
    .map(|(about, further)| Signed::kept_or_made(recorded, about, header.clone(), claims(further)))
    .into()
}

#[test]
fn the_committed_vectors_of_approvals_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn every_decision_is_read_as_it_is_meant() {
    let page: Page = committed(NAME).unwrap();
    assert!(page.approvals.len() >= 3 && page.decisions.len() >= 3);
    for signed in &page.decisions {
        let jws = verified(&signed.jws).unwrap();
        let claims: DecisionClaims = jws.claims().unwrap();
        assert_eq!(
            serde_json::to_value(&claims).unwrap(),
            signed.claims,
            "{}",
            signed.about
        );
        assert_eq!(claims.digest, page.approvals[0].item["digest"]);
        assert_eq!(claims.decision == Decision::Denied, claims.reason.is_some());
    }
}

//! `signed_messages.json`: what a phone signs to approve, to decline and to enrol.

use super::key::{FixedKey, Signature, verifies};
use super::{committed, page, same_as_committed};
use countersign_protocol::x1280::{EnrollRequest, rejection_message, verification_message};
use serde::{Deserialize, Serialize};

const NAME: &str = "signed_messages.json";
const SESSION: &str = "sess_AAECAwQFBgcICQoLDA0ODw";
const TOKEN: &str = "tok_AAECAwQFBgcICQoLDA0ODw";
const AT: i64 = 1_795_251_600;

#[derive(Serialize, Deserialize)]
struct Page {
    about: String,
    key: FixedKey,
    approvals: Vec<Approval>,
    rejections: Vec<Rejection>,
    proofs: Vec<Proof>,
    refused: Vec<Refused>,
}

/// `POST {host}/auth/verify`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Approval {
    session_id: String,
    otp: String,
    timestamp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted_scopes: Option<Vec<String>>,
    #[serde(flatten)]
    signed: Signed,
}

/// `POST {host}/auth/reject`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rejection {
    session_id: String,
    timestamp: i64,
    #[serde(flatten)]
    signed: Signed,
}

/// `POST {host}/enroll`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    challenge: String,
    token_id: String,
    device_id: String,
    #[serde(flatten)]
    signed: Signed,
}

/// A signature that is good over another message.
#[derive(Serialize, Deserialize)]
struct Refused {
    why: String,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Clone, Serialize, Deserialize)]
struct Signed {
    message: String,
    signature: Signature,
}

impl Page {
    fn signed(&self) -> impl Iterator<Item = &Signed> {
        let approvals = self.approvals.iter().map(|approval| &approval.signed);
        let rejections = self.rejections.iter().map(|rejection| &rejection.signed);
        approvals
            .chain(rejections)
            .chain(self.proofs.iter().map(|proof| &proof.signed))
    }
}

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let key = FixedKey::of_the_phone();
    let signed = |message: String| {
        let mut have = recorded.iter().flat_map(Page::signed);
        let same = have.find(|signed| signed.message == message);
        Signed {
            signature: Signature::kept_or_made(same.map(|signed| &signed.signature), &key, &message),
            message,
        }
    };
    let approval = |otp: &str, granted: Option<&[&str]>| {
        let granted = granted.map(|scopes| scopes.iter().map(ToString::to_string).collect::<Vec<_>>());
        Approval {
            session_id: SESSION.to_owned(),
            otp: otp.to_owned(),
            timestamp: AT,
            signed: signed(verification_message(SESSION, otp, AT, granted.as_deref())),
            granted_scopes: granted,
        }
    };
    let approvals = vec![
        approval("745269", None),
        approval("045269", Some(&["identity:name", "identity:age_over_18"])),
        approval("045269", Some(&["identity:age_over_18", "identity:name"])),
        approval("745269", Some(&["identity:name"])),
        approval("745269", Some(&[])),
    ];
    let rejections = vec![Rejection {
        session_id: SESSION.to_owned(),
        timestamp: AT,
        signed: signed(rejection_message(SESSION, AT)),
    }];
    let (challenge, device_id) = ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "Marie's phone 1");
    let proofs = vec![Proof {
        challenge: challenge.to_owned(),
        token_id: TOKEN.to_owned(),
        device_id: device_id.to_owned(),
        signed: signed(EnrollRequest::proof_message(challenge, TOKEN, device_id)),
    }];
    Page {
        about: "X.1280 profile §3 and §5: ECDSA P-256 with SHA-256 over the bytes of message".to_owned(),
        key,
        refused: refused(&approvals, &rejections),
        approvals,
        rejections,
        proofs,
    }
}

/// Messages beside signatures over others.
fn refused(approvals: &[Approval], rejections: &[Rejection]) -> Vec<Refused> {
    let refused = |why: &str, message: String, signature: &Signature| Refused {
        why: why.to_owned(),
        signed: Signed {
            message,
            signature: signature.clone(),
        },
    };
    let [all, two, ..] = approvals else {
        panic!("there are two approvals at least")
    };
    let (all, two, no) = (&all.signed, &two.signed, &rejections[0].signed);
    vec![
        refused(
            "signed for another session",
            all.message.replace(SESSION, "sess_AAECAwQFBgcICQoLDA0OEA"),
            &all.signature,
        ),
        refused(
            "a scope was added after signing",
            format!("{},identity:photo", two.message),
            &two.signature,
        ),
        refused(
            "the scopes were taken away after signing",
            two.message.rsplit_once('|').unwrap().0.to_owned(),
            &two.signature,
        ),
        refused(
            "the time was changed after signing",
            all.message.replace(&AT.to_string(), &(AT + 1).to_string()),
            &all.signature,
        ),
        refused("a no is not a yes", all.message.clone(), &no.signature),
    ]
}

#[test]
fn the_committed_vectors_of_signed_messages_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn a_phone_builds_each_message_from_its_members_joined_by_bars() {
    let page: Page = page(NAME);
    assert!(!page.approvals.is_empty() && !page.rejections.is_empty() && !page.proofs.is_empty());
    for approval in page.approvals {
        let time = approval.timestamp.to_string();
        let mut parts = vec![approval.session_id, approval.otp, time];
        parts.extend(approval.granted_scopes.map(|scopes| scopes.join(",")));
        assert_eq!(parts.join("|"), approval.signed.message);
    }
    for no in page.rejections {
        assert_eq!(
            format!("{}|rejected|{}", no.session_id, no.timestamp),
            no.signed.message
        );
    }
    for proof in page.proofs {
        let parts = [proof.challenge, proof.token_id, proof.device_id];
        assert_eq!(parts.join("|"), proof.signed.message);
    }
}

#[test]
fn every_recorded_signature_verifies_in_both_forms_and_over_no_other_message() {
    let page: Page = page(NAME);
    let key = page.key.public();
    assert_eq!(countersign_jose::public_pem(&key), page.key.public_key_pem);
    for signed in page.signed() {
        let (message, signature) = (&signed.message, &signed.signature);
        assert!(verifies(&key, message, &signature.raw_bytes()), "{message}");
        let der = key.verify_onesid(message.as_bytes(), &signature.der_bytes());
        assert!(der.is_ok(), "{message}");
    }
    assert!(!page.refused.is_empty());
    for Refused { why, signed } in &page.refused {
        let (message, signature) = (&signed.message, &signed.signature);
        assert!(!verifies(&key, message, &signature.raw_bytes()), "{why}");
        let der = key.verify_onesid(message.as_bytes(), &signature.der_bytes());
        assert!(der.is_err(), "{why}");
    }
}

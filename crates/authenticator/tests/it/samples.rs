//! Sample requests, clocks and entropy.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use countersign_authenticator::{Clock, Credential, Entropy, EntropyFailed, Ports};
use countersign_jose::{KeyType, PrivateKey, base64url, hash, jcs};
use countersign_protocol::approval::{
    ApplicationShown, ApprovalItem, ApprovalKind, ContextShown, MutualShown, ServiceShown, VerificationMode,
    VerificationShown,
};
use countersign_vds::{Content, PersonClaims, issue};
use serde_json::json;
use uuid::Uuid;

/// 2026-01-02T03:04:05Z.
pub(crate) const NOW: i64 = 1_767_323_045;

/// A clock that is set by hand.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn set(&self, now: i64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Bytes that count up, so that no two identifiers are alike.
struct CountingEntropy(AtomicU8);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
        Ok(())
    }
}

pub(crate) fn ports() -> (Ports, Arc<HandClock>) {
    let clock = Arc::new(HandClock(AtomicI64::new(NOW)));
    let entropy = Arc::new(CountingEntropy(AtomicU8::new(0)));
    (
        Ports {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy,
        },
        clock,
    )
}

/// A request with everything in it; ends 60 s after [`NOW`].
pub(crate) fn item(number: u128) -> ApprovalItem {
    sealed(ApprovalItem {
        id: Uuid::from_u128(number),
        kind: ApprovalKind::Login,
        auth_request_id: Some(format!("handle-{number}")),
        application: ApplicationShown {
            name: "Demo shop".into(),
            host: "shop.example".into(),
            verified: true,
        },
        binding_message: Some("Order 4711".into()),
        scopes: Some(vec!["openid".into(), "profile".into()]),
        claims: None,
        required_claims: None,
        reason: None,
        verification: VerificationShown {
            mode: VerificationMode::None,
            code: None,
            choices: None,
        },
        mutual: None,
        context: ContextShown {
            ip: Some("192.0.2.7".into()),
            place: None,
            user_agent: Some("ones-oidc/0.3.9".into()),
            requested_at: "2026-01-02T03:04:00Z".into(),
        },
        expires_at: "2026-01-02T03:05:05Z".into(),
        digest: String::new(),
    })
}

pub(crate) fn compare(number: u128, code: &str) -> ApprovalItem {
    let verification = VerificationShown {
        mode: VerificationMode::Compare,
        code: Some(code.into()),
        choices: None,
    };
    sealed(ApprovalItem {
        verification,
        ..item(number)
    })
}

pub(crate) fn choose(number: u128, choices: [&str; 3]) -> ApprovalItem {
    let choices = Some(choices.map(String::from).to_vec());
    let verification = VerificationShown {
        mode: VerificationMode::Choose,
        code: None,
        choices,
    };
    sealed(ApprovalItem {
        verification,
        ..item(number)
    })
}

pub(crate) fn transfer(number: u128) -> ApprovalItem {
    let verification = VerificationShown {
        mode: VerificationMode::Transfer,
        code: None,
        choices: None,
    };
    sealed(ApprovalItem {
        verification,
        ..item(number)
    })
}

/// A request for personal data: e-mail is required, the first name is not.
pub(crate) fn consent(number: u128) -> ApprovalItem {
    sealed(ApprovalItem {
        kind: ApprovalKind::Consent,
        binding_message: None,
        scopes: None,
        claims: Some(vec!["email".into(), "firstName".into()]),
        required_claims: Some(vec!["email".into()]),
        reason: Some("To send you the order".into()),
        ..item(number)
    })
}

/// The text of a credential of Marie Dupont, good until 2027, issued by `issuer`.
pub(crate) fn credential_text(token_id: &str, issuer: &str) -> String {
    let person = PersonClaims {
        given_name: Some("Marie".into()),
        family_name: Some("Dupont".into()),
        date_of_birth: Some("2000-02-29".into()),
        nationality: Some("FRA".into()),
        trust_level: Some(2),
        ..PersonClaims::new(token_id)
    };
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let ends = Some(1_800_000_000);
    issue(&Content::Person(person), issuer, NOW - 60, ends, b"key-1", &key).unwrap()
}

pub(crate) fn credential(token_id: &str) -> Credential {
    Credential::read(&credential_text(token_id, "https://id.example")).unwrap()
}

/// A mutual sign-in for the credential `token_id`, with the code 482913.
pub(crate) fn mutual(number: u128, token_id: &str) -> ApprovalItem {
    let service = ServiceShown {
        service_id: "svc_1".into(),
        name: "Demo shop".into(),
        logo_url: Some("https://shop.example/logo.png".into()),
        privacy_url: Some("https://shop.example/privacy".into()),
        verified: true,
    };
    sealed(ApprovalItem {
        kind: ApprovalKind::Mutual,
        auth_request_id: None,
        binding_message: None,
        scopes: Some(vec!["identity:name".into(), "identity:age_over_18".into()]),
        mutual: Some(MutualShown {
            session_id: format!("sess_{number}"),
            token_id: token_id.into(),
            service,
        }),
        ..compare(number, "482913")
    })
}

/// Computes the digest as the provider does: from the JSON, without the phone's own code.
pub(crate) fn sealed(item: ApprovalItem) -> ApprovalItem {
    let mut shown = json!(item);
    let members = shown.as_object_mut().unwrap();
    members.remove("digest");
    members.remove("authRequestId");
    let digest = base64url::encode(&hash::sha256(&jcs::canonicalize(&shown).unwrap()));
    ApprovalItem { digest, ..item }
}

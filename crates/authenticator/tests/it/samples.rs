//! Sample requests, clocks and entropy.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use countersign_authenticator::{Clock, Entropy, EntropyFailed, Ports};
use countersign_jose::{base64url, hash, jcs};
use countersign_protocol::approval::{
    ApplicationShown, ApprovalItem, ApprovalKind, ContextShown, VerificationMode, VerificationShown,
};
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

/// Computes the digest as the provider does: from the JSON, without the phone's own code.
pub(crate) fn sealed(item: ApprovalItem) -> ApprovalItem {
    let mut shown = json!(item);
    shown.as_object_mut().unwrap().remove("digest");
    let digest = base64url::encode(&hash::sha256(&jcs::canonicalize(&shown).unwrap()));
    ApprovalItem { digest, ..item }
}

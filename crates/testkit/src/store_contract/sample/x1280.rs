//! What X.1280 keeps.

use super::{LIFETIME, NOW, approval_id, authenticator_id, client, digest, user_id};
use crate::store_contract::write;
use countersign_core::client::ClientRecord;
use countersign_core::id::{EnrolmentId, TrustAnchorId};
use countersign_core::store::Store;
use countersign_core::time::{Duration, Timestamp};
use countersign_core::x1280::credential::{Credential, CredentialOrigin};
use countersign_core::x1280::service::{Service, WebOrigin};
use countersign_core::x1280::trust::{AnchorUsage, KeyReference, TrustAnchor};
use countersign_core::x1280::{
    Enrolment, EnrolmentChallenge, MutualSession, ServiceId, SessionId, SessionState, TokenId,
};
use countersign_protocol::x1280::{ClaimStyle, IdentityScope};
use std::sync::Arc;
use uuid::Uuid;

/// So many seconds after [`NOW`].
fn after(seconds: u8) -> Timestamp {
    NOW + Duration::from_secs(seconds.into())
}

/// Id of service `n`.
#[must_use]
pub fn service_id(n: u8) -> ServiceId {
    ServiceId::parse(&format!("svc_{n}")).expect("an id")
}

/// The client behind service `n`.
#[must_use]
pub fn service_client(n: u8) -> ClientRecord {
    ClientRecord {
        id: service_id(n).client_id().clone(),
        ..client(n.into())
    }
}

/// Service `n`, with two origins.
#[must_use]
pub fn service(n: u8) -> Service {
    let origin = |text: String| WebOrigin::parse(&text).expect("an origin");
    Service {
        id: service_id(n),
        name: format!("Shop {n}"),
        logo_url: Some("https://shop.example/logo.png".to_owned()),
        privacy_url: None,
        allowed_scopes: vec![IdentityScope::Full, IdentityScope::AgeOver18],
        default_scopes: vec![IdentityScope::Name],
        origins: vec![
            origin(format!("https://shop{n}.example")),
            origin("https://shared.example".to_owned()),
        ],
        audience: format!("shop-{n}"),
        claim_style: ClaimStyle::Camel,
        consent_required: true,
        vds_issued_at: NOW,
        vds_expires_at: NOW + LIFETIME,
        response_key_version: 1,
        created_at: after(n),
        disabled_at: None,
    }
}

/// Trust anchor `n`, which all refer to in the same way.
#[must_use]
pub fn trust_anchor(n: u8) -> TrustAnchor {
    TrustAnchor {
        id: TrustAnchorId(Uuid::from_u128(0x9000 + u128::from(n))),
        name: format!("Prefecture {n}"),
        issuer: "FR".to_owned(),
        reference: reference(),
        usage: AnchorUsage::Person,
        jwk: format!("{{\"kty\":\"EC\",\"n\":{n}}}"),
        not_before: Some(NOW),
        not_after: Some(NOW + LIFETIME),
        added_at: after(n),
        removed_at: None,
    }
}

/// A reference that is no text.
#[must_use]
pub fn reference() -> KeyReference {
    KeyReference::new(&[0xd9, 0x00, 0x91]).expect("a reference")
}

/// Id of credential `n`.
#[must_use]
pub fn token_id(n: u8) -> TokenId {
    TokenId::parse(&format!("urn:token:{n}")).expect("an id")
}

/// Credential `n` of person 1, as it is after its enrolment.
#[must_use]
pub fn credential(n: u8) -> Credential {
    Credential {
        token_id: token_id(n),
        origin: Some(CredentialOrigin {
            issuer: "https://idp.example".to_owned(),
            key: "kid-1".to_owned(),
            expires_at: Some(NOW + LIFETIME),
        }),
        user_id: Some(user_id(1)),
        sealed_claims: Some(vec![7; 40]),
        recorded_at: after(n),
        revoked: None,
    }
}

/// Id of enrolment `n`.
#[must_use]
pub const fn enrolment_id(n: u8) -> EnrolmentId {
    EnrolmentId(Uuid::from_u128(0xa000 + n as u128))
}

/// Enrolment `n` of credential 1 on phone 1.
#[must_use]
pub fn enrolment(n: u8) -> Enrolment {
    Enrolment {
        id: enrolment_id(n),
        token_id: token_id(1),
        authenticator_id: authenticator_id(1),
        device_id: format!("pixel-{n}"),
        enrolled_at: after(n),
        revoked_at: None,
    }
}

/// Challenge `n`, not used.
#[must_use]
pub const fn challenge(n: u8) -> EnrolmentChallenge {
    EnrolmentChallenge {
        digest: digest(n),
        created_at: NOW,
        expires_at: Timestamp::from_millis(NOW.millis() + 300_000),
        spent_at: None,
    }
}

/// Id of session `n`.
#[must_use]
pub fn session_id(n: u8) -> SessionId {
    SessionId::parse(&format!("sess_{n}")).expect("an id")
}

/// Session `n` of credential 1 and service 1 with approval 1: it waits.
#[must_use]
pub fn session(n: u8) -> MutualSession {
    MutualSession {
        id: session_id(n),
        token_id: token_id(1),
        enrolment_id: enrolment_id(1),
        service_id: service_id(1),
        approval_id: approval_id(1),
        created_at: NOW,
        expires_at: NOW + LIFETIME,
        last_refusal: None,
        state: SessionState::Waiting,
    }
}

/// Writes services 1 and 2 with their clients, after nothing.
pub async fn services(store: &Arc<dyn Store>) {
    write(store, |tx| {
        for n in [1, 2] {
            tx.clients_mut().insert(&service_client(n))?;
            tx.services_mut().insert(&service(n))?;
        }
        Ok(())
    })
    .await;
}

/// Writes what a session refers to, after [`super::people`] and approval 1: services, credential 1, its enrolment 1.
pub async fn enrolled(store: &Arc<dyn Store>) {
    services(store).await;
    write(store, |tx| {
        assert!(tx.credentials_mut().put(&credential(1))?, "nobody has the id");
        assert!(
            tx.enrolments_mut().insert(&enrolment(1))?,
            "nobody has enrolled it"
        );
        Ok(())
    })
    .await;
}

//! Entities to write, each made from a number so that two are never the same by chance.

pub mod x1280;

use super::write;
use countersign_core::application::{Application, ApplicationType};
use countersign_core::approval::open::Origin;
use countersign_core::approval::{
    Approval, ApprovalState, DecisionProof, ExpiryCause, SignedDecision, SignedMessage,
};
use countersign_core::authenticator::{Authenticator, Invitation, LoginHintToken};
use countersign_core::ciba::CibaRequest;
use countersign_core::client::{ClientKind, ClientRecord};
use countersign_core::consent::Consent;
use countersign_core::device::{Device, DeviceDescription, DeviceRegistration, RegistrationState};
use countersign_core::evidence::Evidence;
use countersign_core::id::{
    ApplicationId, ApprovalId, AuthenticatorId, ClientId, ConsentId, DeviceId, GrantId, OrganisationId,
    UserId,
};
use countersign_core::oidc::{AccessToken, Audience, Grant, RefreshSpent, RefreshToken, TokenSubject};
use countersign_core::qr::{QrKind, QrSession, QrSessionId, QrState};
use countersign_core::secret::TokenDigest;
use countersign_core::store::Store;
use countersign_core::text::Username;
use countersign_core::time::{Duration, Timestamp};
use countersign_core::user::data::SealedDatum;
use countersign_core::user::{IdpRole, Organisation, User};
use countersign_protocol::ScopeList;
use countersign_protocol::approval::{ApprovalKind, VerificationMode};
use countersign_protocol::consent::ClaimName;
use countersign_protocol::device::DeviceRole;
use std::sync::Arc;
use uuid::Uuid;

/// When everything here happens.
pub const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

/// So many seconds after [`NOW`]; before it when negative.
#[must_use]
pub const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + seconds)
}

/// How long approvals and requests live here.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// The organisation of everyone here.
pub const ORGANISATION: OrganisationId = OrganisationId(Uuid::from_u128(0xaaaa));

/// Id of person `n`.
#[must_use]
pub const fn user_id(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x1000 + n))
}

/// Id of client `n`.
#[must_use]
pub fn client_id(n: u128) -> ClientId {
    ClientId::parse(&format!("client-{n}")).expect("printable")
}

/// Id of phone `n`.
#[must_use]
pub const fn authenticator_id(n: u128) -> AuthenticatorId {
    AuthenticatorId(Uuid::from_u128(0x2000 + n))
}

/// Id of approval `n`.
#[must_use]
pub const fn approval_id(n: u128) -> ApprovalId {
    ApprovalId(Uuid::from_u128(0x3000 + n))
}

/// Id of grant `n`.
#[must_use]
pub const fn grant_id(n: u128) -> GrantId {
    GrantId(Uuid::from_u128(0x4000 + n))
}

/// Digest `n`.
#[must_use]
pub const fn digest(n: u8) -> TokenDigest {
    TokenDigest([n; 32])
}

/// A scope.
#[must_use]
pub fn scope(text: &str) -> ScopeList {
    ScopeList::parse(text).expect("a scope")
}

/// The organisation with two aliases.
#[must_use]
pub fn organisation() -> Organisation {
    Organisation {
        id: ORGANISATION,
        domain: "onesid1.com".to_owned(),
        aliases: vec!["OnesID1".to_owned(), "Ones".to_owned()],
        created_at: NOW,
    }
}

/// Person `n`.
#[must_use]
pub fn user(n: u128) -> User {
    User {
        id: user_id(n),
        organisation_id: ORGANISATION,
        username: Username::parse(&format!("Person.{n}@OnesID1")).expect("a username"),
        role: IdpRole::User,
        name: Some(format!("Person {n}")),
        created_at: NOW + Duration::from_secs(u64::try_from(n).expect("small")),
        disabled_at: None,
    }
}

/// Client `n`, a service.
#[must_use]
pub fn client(n: u128) -> ClientRecord {
    ClientRecord {
        id: client_id(n),
        kind: ClientKind::Service,
        metadata: format!("{{\"client_id\":\"client-{n}\"}}"),
        created_at: NOW + Duration::from_secs(u64::try_from(n).expect("small")),
        disabled_at: None,
    }
}

/// Phone `n` of a person.
#[must_use]
pub fn authenticator(n: u128, of: UserId) -> Authenticator {
    Authenticator {
        id: authenticator_id(n),
        client_id: ClientId::parse(&format!("phone-{n}")).expect("printable"),
        user_id: of,
        name: format!("Phone {n}"),
        platform: "Android 15".to_owned(),
        thumbprint: format!("thumbprint-{n}"),
        enrolled_at: NOW + Duration::from_secs(u64::try_from(n).expect("small")),
        revoked_at: None,
    }
}

/// An application of a client, or of nobody.
#[must_use]
pub fn application(n: u128, of: Option<ClientId>) -> Application {
    Application {
        id: ApplicationId(Uuid::from_u128(0x5000 + n)),
        kind: ApplicationType::ServerOauth2,
        name: format!("Application {n}"),
        hostname: Some(format!("app{n}.example")),
        client_identifier: Some(format!("vhh-server-{n}")),
        description: Some("For testing".to_owned()),
        client_id: of,
        verification_mode: Some(VerificationMode::Choose),
        is_hidden: true,
        is_dependent: false,
        created_at: NOW + Duration::from_secs(u64::try_from(n).expect("small")),
        disabled_at: None,
        removed_at: None,
    }
}

/// What machine `n` says of itself.
#[must_use]
pub fn description(n: u8) -> DeviceDescription {
    DeviceDescription {
        title: format!("Machine {n}"),
        location: "Cellar".to_owned(),
        domain: "onesid1.com".to_owned(),
        role: DeviceRole::SelfOwned,
        system: "Linux 6.1 x86_64".to_owned(),
        memory: 1 << 40,
    }
}

/// A pending registration of machine `n`.
#[must_use]
pub fn registration(n: u8) -> DeviceRegistration {
    DeviceRegistration {
        verification_code: format!("CODE-{n}"),
        description: description(n),
        jwk: "{\"kty\":\"OKP\"}".to_owned(),
        thumbprint: format!("thumbprint-{n}"),
        key_type: "OKP:ed25519".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        requested_at: NOW + Duration::from_secs(n.into()),
        expires_at: NOW + Duration::from_secs(300 + u64::from(n)),
        state: RegistrationState::Pending,
    }
}

/// The operator's yes to machine `n`.
#[must_use]
pub fn approved_registration(n: u8) -> RegistrationState {
    RegistrationState::Approved {
        at: NOW + Duration::from_secs(9),
        by: "master@OnesID1".to_owned(),
        device_id: device(n).id,
        client_id: device(n).client_id,
    }
}

/// Machine `n`.
#[must_use]
pub fn device(n: u8) -> Device {
    Device {
        id: DeviceId(Uuid::from_u128(0x6000 + u128::from(n))),
        client_id: ClientId::from(Uuid::from_u128(0x7000 + u128::from(n))),
        verification_code: format!("CODE-{n}"),
        description: description(n),
        thumbprint: format!("thumbprint-{n}"),
        key_type: "OKP:ed25519".to_owned(),
        approved_at: NOW + Duration::from_secs(n.into()),
        approved_by: "cli".to_owned(),
        suspended_at: None,
        revoked_at: None,
    }
}

/// An invitation of person 1.
#[must_use]
pub fn invitation(n: u8) -> Invitation {
    Invitation {
        digest: digest(n),
        user_id: user_id(1),
        created_by: "cli".to_owned(),
        created_at: NOW,
        expires_at: NOW + LIFETIME,
        spent_at: None,
    }
}

/// A login hint token from phone 1 of person 1.
#[must_use]
pub fn login_hint_token(n: u8) -> LoginHintToken {
    LoginHintToken {
        digest: digest(n),
        user_id: user_id(1),
        authenticator_id: authenticator_id(1),
        expires_at: NOW + LIFETIME,
        spent_at: None,
    }
}

/// A pending sign-in of person 1 by client 1, asked at a moment.
#[must_use]
pub fn approval(n: u128, requested_at: Timestamp) -> Approval {
    Approval {
        id: approval_id(n),
        kind: ApprovalKind::Login,
        user_id: Some(user_id(1)),
        client_id: client_id(1),
        application_id: None,
        shown: format!("{{\"id\":{n}}}"),
        digest: "A".repeat(43),
        verification_mode: VerificationMode::Compare,
        asked: scope("openid profile"),
        wrong_codes: 0,
        requested_at,
        expires_at: requested_at + LIFETIME,
        revision: 0,
        state: ApprovalState::Pending,
    }
}

/// A decision of phone 1.
#[must_use]
pub fn decision(at: Timestamp) -> SignedDecision {
    SignedDecision {
        at,
        by: authenticator_id(1),
        proof: DecisionProof::Jws("e30.e30.AA".to_owned()),
        granted: scope("openid"),
    }
}

/// A decision of phone 1 at the front door of X.1280.
#[must_use]
pub fn mutual_decision(at: Timestamp) -> SignedDecision {
    SignedDecision {
        proof: DecisionProof::Message(SignedMessage {
            message: "sess_1|482901|1795251600".to_owned(),
            signature: "AAEC".to_owned(),
        }),
        ..decision(at)
    }
}

/// A yes.
#[must_use]
pub fn yes(at: Timestamp) -> ApprovalState {
    ApprovalState::Approved(decision(at))
}

/// A no.
#[must_use]
pub fn no(at: Timestamp) -> ApprovalState {
    ApprovalState::Denied {
        decision: decision(at),
        not_me: false,
    }
}

/// An end without a decision.
#[must_use]
pub fn ended(at: Timestamp, cause: ExpiryCause) -> ApprovalState {
    ApprovalState::Expired { at, cause }
}

/// A CIBA request for approval `n`.
#[must_use]
pub fn ciba(n: u8) -> CibaRequest {
    CibaRequest {
        digest: digest(n),
        approval_id: approval_id(n.into()),
        client_id: client_id(1),
        scope: scope("openid profile"),
        audience: Some(audience()),
        requested_at: NOW,
        expires_at: NOW + LIFETIME,
        interval: 5,
        polled_at: None,
    }
}

/// The id of QR session `n`.
#[must_use]
pub fn qr_session_id(n: u8) -> QrSessionId {
    QrSessionId::parse(&format!("session-{n}")).expect("an id")
}

/// A QR session of client 1 that waits for a phone.
#[must_use]
pub fn qr_session(n: u8) -> QrSession {
    QrSession {
        id: qr_session_id(n),
        kind: QrKind::Hosted,
        client_id: client_id(1),
        device_id: device(1).id,
        animated: true,
        origin: Origin {
            ip: Some("192.0.2.1".to_owned()),
            user_agent: Some("browser/1".to_owned()),
        },
        created_at: NOW,
        expires_at: NOW + LIFETIME,
        state: QrState::Waiting,
    }
}

/// Id of consent `n`.
#[must_use]
pub const fn consent_id(n: u128) -> ConsentId {
    ConsentId(Uuid::from_u128(0x8000 + n))
}

/// Consent `n` of person 1, asked by client 1 with approval `n`.
#[must_use]
pub fn consent(n: u128) -> Consent {
    Consent {
        id: consent_id(n),
        approval_id: approval_id(n),
        client_id: client_id(1),
        user_id: user_id(1),
        resource: "https://app1.example".to_owned(),
        requested_at: NOW + Duration::from_secs(u64::try_from(n).expect("small")),
        receipt: None,
        revoked_at: None,
    }
}

/// The mail address of person `n`, as if it were sealed.
#[must_use]
pub fn datum(n: u128) -> SealedDatum {
    SealedDatum {
        user_id: user_id(n),
        name: ClaimName::Email,
        sealed: vec![1; 40],
        updated_at: NOW,
    }
}

/// An audience.
#[must_use]
pub fn audience() -> Audience {
    Audience {
        resource: "https://app1.example".to_owned(),
        client_id: client_id(2),
    }
}

/// A grant from approval `n`.
#[must_use]
pub fn grant(n: u128) -> Grant {
    Grant {
        id: grant_id(n),
        client_id: client_id(1),
        user_id: user_id(1),
        approval_id: approval_id(n),
        scope: scope("openid offline_access"),
        audience: Some(audience()),
        evidence: Evidence::restore(VerificationMode::Transfer, at(-7)),
        created_at: NOW,
        revoked_at: None,
    }
}

/// An access token of client 1.
#[must_use]
pub fn access_token(n: u8, subject: TokenSubject) -> AccessToken {
    AccessToken {
        digest: digest(n),
        client_id: client_id(1),
        subject,
        issued_at: NOW,
        expires_at: NOW + LIFETIME,
        revoked_at: None,
    }
}

/// A refresh token of grant 1.
#[must_use]
pub fn refresh_token(n: u8) -> RefreshToken {
    RefreshToken {
        digest: digest(n),
        grant_id: grant_id(1),
        issued_at: NOW,
        expires_at: NOW + LIFETIME,
        spent: None,
    }
}

/// How it was used.
#[must_use]
pub fn refresh_spent(at: Timestamp) -> RefreshSpent {
    RefreshSpent {
        at,
        request: digest(77),
        answer: Some(vec![1, 2, 3]),
    }
}

/// Writes an organisation, people 1 and 2, clients 1 and 2, and a phone of each person: what others refer to.
pub async fn people(store: &Arc<dyn Store>) {
    write(store, |tx| {
        tx.organisations_mut().insert(&organisation())?;
        for n in [1, 2] {
            tx.users_mut().insert(&user(n))?;
            tx.clients_mut().insert(&client(n))?;
            tx.authenticators_mut().insert(&authenticator(n, user_id(n)))?;
        }
        Ok(())
    })
    .await;
}

/// Writes approvals after the [`people`].
pub async fn approvals(store: &Arc<dyn Store>, approvals: Vec<Approval>) {
    write(store, move |tx| {
        approvals
            .iter()
            .try_for_each(|approval| tx.approvals_mut().insert(approval))
    })
    .await;
}

/// Writes [`people`], approval 1 and grant 1: what tokens refer to.
pub async fn granted(store: &Arc<dyn Store>) {
    people(store).await;
    approvals(store, vec![approval(1, NOW)]).await;
    write(store, |tx| tx.grants_mut().insert(&grant(1))).await;
}

//! QR sign-in: one stage for all its tests.

mod flow;
mod guarded;
mod legacy;
mod picture;
mod scan;

use countersign_core::approval::open::Origin;
use countersign_core::authenticator::login_hint_token;
use countersign_core::client::Endpoint;
use countersign_core::oidc::bearer::{self, DeviceBearer};
use countersign_core::oidc::token;
use countersign_core::policy::Policy;
use countersign_core::qr::{make, scan as scanning, status};
use countersign_core::{Outcome, Provider};
use countersign_jose::KeyType;
use countersign_protocol::ciba::AuthenticationAnswer;
use countersign_protocol::qr::{
    LoginHintKind, MakeRequest, QrContent, ScanAnswer, ScanRequest, SessionAnswer,
};
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

const USERNAME: &str = "user.name@OnesID1";

/// A device that shows a code, and a person with a phone.
struct Stage {
    world: World,
    device: Party,
    bearer: DeviceBearer,
    phone: SoftPhone,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    async fn with(policy: Policy) -> Self {
        let world = World::with(policy).await;
        let device = world.device(KeyType::P256).await;
        let bearer = device_bearer(&world.provider, &device).await;
        let (_, phone) = world.person(USERNAME).await;
        Self {
            world,
            device,
            bearer,
            phone,
        }
    }

    async fn make(&self, animated: bool) -> SessionAnswer {
        make::make(
            &self.world.provider,
            &self.bearer,
            MakeRequest { animated },
            origin(),
        )
        .await
        .expect("a session")
    }

    async fn look(&self, id: &str) -> Option<SessionAnswer> {
        status::status(&self.world.provider, &self.bearer, id)
            .await
            .expect("an answer")
    }

    /// The session, which has to be there.
    async fn seen(&self, id: &str) -> SessionAnswer {
        self.look(id).await.expect("the session is there")
    }

    async fn hint(&self) -> String {
        hint_of(&self.world.provider, &self.phone).await
    }

    /// Scans what the session shows, with a fresh token of the phone.
    async fn scan(&self, session: &SessionAnswer) -> Outcome<ScanAnswer> {
        let content = content(session);
        self.send(scan_of(&content, &self.hint().await)).await
    }

    async fn send(&self, request: ScanRequest) -> Outcome<ScanAnswer> {
        scanning::scan(&self.world.provider, request, origin()).await
    }

    /// A session that the phone has scanned, as the device sees it.
    async fn scanned(&self) -> SessionAnswer {
        let session = self.make(false).await;
        self.scan(&session).await.expect("a scan");
        self.seen(&session.session_id).await
    }

    /// Sends the session's request as published clients do.
    async fn request(&self, session: &SessionAnswer) -> Outcome<AuthenticationAnswer> {
        let token = session.login_hint_token.as_deref().expect("a scanned session");
        self.world
            .start(&self.device, &parameters(token, Some(&session.session_id)))
            .await
    }

    /// Step and code of every refusal in the audit log.
    async fn refusals(&self) -> Vec<(String, String)> {
        let records = self
            .world
            .provider
            .store
            .read(|tx| Ok(tx.audit().page(0, 10_000)?))
            .await;
        let refused = records
            .expect("the log")
            .into_iter()
            .filter(|record| record.action == "qr.refuse");
        refused
            .map(|record| {
                let detail: Value = serde_json::from_str(&record.detail).expect("JSON");
                let word = |name: &str| detail[name].as_str().expect("a word").to_owned();
                (word("step"), word("code"))
            })
            .collect()
    }

    /// Asserts what the audit log has of refusals, in order.
    #[track_caller]
    fn assert_refusals(have: &[(String, String)], want: &[(&str, &str)]) {
        let have: Vec<_> = have
            .iter()
            .map(|(step, code)| (step.as_str(), code.as_str()))
            .collect();
        assert_eq!(have, want);
    }
}

fn origin() -> Origin {
    Origin {
        ip: Some("192.0.2.9".to_owned()),
        user_agent: Some("browser/1".to_owned()),
    }
}

async fn device_bearer(provider: &Provider, device: &Party) -> DeviceBearer {
    let caller = device
        .authenticated(provider, Endpoint::Token)
        .await
        .expect("a client");
    let token = token::client_credentials(provider, caller, None)
        .await
        .expect("a token");
    let bearer = bearer::authenticate(provider, &token.access_token)
        .await
        .expect("a bearer");
    bearer.device().expect("a device").clone()
}

async fn hint_of(provider: &Provider, phone: &SoftPhone) -> String {
    let bearer = phone.bearer(provider).await.expect("a phone");
    login_hint_token::make(provider, &bearer)
        .await
        .expect("a token")
        .value
}

/// What the code of a session says.
fn content(session: &SessionAnswer) -> QrContent {
    serde_json::from_str(session.qr_content.as_deref().expect("a code")).expect("JSON")
}

/// What a phone posts after it has read a code.
fn scan_of(content: &QrContent, hint: &str) -> ScanRequest {
    ScanRequest {
        login_hint_kind: LoginHintKind::LoginHintToken,
        user_identifier: hint.to_owned(),
        session_id: Some(content.session_id.clone()),
        t: content.t,
        m: content.m.clone(),
    }
}

/// The claims of a service's request.
fn parameters(login_hint_token: &str, session: Option<&str>) -> Value {
    let mut parameters = json!({
        "scope": "openid profile", "binding_message": "Authorize login", "login_hint_token": login_hint_token,
    });
    if let (Some(parameters), Some(session)) = (parameters.as_object_mut(), session) {
        parameters.insert("qr_session_id".to_owned(), json!(session));
    }
    parameters
}

// The real provider behind a real socket. The examples of the documentation include this file, so it stands alone.

use async_trait::async_trait;
use countersign_client::{
    AuthReqId, AuthenticationQrCodeContent, ClientId, Clock, Configuration, IssuerUrl, LoginHint,
    LoginHintKind, OpenIdconnectClient, TokenSet,
};
use countersign_core::application::ApplicationType;
use countersign_core::application::add::{NewApplication, add};
use countersign_core::approval::open::Origin;
use countersign_core::authenticator::login_hint_token;
use countersign_core::policy::Policy;
use countersign_core::qr::scan;
use countersign_core::time::Clock as _;
use countersign_http::{AppState, Settings, router};
use countersign_jose::KeyType;
use countersign_protocol::qr::ScanRequest;
use countersign_testkit::{Party, SoftPhone, TestClock, World};
use jiff::Timestamp;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const RESOURCE: &str = "http://rp.example";

/// A provider with a registered machine and a person with a phone.
pub(crate) struct Served {
    pub(crate) world: World,
    pub(crate) party: Party,
    pub(crate) phone: SoftPhone,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::with_key(KeyType::P256).await
    }

    pub(crate) async fn with_key(key_type: KeyType) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let world = World::at(&host, Policy::default()).await;
        let service = router(AppState::new(Arc::clone(&world.provider), Settings::default()))
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let party = world.device(key_type).await;
        let application = NewApplication {
            hostname: Some("rp.example".to_owned()),
            client_id: Some(party.client_id.clone()),
            client_identifier: Some("test-service".to_owned()),
            ..NewApplication::new("Test service", ApplicationType::Server)
        };
        add(&world.provider, application, "test").await.unwrap();
        let (_, phone) = world.person("user.name@OnesID1").await;
        Self { world, party, phone }
    }

    pub(crate) fn configuration(&self, off_by: i64) -> Configuration {
        Configuration {
            clock: Arc::new(WorldClock {
                clock: Arc::clone(&self.world.clock),
                off_by,
            }),
            ..Configuration::default()
        }
    }

    pub(crate) async fn client(&self) -> OpenIdconnectClient {
        self.client_with(self.configuration(0)).await
    }

    pub(crate) async fn client_with(&self, configuration: Configuration) -> OpenIdconnectClient {
        OpenIdconnectClient::discover_with_configuration(
            ClientId::new(self.party.client_id.clone()),
            IssuerUrl::new(self.world.issuer()).unwrap(),
            self.party.key.clone(),
            configuration,
        )
        .await
        .unwrap()
    }

    /// The person looks at the phone, and decides about what waits there.
    pub(crate) async fn decide(&self, decision: &str) {
        let provider = &self.world.provider;
        let item = self.phone.approvals(provider).await.unwrap().pop().unwrap();
        self.phone
            .decide(provider, &item, decision, &json!({}))
            .await
            .unwrap();
    }

    /// The person's phone reads a code, and says who its person is.
    pub(crate) async fn scan(&self, content: &AuthenticationQrCodeContent) {
        let provider = &self.world.provider;
        let hint = login_hint_token::make(provider, &self.phone.bearer(provider).await.unwrap()).await;
        let request = ScanRequest {
            login_hint_kind: LoginHintKind::LoginHintToken,
            user_identifier: hint.unwrap().value,
            session_id: Some(content.session_id.clone()),
            t: content.t,
            m: content.m.clone(),
        };
        scan::scan(provider, request, Origin::default()).await.unwrap();
    }

    /// A sign-in that the person has approved already, and whose tokens nobody has collected.
    pub(crate) async fn approved(&self, client: &OpenIdconnectClient, resource: Option<&str>) -> AuthReqId {
        let hint = LoginHint::username(self.phone.username.as_str());
        let scope = "openid offline_access profile";
        let resource = resource.map(str::to_owned);
        let request = client.make_ciba_request(&hint, scope, "Sign in", resource).await;
        self.decide("approved").await;
        request.unwrap().auth_req_id
    }

    /// The tokens of such a sign-in.
    pub(crate) async fn signed_in(&self, client: &OpenIdconnectClient, resource: Option<&str>) -> TokenSet {
        let auth_req_id = self.approved(client, resource).await;
        client.check_ciba_status(&auth_req_id).await.unwrap()
    }
}

/// The clock of a real provider, seen from a client whose own clock is wrong by some seconds.
pub(crate) struct WorldClock {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) off_by: i64,
}

#[async_trait]
impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.now().millis() + self.off_by * 1000).unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        self.clock.advance(pause);
        tokio::task::yield_now().await;
    }
}

//! The real provider behind a real socket.

use crate::clocks::WorldClock;
use countersign_client::{ClientId, Configuration, IssuerUrl, OpenIdconnectClient};
use countersign_core::application::ApplicationType;
use countersign_core::application::add::{NewApplication, add};
use countersign_core::policy::Policy;
use countersign_http::{AppState, Settings, router};
use countersign_jose::KeyType;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;

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
}

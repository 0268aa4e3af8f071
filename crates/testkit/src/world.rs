//! A whole provider on a real SQLite file, with time and chance in the test's hand.

use crate::party::Party;
use crate::phone::SoftPhone;
use crate::time_and_chance::{SeededEntropy, TestClock};
use countersign_core::Provider;
use countersign_core::approval::open::Origin;
use countersign_core::authenticator::invite;
use countersign_core::ciba::redeem;
use countersign_core::ciba::start::{self, StartRequest};
use countersign_core::client::{Endpoint, add};
use countersign_core::device::{decide, register};
use countersign_core::failure::Outcome;
use countersign_core::keys::{Sealer, rotate};
use countersign_core::policy::Policy;
use countersign_core::provider::Host;
use countersign_core::time::{Clock, Timestamp};
use countersign_core::user::{IdpRole, User, add as add_user};
use countersign_jose::KeyType;
use countersign_notify::Inbox;
use countersign_protocol::ciba::{AuthenticationAnswer, AuthenticationRequest};
use countersign_protocol::client::ClientMetadata;
use countersign_protocol::device::RegistrationRequest;
use countersign_protocol::token::TokenAnswer;
use countersign_store_sqlite::SqliteStore;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

/// Where every world begins: 2026-11-21 09:00:00 UTC.
pub const BEGINNING: Timestamp = Timestamp::from_unix(1_795_251_600);

/// A provider with one organisation (`onesid1.com`, alias `OnesID1`).
pub struct World {
    /// The provider.
    pub provider: Arc<Provider>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    directory: TempDir,
    host: String,
}

/// Where the provider of a world is, unless the test serves it somewhere.
const HOST: &str = "https://idp.example";

impl World {
    /// A world with the default policy.
    pub async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    /// A world with a policy.
    pub async fn with(policy: Policy) -> Self {
        Self::at(HOST, policy).await
    }

    /// A world whose provider is reached at `host`, for tests that serve it over a real socket.
    pub async fn at(host: &str, policy: Policy) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let clock = Arc::new(TestClock::at(BEGINNING));
        let provider = Self::open(&directory, host, Arc::clone(&clock), policy, 1);
        add_user::create_organisation(&provider, "onesid1.com", &["OnesID1".to_owned()])
            .await
            .expect("an organisation");
        rotate::create_first(&provider).await.expect("keys");
        provider.reload_keys().await.expect("keys open");
        Self {
            provider: Arc::new(provider),
            clock,
            directory,
            host: host.to_owned(),
        }
    }

    fn open(directory: &TempDir, host: &str, clock: Arc<TestClock>, policy: Policy, seed: u64) -> Provider {
        let store = SqliteStore::open(
            directory.path().join("countersign.db"),
            countersign_store_sqlite::Options::default(),
        );
        Provider::new(
            Host::parse(host).expect("a host"),
            Arc::new(store.expect("a store")),
            clock,
            Arc::new(SeededEntropy::new(seed)),
            Arc::new(Inbox::default()),
            policy,
            Sealer::new([7; 32]),
        )
    }

    /// Closes the provider and opens the same data directory again, as a restart does.
    pub async fn restart(self) -> Self {
        let Self {
            provider,
            clock,
            directory,
            host,
        } = self;
        let policy = provider.policy.clone();
        drop(provider);
        let provider = Self::open(&directory, &host, Arc::clone(&clock), policy, 2);
        provider.reload_keys().await.expect("keys open");
        Self {
            provider: Arc::new(provider),
            clock,
            directory,
            host,
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.provider.host.issuer()
    }

    /// Adds a person.
    pub async fn user(&self, username: &str, role: IdpRole) -> User {
        add_user::add(&self.provider, username, role, None)
            .await
            .expect("a person")
    }

    /// Adds a person with an enrolled phone.
    pub async fn person(&self, username: &str) -> (User, SoftPhone) {
        let user = self.user(username, IdpRole::User).await;
        let phone = self.phone_of(&user).await;
        (user, phone)
    }

    /// Enrols one more phone of a person.
    pub async fn phone_of(&self, user: &User) -> SoftPhone {
        let invited = invite::invite(&self.provider, user, "test")
            .await
            .expect("an invitation");
        SoftPhone::enrol(&self.provider, invited.invitation.reveal())
            .await
            .expect("a phone")
    }

    /// The registration that a machine with this key would send.
    #[must_use]
    pub fn registration_of(party: &Party, title: &str, role: &str) -> RegistrationRequest {
        serde_json::from_value(json!({
            "publicKey": party.jwks(), "title": title, "location": "Bangkok", "domain": "onesid1.com", "role": role,
            "operatingSystem": "Linux", "operatingSystemRelease": "6.1", "systemArchitecture": "x86_64",
            "systemMemory": 8_000_000_000_u64,
        }))
        .expect("a registration")
    }

    /// Registers and approves a machine (profile `onesid`).
    pub async fn device(&self, key_type: KeyType) -> Party {
        let mut party = Party::new("", key_type);
        let request = Self::registration_of(&party, "Test server", "server");
        let registered = register::register(&self.provider, request, None)
            .await
            .expect("a registration");
        decide::approve(&self.provider, &registered.verification_code, "test")
            .await
            .expect("an approval");
        let status = register::status(&self.provider, &registered.verification_code)
            .await
            .expect("a status");
        party.client_id = status.client_id.expect("a client id").to_string();
        party
    }

    /// Registers a service with metadata beside its keys, for example `{"profile": "standard"}`.
    pub async fn service(&self, key_type: KeyType, metadata: &Value) -> Party {
        let mut party = Party::new("", key_type);
        let mut members = json!({ "jwks": party.jwks(), "client_name": "Test service" });
        if let (Some(members), Some(more)) = (members.as_object_mut(), metadata.as_object()) {
            members.extend(more.clone());
        }
        let metadata: ClientMetadata = serde_json::from_value(members).expect("metadata");
        let client = add::add(&self.provider, metadata, "test")
            .await
            .expect("a client");
        party.client_id = client.id.to_string();
        party
    }

    /// Starts a sign-in with a signed request that holds these parameters.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn start(&self, party: &Party, parameters: &Value) -> Outcome<AuthenticationAnswer> {
        let request = party.request_object(&self.issuer(), self.now(), parameters);
        self.start_with(
            party,
            Endpoint::Backchannel,
            Some(request),
            AuthenticationRequest::default(),
        )
        .await
    }

    /// Starts a sign-in with plain parameters.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn start_plain(&self, party: &Party, parameters: &Value) -> Outcome<AuthenticationAnswer> {
        let parameters = serde_json::from_value(parameters.clone()).expect("parameters");
        self.start_with(party, Endpoint::Backchannel, None, parameters)
            .await
    }

    /// Starts a sign-in with a request of the test's making.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn start_with(
        &self,
        party: &Party,
        endpoint: Endpoint,
        request: Option<String>,
        parameters: AuthenticationRequest,
    ) -> Outcome<AuthenticationAnswer> {
        let caller = party.authenticated(&self.provider, endpoint).await?;
        let origin = Origin {
            ip: Some("192.0.2.1".to_owned()),
            user_agent: Some("test/1".to_owned()),
        };
        let request = StartRequest {
            endpoint,
            request,
            request_uri: false,
            registration: false,
            parameters,
            origin,
        };
        start::start(&self.provider, caller, request).await
    }

    /// Polls once.
    ///
    /// # Errors
    /// What the provider refuses, `authorization_pending` among it.
    pub async fn poll(&self, party: &Party, auth_req_id: &str) -> Outcome<TokenAnswer> {
        let arrived = self.now();
        let caller = party.authenticated(&self.provider, Endpoint::Token).await?;
        redeem::redeem(&self.provider, caller, auth_req_id, arrived).await
    }

    /// A whole sign-in: asked, approved, collected.
    pub async fn signed_in(&self, party: &Party, phone: &SoftPhone, scope: &str) -> TokenAnswer {
        let parameters =
            json!({ "scope": scope, "login_hint": phone.username, "binding_message": "Authorize login" });
        let started = self.start(party, &parameters).await.expect("a request");
        let item = phone
            .approvals(&self.provider)
            .await
            .expect("a list")
            .pop()
            .expect("an approval");
        phone
            .decide(&self.provider, &item, "approved", &json!({}))
            .await
            .expect("a decision");
        self.poll(party, &started.auth_req_id).await.expect("tokens")
    }

    /// The data directory.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }
}

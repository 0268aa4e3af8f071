//! What a world needs for mutual sign-ins: services, credentials, people who hold one.

use crate::identity_phone::IdentityPhone;
use crate::world::World;
use countersign_core::approval::open::Origin;
use countersign_core::failure::Outcome;
use countersign_core::x1280::credential::{self, Issued, NewCredential};
use countersign_core::x1280::initiate;
use countersign_core::x1280::service::{self, AddedService, NewService};
use countersign_protocol::x1280::{IdentityScope, InitiateAnswer, InitiateRequest};
use serde_json::{Value, json};

impl World {
    /// Registers a service that may ask for everything, and asks for name and age over 18 by default; `change` it first.
    pub async fn mutual_service(&self, change: impl FnOnce(&mut NewService)) -> AddedService {
        let all = IdentityScope::ALL.map(|scope| scope.to_string()).to_vec();
        let mut new = NewService::new("Test shop", all, "shop-audience");
        new.default_scopes = ["identity:name", "identity:age_over_18"]
            .map(str::to_owned)
            .to_vec();
        change(&mut new);
        service::add(&self.provider, new, "test")
            .await
            .expect("a service")
    }

    /// Issues the credential of Marie Dupont, born 1990-05-17, French; `change` it first.
    pub async fn credential(&self, change: impl FnOnce(&mut NewCredential)) -> Issued {
        let mut new = NewCredential {
            given_name: Some("Marie".to_owned()),
            family_name: Some("Dupont".to_owned()),
            date_of_birth: Some("1990-05-17".to_owned()),
            nationality: Some("FRA".to_owned()),
            document_number: Some("X-4711".to_owned()),
            trust_level: Some(2),
            ..NewCredential::default()
        };
        change(&mut new);
        credential::issue(&self.provider, new, "test")
            .await
            .expect("a credential")
    }

    /// Marie with her credential on a phone.
    pub async fn marie(&self) -> IdentityPhone {
        let issued = self.credential(|_| ()).await;
        IdentityPhone::enrol(&self.provider, &issued)
            .await
            .expect("a phone with a credential")
    }

    /// Asks for a person by the service's bare id, with further members.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn initiate(
        &self,
        service: &AddedService,
        token_id: &str,
        further: &Value,
    ) -> Outcome<InitiateAnswer> {
        let mut members = json!({ "tokenId": token_id, "serviceId": service.service.id.as_str() });
        if let (Some(members), Some(further)) = (members.as_object_mut(), further.as_object()) {
            members.extend(further.clone());
        }
        self.initiate_with(serde_json::from_value(members).expect("a request"), None)
            .await
    }

    /// Asks with a request of the test's making, perhaps from a web page.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn initiate_with(
        &self,
        request: InitiateRequest,
        web_origin: Option<&str>,
    ) -> Outcome<InitiateAnswer> {
        let origin = Origin {
            ip: Some("192.0.2.1".to_owned()),
            user_agent: Some("test/1".to_owned()),
        };
        initiate::initiate(&self.provider, request, origin, web_origin).await
    }
}

//! Somebody who holds a key and signs: a machine, a service or a phone, as seen from outside.

use countersign_core::Provider;
use countersign_core::client::{AuthenticatedClient, ClientCredentials, Endpoint, authenticate};
use countersign_core::failure::Outcome;
use countersign_core::time::Timestamp;
use countersign_jose::{Algorithm, KeyType, PrivateKey, sign};
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

static JTI: AtomicU64 = AtomicU64::new(0);

/// A `jti` that no other of this test process equals.
#[must_use]
pub fn fresh_jti() -> String {
    format!("jti-{}", JTI.fetch_add(1, Ordering::SeqCst))
}

/// A client with its private key.
pub struct Party {
    /// Its client id.
    pub client_id: String,
    /// Its key.
    pub key: PrivateKey,
    /// The algorithm that it signs with.
    pub algorithm: Algorithm,
}

impl Party {
    /// A party with a new key.
    #[must_use]
    pub fn new(client_id: &str, key_type: KeyType) -> Self {
        let key = PrivateKey::generate(key_type).expect("a key can be made");
        let algorithm = key.public().natural_algorithm();
        Self {
            client_id: client_id.to_owned(),
            key,
            algorithm,
        }
    }

    /// Signs any claims with any further header members.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        sign(&self.key, self.algorithm, header, claims).expect("claims can be signed")
    }

    /// The claims of a good client assertion.
    #[must_use]
    pub fn assertion_claims(&self, audience: &str, now: Timestamp) -> Value {
        json!({
            "iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": fresh_jti(),
            "iat": now.unix(), "nbf": now.unix(), "exp": now.unix() + 300,
        })
    }

    /// A good client assertion.
    #[must_use]
    pub fn assertion(&self, audience: &str, now: Timestamp) -> String {
        self.sign(&json!({ "typ": "JWT" }), &self.assertion_claims(audience, now))
    }

    /// The form fields of `private_key_jwt`.
    #[must_use]
    pub fn credentials(&self, audience: &str, now: Timestamp) -> ClientCredentials {
        self.credentials_with(self.assertion(audience, now))
    }

    /// The form fields around an assertion of the test's making.
    #[must_use]
    pub fn credentials_with(&self, assertion: String) -> ClientCredentials {
        ClientCredentials {
            client_id: Some(self.client_id.clone()),
            client_assertion_type: Some(CLIENT_ASSERTION_TYPE.to_owned()),
            client_assertion: Some(assertion),
        }
    }

    /// Authenticates with a new assertion.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn authenticated(
        &self,
        provider: &Provider,
        endpoint: Endpoint,
    ) -> Outcome<AuthenticatedClient> {
        let credentials = self.credentials(&provider.host.issuer(), provider.clock.now());
        authenticate(provider, credentials, endpoint).await
    }

    /// The claims of a good signed authentication request, with further members.
    #[must_use]
    pub fn request_claims(&self, audience: &str, now: Timestamp, further: &Value) -> Value {
        let mut claims = self.assertion_claims(audience, now);
        if let (Some(claims), Some(further)) = (claims.as_object_mut(), further.as_object()) {
            claims.extend(further.clone());
        }
        claims
    }

    /// A good signed authentication request (CIBA Core §7.1.1).
    #[must_use]
    pub fn request_object(&self, audience: &str, now: Timestamp, further: &Value) -> String {
        self.sign(
            &json!({ "typ": "JWT" }),
            &self.request_claims(audience, now, further),
        )
    }

    /// The public key as a JWK Set, as clients register it.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.key.public().jwk()] })
    }
}

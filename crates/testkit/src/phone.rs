//! A soft phone: enrols, sees what a person sees, and signs decisions.

use crate::party::{Party, fresh_jti};
use countersign_core::Provider;
use countersign_core::approval::{decide, list};
use countersign_core::authenticator::enrol;
use countersign_core::client::Endpoint;
use countersign_core::failure::Outcome;
use countersign_core::id::ApprovalId;
use countersign_core::oidc::bearer::{self, PhoneBearer};
use countersign_core::oidc::token;
use countersign_core::time::Timestamp;
use countersign_jose::{KeyType, base64url, hash};
use countersign_protocol::approval::{ApprovalItem, DECISION_TYP, DecisionAnswer, DecisionRequest};
use countersign_protocol::authenticator::{ENROLMENT_PROOF_TYP, EnrolmentRequest};
use serde_json::{Value, json};

/// An enrolled phone.
pub struct SoftPhone {
    /// Its client id and key.
    pub party: Party,
    /// The person's username, as the provider told it.
    pub username: String,
}

impl SoftPhone {
    /// The enrolment of a new key with an invitation.
    #[must_use]
    pub fn enrolment(party: &Party, host: &str, invitation: &str, now: Timestamp) -> EnrolmentRequest {
        let claims = json!({
            "aud": host, "invitation_digest": base64url::encode(&hash::sha256(invitation.as_bytes())),
            "iat": now.unix(), "exp": now.unix() + 60,
        });
        EnrolmentRequest {
            invitation: invitation.to_owned(),
            name: "soft phone".to_owned(),
            platform: "testkit".to_owned(),
            jwk: serde_json::to_value(party.key.public().jwk()).expect("a JWK is JSON"),
            proof: party.sign(&json!({ "typ": ENROLMENT_PROOF_TYP }), &claims),
            push: None,
        }
    }

    /// Enrols a new phone.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn enrol(provider: &Provider, invitation: &str) -> Outcome<Self> {
        let mut party = Party::new("", KeyType::P256);
        let request = Self::enrolment(&party, provider.host.as_str(), invitation, provider.clock.now());
        let answer = enrol::enrol(provider, request).await?;
        party.client_id = answer.client_id;
        Ok(Self {
            party,
            username: answer.username,
        })
    }

    /// Gets a token and becomes a bearer.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn bearer(&self, provider: &Provider) -> Outcome<PhoneBearer> {
        let caller = self.party.authenticated(provider, Endpoint::Token).await?;
        let token = token::client_credentials(provider, caller, None).await?;
        Ok(bearer::authenticate(provider, &token.access_token)
            .await?
            .phone()?
            .clone())
    }

    /// The approvals that wait.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn approvals(&self, provider: &Provider) -> Outcome<Vec<ApprovalItem>> {
        Ok(list::pending(provider, &self.bearer(provider).await?)
            .await?
            .approvals)
    }

    /// The claims of a good decision, with further members.
    #[must_use]
    pub fn decision_claims(
        &self,
        host: &str,
        item: &ApprovalItem,
        decision: &str,
        now: Timestamp,
        further: &Value,
    ) -> Value {
        let mut claims = json!({
            "iss": self.party.client_id, "aud": host, "jti": fresh_jti(), "iat": now.unix(), "exp": now.unix() + 60,
            "approval_id": item.id, "decision": decision, "digest": item.digest,
        });
        if let (Some(claims), Some(further)) = (claims.as_object_mut(), further.as_object()) {
            claims.extend(further.clone());
        }
        claims
    }

    /// Decides with further claims (`code`, `granted`, `reason`).
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn decide(
        &self,
        provider: &Provider,
        item: &ApprovalItem,
        decision: &str,
        further: &Value,
    ) -> Outcome<DecisionAnswer> {
        let claims = self.decision_claims(
            provider.host.as_str(),
            item,
            decision,
            provider.clock.now(),
            further,
        );
        let jws = self.party.sign(&json!({ "typ": DECISION_TYP }), &claims);
        self.send(provider, item, jws).await
    }

    /// Sends a decision of the test's making.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn send(
        &self,
        provider: &Provider,
        item: &ApprovalItem,
        decision: String,
    ) -> Outcome<DecisionAnswer> {
        let bearer = self.bearer(provider).await?;
        decide::decide(
            provider,
            &bearer,
            ApprovalId(item.id),
            DecisionRequest { decision },
        )
        .await
    }
}

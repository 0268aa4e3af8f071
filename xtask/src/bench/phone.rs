//! The phones of our side: enrolled by invitation, they send real signed decisions over HTTP.

use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url, hash, sign};
use countersign_protocol::approval::{
    ApprovalItem, ApprovalList, DECISION_TYP, Decision, DecisionClaims, DecisionRequest,
};
use countersign_protocol::authenticator::{
    ENROLMENT_PROOF_TYP, EnrolmentAnswer, EnrolmentProof, EnrolmentRequest,
};
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use serde::Serialize;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;

use super::sign::unix_seconds;
use super::wire::{self, Answer, Connection};

/// One person's phone.
pub(crate) struct Phone {
    key: PrivateKey,
    host: String,
    account: EnrolmentAnswer,
}

impl Phone {
    /// Enrols a new key with an invitation (decisions.md, "People, phones and approvals").
    ///
    /// # Errors
    /// The server refuses it.
    pub(crate) async fn enrol(address: SocketAddr, host: &str, invitation: &str) -> Result<Self, String> {
        let key = PrivateKey::generate(KeyType::P256).map_err(|error| format!("a phone's key: {error}"))?;
        let jwk = key
            .public()
            .jwk()
            .clone()
            .with_alg(Algorithm::Es256)
            .with_use_sig();
        let now = unix_seconds();
        let invitation_digest = base64url::encode(&hash::sha256(invitation.as_bytes()));
        let proof = EnrolmentProof {
            aud: host.to_owned(),
            invitation_digest,
            iat: now,
            exp: now + 120,
        };
        let request = EnrolmentRequest {
            invitation: invitation.to_owned(),
            name: "Benchmark".to_owned(),
            platform: "bench".to_owned(),
            jwk: json!(jwk),
            proof: signed(&key, ENROLMENT_PROOF_TYP, &proof)?,
            push: None,
        };
        let answer = Connection::open(address)
            .await?
            .exchange(&wire::json("/authenticators", None, &request)?)
            .await?;
        if answer.status != 201 {
            return Err(format!("a phone could not be enrolled: {}", answer.text()));
        }
        let account = serde_json::from_slice(&answer.body)
            .map_err(|error| format!("the answer to an enrolment: {error}"))?;
        Ok(Self {
            key,
            host: host.to_owned(),
            account,
        })
    }

    /// Every phone approves all that waits for its person; gives how many that were.
    ///
    /// # Errors
    /// A decision is refused.
    pub(crate) async fn approve_all(
        phones: &Arc<Vec<Self>>,
        address: SocketAddr,
        token_path: &str,
    ) -> Result<usize, String> {
        let deciding: Vec<_> = (0..phones.len())
            .map(|index| {
                let (phones, token_path) = (Arc::clone(phones), token_path.to_owned());
                tokio::spawn(async move {
                    match phones.get(index) {
                        Some(phone) => phone.approve(address, &token_path).await,
                        None => Ok(0),
                    }
                })
            })
            .collect();
        let mut approved = 0;
        for phone in deciding {
            approved += phone.await.map_err(|error| format!("a phone died: {error}"))??;
        }
        Ok(approved)
    }

    async fn approve(&self, address: SocketAddr, token_path: &str) -> Result<usize, String> {
        let mut connection = Connection::open(address).await?;
        let token =
            good(connection.exchange(&self.token_request(token_path)?).await?)?.member("access_token")?;
        let list = good(
            connection
                .exchange(&wire::get("/approvals", Some(&token)))
                .await?,
        )?;
        let list: ApprovalList =
            serde_json::from_slice(&list.body).map_err(|error| format!("the list of approvals: {error}"))?;
        for item in &list.approvals {
            let path = format!("/approvals/{}/decision", item.id);
            let request = wire::json(&path, Some(&token), &self.decision(item)?)?;
            good(connection.exchange(&request).await?)?;
        }
        Ok(list.approvals.len())
    }

    fn token_request(&self, token_path: &str) -> Result<Vec<u8>, String> {
        let now = unix_seconds();
        let client_id = &self.account.client_id;
        let claims = json!({ "iss": client_id, "sub": client_id, "aud": self.account.issuer, "jti": jti(), "iat": now, "nbf": now, "exp": now + 60 });
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE),
            ("client_assertion", &signed(&self.key, "JWT", &claims)?),
        ];
        Ok(wire::form(token_path, &fields))
    }

    fn decision(&self, item: &ApprovalItem) -> Result<DecisionRequest, String> {
        let now = unix_seconds();
        let claims = DecisionClaims {
            iss: self.account.client_id.clone(),
            aud: self.host.clone(),
            jti: jti(),
            iat: now,
            exp: now + 60,
            approval_id: item.id,
            decision: Decision::Approved,
            digest: item.digest.clone(),
            granted: None,
            code: None,
            reason: None,
        };
        Ok(DecisionRequest {
            decision: signed(&self.key, DECISION_TYP, &claims)?,
        })
    }
}

fn good(answer: Answer) -> Result<Answer, String> {
    if (200..300).contains(&answer.status) {
        Ok(answer)
    } else {
        Err(format!("a phone was refused: {}", answer.text()))
    }
}

/// Unique within the run, which is all that a server with an empty store can tell.
fn jti() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("phone-{:026x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn signed(key: &PrivateKey, typ: &str, claims: &impl Serialize) -> Result<String, String> {
    sign(key, Algorithm::Es256, &json!({ "typ": typ }), claims)
        .map_err(|error| format!("a phone's signature: {error}"))
}

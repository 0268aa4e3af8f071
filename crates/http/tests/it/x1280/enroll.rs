//! `POST {host}/enroll/challenge` and `POST {host}/enroll`: a phone takes on a credential.

use super::{Stage, wire};
use countersign_core::x1280::credential::{self, Issued};
use countersign_jose::{KeyType, PrivateKey};
use countersign_testkit::{IdentityPhone, Party};
use serde_json::{Value, json};

impl Stage {
    async fn issue(&self, name: &str) -> Issued {
        let name = name.to_owned();
        self.site
            .world
            .credential(|new| new.given_name = Some(name))
            .await
    }

    /// A good enrolment with a fresh challenge.
    async fn enrolment(&self, key: &PrivateKey, issued: &Issued) -> Value {
        let challenge = self.post("/enroll/challenge", &json!({})).await.succeeds(200);
        assert_eq!(challenge["expiresIn"], 300);
        let challenge = challenge["challenge"].as_str().unwrap();
        wire(&IdentityPhone::enrolment(key, issued, challenge))
    }
}

fn key() -> PrivateKey {
    Party::new("", KeyType::P256).key
}

#[tokio::test]
async fn a_credential_is_enrolled_once() {
    let stage = Stage::new().await;
    let (issued, key) = (stage.issue("Jean").await, key());
    let request = stage.enrolment(&key, &issued).await;
    let answer = stage.post("/enroll", &request).await.succeeds(200);
    assert_eq!(
        (&answer["enrolled"], &answer["tokenId"]),
        (&json!(true), &json!(issued.token_id.as_str()))
    );
    assert_eq!(answer["expiresAt"], "2028-11-21T09:00:00Z");
    assert_eq!(answer["authenticator"]["issuer"], "https://idp.example/oidc");
    // The challenge is spent, and the credential is on a phone.
    stage
        .post("/enroll", &request)
        .await
        .refuses(400, "invalid_request");
    let again = stage.enrolment(&key, &issued).await;
    stage.post("/enroll", &again).await.refuses(409, "conflict");
}

#[tokio::test]
async fn a_bad_credential_key_or_proof_is_400_and_a_revoked_credential_409() {
    let stage = Stage::new().await;
    let (issued, key) = (stage.issue("Jean").await, key());
    let good = stage.enrolment(&key, &issued).await;
    for (name, value) in [
        ("vdsData", json!("HC1:NOTHING")),
        ("publicKeyPem", json!("-----BEGIN PUBLIC KEY-----")),
        ("proofBase64", json!("AA==")),
        ("challenge", json!(null)),
    ] {
        let mut request = good.clone();
        request[name] = value;
        // Each comes from another address in life; four are fewer than five.
        stage
            .post("/enroll", &request)
            .await
            .refuses(400, "invalid_request");
    }
    credential::revoke(&stage.site.world.provider, issued.token_id.as_str(), None, "test")
        .await
        .unwrap();
    stage.post("/enroll", &good).await.refuses(409, "conflict");
}

#[tokio::test]
async fn the_page_for_invitations_is_still_at_the_same_address() {
    let stage = Stage::new().await;
    let page = stage.site.get("/enroll", None).await;
    assert_eq!(page.status.as_u16(), 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
}

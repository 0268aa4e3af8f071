//! Who signs: a key, a key with its registered algorithm, the signing service of the machine (onesid.md §12).

use crate::fake_provider::{Answer, FakeProvider, Received};
use countersign_client::{
    Advice, Algorithm, ClientError, ClientId, HttpError, KeySigner, OpenIdconnectClient, Signer, SignerError,
    SigningService,
};
use countersign_jose::{KeyType, PrivateKey, UnverifiedJws, base64url};
use serde_json::{Value, json};

async fn assertion_of(fake: &FakeProvider, signer: impl Signer + 'static) -> UnverifiedJws {
    let id = ClientId::new("c".to_owned());
    let configuration = fake.configuration();
    let client =
        OpenIdconnectClient::discover_with_configuration(id, fake.issuer_url(), signer, configuration)
            .await
            .unwrap();
    fake.on(
        "/oidc/token",
        Answer::Json(
            200,
            json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 1 }),
        ),
    );
    client.request_device_access_token().await.unwrap();
    let received: Received = fake.received("/oidc/token").remove(0);
    UnverifiedJws::parse(&received.field("client_assertion").unwrap()).unwrap()
}

#[tokio::test]
async fn a_key_signs_with_its_own_algorithm() {
    for kind in KeyType::ALL {
        let fake = FakeProvider::start().await;
        let key = PrivateKey::generate(kind).unwrap();
        let assertion = assertion_of(&fake, key.clone()).await;
        assert_eq!(assertion.header().kid(), None);
        assertion
            .verify(key.public(), key.public().natural_algorithm())
            .unwrap();
    }
}

#[tokio::test]
async fn a_registered_algorithm_and_kid_stand_in_the_header() {
    let fake = FakeProvider::start().await;
    let key = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let signer = KeySigner::new(key.clone(), Algorithm::Ps256)
        .unwrap()
        .with_key_id("2026-11");
    let assertion = assertion_of(&fake, signer).await;
    assert_eq!(
        (assertion.header().alg(), assertion.header().kid()),
        ("PS256", Some("2026-11"))
    );
    assertion.verify(key.public(), Algorithm::Ps256).unwrap();
    KeySigner::new(key, Algorithm::Es256).unwrap_err();
}

#[tokio::test]
async fn the_signing_service_is_told_device_and_message_and_its_signature_is_used_as_it_is() {
    let service = FakeProvider::start().await;
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let input = b"eyJ0eXAiOiJKV1QifQ.e30";
    let signature = base64url::encode(&key.sign(Algorithm::Es256, input).unwrap());
    service.on("/sign", Answer::Json(201, json!({ "signature": signature })));
    let signer = SigningService::at(format!("{}/sign", service.host), "device-1", Algorithm::Es256).unwrap();
    let signed = signer.sign(input).await.unwrap();
    key.public().verify(Algorithm::Es256, input, &signed).unwrap();
    let body: Value = serde_json::from_str(&service.received("/sign")[0].body).unwrap();
    assert_eq!(
        body,
        json!({ "deviceId": "device-1", "message": "eyJ0eXAiOiJKV1QifQ.e30" })
    );
}

#[tokio::test]
async fn a_signing_service_that_talks_nonsense_is_a_typed_error() {
    let service = FakeProvider::start().await;
    let signer = SigningService::at(format!("{}/sign", service.host), "d", Algorithm::Es256).unwrap();
    for answer in [
        Answer::Text(200, "text/html", "<html>".to_owned()),
        Answer::Json(200, json!({})),
        Answer::Redirect("http://127.0.0.1:1/".to_owned()),
        Answer::Endless,
    ] {
        service.on("/sign", answer);
        assert!(matches!(signer.sign(b"a.b").await, Err(SignerError::Service(_))));
    }
    service.on("/sign", Answer::Json(200, json!({ "signature": "+/+/==" })));
    assert!(matches!(
        signer.sign(b"a.b").await,
        Err(SignerError::NotASignature)
    ));
    assert!(matches!(
        signer.sign("ü".as_bytes()).await,
        Err(SignerError::NotAscii)
    ));
}

#[tokio::test]
async fn a_signing_service_that_is_away_may_come_back() {
    let fake = FakeProvider::start().await;
    fake.on("/sign", Answer::Text(503, "text/plain", String::new()));
    let signer = SigningService::at(format!("{}/sign", fake.host), "d", Algorithm::Es256).unwrap();
    let id = ClientId::new("c".to_owned());
    let configuration = fake.configuration();
    let client =
        OpenIdconnectClient::discover_with_configuration(id, fake.issuer_url(), signer, configuration);
    let error = client.await.unwrap().device_access_token().await.unwrap_err();
    assert!(
        matches!(error, ClientError::Signer(SignerError::Service(_))),
        "{error}"
    );
    assert_eq!((error.advice(), fake.received("/sign").len()), (Advice::Retry, 3));
}

#[test]
fn a_signing_service_elsewhere_has_to_be_encrypted() {
    let refused = SigningService::at("http://192.0.2.1:8000/sign", "d", Algorithm::Es256).map(drop);
    assert!(matches!(refused, Err(HttpError::Insecure { .. })));
}

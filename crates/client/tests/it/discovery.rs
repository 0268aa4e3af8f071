//! What a provider says of itself is checked before it is believed (OpenID Connect Discovery §4.3).

use crate::clocks::BEGINNING;
use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, client_key, with};
use countersign_client::{
    Advice, ClientError, ClientId, Clock as _, Configuration, IssuerUrl, MetadataError, OpenIdconnectClient,
    ProviderMetadata, Retry,
};
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/oidc/.well-known/openid-configuration";

async fn refused(fake: &FakeProvider, metadata: &Value) -> MetadataError {
    fake.on(PATH, Answer::Json(200, metadata.clone()));
    match fake.try_client(fake.configuration()).await {
        Err(ClientError::Metadata(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn discovery_is_one_request_and_fetches_no_keys_yet() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    assert_eq!(client.issuer_url().as_str(), fake.issuer());
    assert_eq!(client.provider_metadata().issuer().as_str(), fake.issuer());
    assert_eq!(fake.received(PATH).len(), 1);
    let user_agent = fake.received(PATH)[0].user_agent.clone().unwrap();
    assert!(user_agent.starts_with("countersign-client/"), "{user_agent}");
    assert!(fake.received("/oidc/jwks").is_empty());
}

#[tokio::test]
async fn a_provider_that_calls_itself_by_another_name_is_refused() {
    let fake = FakeProvider::start().await;
    for issuer in [
        format!("{}/", fake.issuer()),
        fake.issuer().to_uppercase(),
        "https://idp.example/oidc".to_owned(),
    ] {
        let error = refused(&fake, &with(&fake.metadata(), &json!({ "issuer": issuer }))).await;
        assert!(
            matches!(error, MetadataError::OtherIssuer { .. }),
            "{issuer}: {error}"
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_could_be_listened_to_is_refused() {
    let fake = FakeProvider::start().await;
    for member in [
        "token_endpoint",
        "jwks_uri",
        "backchannel_authentication_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
    ] {
        for url in ["http://idp.example/x", "ftp://127.0.0.1/x", "file:///etc/passwd"] {
            let error = refused(&fake, &with(&fake.metadata(), &json!({ member: url }))).await;
            assert!(
                matches!(error, MetadataError::Insecure { member: told, .. } if told == member),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_provider_elsewhere_cannot_send_us_to_our_own_ports() {
    let fake = FakeProvider::start().await;
    let changes = json!({
        "issuer": "https://idp.example/oidc", "jwks_uri": "https://idp.example/oidc/jwks",
        "token_endpoint": "http://127.0.0.1:8000/sign", "backchannel_authentication_endpoint": null,
        "introspection_endpoint": null, "revocation_endpoint": null,
    });
    let metadata: ProviderMetadata = serde_json::from_value(with(&fake.metadata(), &changes)).unwrap();
    let made = OpenIdconnectClient::new(
        ClientId::new(CLIENT_ID.to_owned()),
        IssuerUrl::new("https://idp.example/oidc".to_owned()).unwrap(),
        metadata,
        client_key(),
    );
    let refused = made.map(drop).unwrap_err();
    assert!(
        matches!(
            refused,
            ClientError::Metadata(MetadataError::Insecure {
                member: "token_endpoint",
                ..
            })
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn an_issuer_that_is_not_encrypted_is_never_called() {
    let issuer = IssuerUrl::new("http://idp.example/oidc".to_owned()).unwrap();
    let refused = OpenIdconnectClient::discover(ClientId::new(CLIENT_ID.to_owned()), issuer, client_key())
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "http://idp.example/oidc is not encrypted; use an https address"
    );
}

#[tokio::test]
async fn an_endpoint_that_is_not_offered_is_named_when_it_is_needed() {
    let fake = FakeProvider::start().await;
    let changes = json!({ "token_endpoint": null, "backchannel_authentication_endpoint": null });
    fake.on(PATH, Answer::Json(200, with(&fake.metadata(), &changes)));
    let client = fake.client().await;
    let refused = client.device_access_token().await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the provider does not offer `token_endpoint`"
    );
    assert_eq!(refused.advice(), Advice::GiveUp);
}

#[tokio::test]
async fn plain_discovery_fails_at_once_and_the_patient_one_waits_for_the_provider() {
    let fake = FakeProvider::start().await;
    fake.on(
        PATH,
        Answer::Text(502, "text/html", "<html>Bad gateway</html>".to_owned()),
    );
    let refused = fake.try_client(fake.configuration()).await.unwrap_err();
    assert_eq!((refused.advice(), fake.received(PATH).len()), (Advice::Retry, 1));

    let down = Answer::Text(503, "text/plain", String::new());
    fake.on_each(
        PATH,
        vec![
            down.clone(),
            down.clone(),
            down,
            Answer::Json(200, fake.metadata()),
        ],
    );
    let configuration = Configuration {
        discovery_retry: Retry::PATIENT,
        ..fake.configuration()
    };
    fake.try_client(configuration).await.unwrap();
    let pauses = fake.clock.pauses();
    assert_eq!(pauses.len(), 3);
    for (pause, whole) in pauses.iter().zip([2, 4, 8]) {
        let whole = Duration::from_secs(whole);
        assert!((whole / 2..=whole).contains(pause), "{pause:?} of {whole:?}");
    }
}

#[tokio::test]
async fn the_patient_discovery_gives_up_after_ten_retries_of_at_most_a_minute() {
    let fake = FakeProvider::start().await;
    fake.on(PATH, Answer::Text(503, "text/plain", String::new()));
    let configuration = Configuration {
        discovery_retry: Retry::PATIENT,
        ..fake.configuration()
    };
    fake.try_client(configuration).await.unwrap_err();
    assert_eq!(fake.received(PATH).len(), 11);
    assert!(
        fake.clock
            .pauses()
            .iter()
            .all(|pause| *pause <= Duration::from_secs(60))
    );
    assert!(fake.clock.now().as_second() > BEGINNING);
}

#[tokio::test]
async fn a_leeway_beyond_a_minute_is_a_misuse() {
    let fake = FakeProvider::start().await;
    let configuration = Configuration {
        leeway: Duration::from_secs(61),
        ..fake.configuration()
    };
    let refused = fake.try_client(configuration).await.unwrap_err();
    assert_eq!(refused.advice(), Advice::Misuse);
}

//! `vectors/front-end`: what the TypeScript packages read too.

use crate::fake_provider::{Answer, FakeProvider};
use countersign_client::{Advice, Configuration, OpenIdconnectClient, Retry};
use serde_json::{Value, json};
use std::time::Duration;

fn vectors(name: &str) -> Value {
    let path = format!("{}/../../vectors/front-end/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A client that asks once, so that what it is told is told to the caller.
async fn client(fake: &FakeProvider) -> OpenIdconnectClient {
    let configuration = Configuration {
        retry: Retry::NEVER,
        ..fake.configuration()
    };
    fake.try_client(configuration).await.unwrap()
}

#[tokio::test]
async fn the_advice_about_an_error_is_the_one_that_every_language_gives() {
    let fake = FakeProvider::start().await;
    let client = client(&fake).await;
    for case in vectors("advice.json")["answers"].as_array().unwrap() {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let body = case
            .get("error")
            .map_or(json!({}), |error| json!({ "error": error }));
        let answer = match case["retryAfter"].as_u64() {
            Some(seconds) => Answer::JsonAfter(status, body, seconds),
            None => Answer::Json(status, body),
        };
        fake.on("/oidc/token", answer);
        // A handle of its own for each: `slow_down` widens the pauses of one request only.
        let error = client.check_ciba_status(&case.to_string()).await.unwrap_err();
        let advice = match case["advice"]["kind"].as_str().unwrap() {
            "wait" => Advice::Wait(Duration::from_secs(case["advice"]["seconds"].as_u64().unwrap())),
            "retry" => Advice::Retry,
            "give_up" => Advice::GiveUp,
            "misuse" => Advice::Misuse,
            other => panic!("no advice of ours: {other}"),
        };
        assert_eq!(error.advice(), advice, "{case}");
    }
}

/// The routes of a service in front of a provider that answers what the vectors say.
#[cfg(feature = "axum")]
mod calls {
    use super::{client, vectors};
    use crate::fake_provider::{Answer, FakeProvider};
    use axum::Router;
    use countersign_client::relying_party::{RelyingPartyConfig, router};
    use serde_json::{Value, json};

    const SERVICE: &str = "https://shop.example.com";

    /// Where the service goes for an operation of the front end.
    fn endpoint(operation: &str) -> &'static str {
        match operation {
            "makeCibaRequest" => "/oidc/backchannel",
            "checkCibaStatus" | "refreshToken" => "/oidc/token",
            "makeQrSession" => "/oidc/qr/make",
            "qrSessionStatus" => "/oidc/qr/status",
            other => panic!("no operation of ours: {other}"),
        }
    }

    /// A provider whose answer is the one that the front end shall get.
    async fn provider(call: &Value) -> FakeProvider {
        let fake = FakeProvider::start().await;
        let device = json!({ "access_token": "device", "token_type": "Bearer", "expires_in": 600 });
        fake.on("/oidc/token", Answer::Json(200, device));
        let status = match u16::try_from(call["answer"]["status"].as_u64().unwrap()).unwrap() {
            200..300 => 200,
            refused => refused,
        };
        let answer = Answer::Json(status, call["answer"]["body"].clone());
        fake.on(endpoint(call["operation"].as_str().unwrap()), answer);
        fake
    }

    /// What a service that serves the routes answers to the request of the vector.
    async fn answered(fake: &FakeProvider, call: &Value) -> (u16, Value) {
        let config = RelyingPartyConfig {
            resource: Some(SERVICE.to_owned()),
            ..RelyingPartyConfig::new("openid offline_access profile", "Sign in to the shop")
        };
        let app = Router::new().nest("/api", router(client(fake).await, config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .unwrap();
        let request = &call["request"];
        assert_eq!(request["method"], "POST", "{call}");
        let url = format!("{host}{}", request["path"].as_str().unwrap());
        let request = match &request["body"] {
            Value::Null => http.post(url),
            body => http.post(url).json(body),
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    #[tokio::test]
    async fn every_call_of_a_front_end_is_served_as_the_vectors_say() {
        for call in vectors("calls.json")["calls"].as_array().unwrap() {
            let fake = provider(call).await;
            let (status, body) = answered(&fake, call).await;
            let expected = &call["answer"];
            if call.get("advice").is_none() {
                assert_eq!(status, 200, "{call}: {body}");
                for (member, value) in expected["body"].as_object().unwrap() {
                    assert_eq!(&body[member], value, "{member} of {call}: {body}");
                }
            } else {
                assert_eq!(expected["status"], status, "{call}: {body}");
                assert!(!body["error_description"].as_str().unwrap().is_empty(), "{call}");
            }
            sent(&fake, call);
        }
    }

    /// What the front end asked for has reached the provider.
    fn sent(fake: &FakeProvider, call: &Value) {
        let operation = call["operation"].as_str().unwrap();
        let received = fake.received(endpoint(operation)).pop().unwrap();
        let asked = &call["request"]["body"];
        match operation {
            "makeCibaRequest" => {
                let request = received.field("request").unwrap();
                let claims = countersign_jose::base64url::decode(request.split('.').nth(1).unwrap()).unwrap();
                let claims: Value = serde_json::from_slice(&claims).unwrap();
                assert_eq!(
                    claims[asked["loginHintKind"].as_str().unwrap()],
                    asked["userIdentifier"]
                );
                assert_eq!(claims["scope"], asked["scope"]);
                let resource = (asked["resource"] == "device").then_some(SERVICE);
                assert_eq!(claims["resource"].as_str(), resource);
            }
            "checkCibaStatus" => {
                assert_eq!(
                    received.field("auth_req_id").as_deref(),
                    asked["authRequestId"].as_str()
                );
            }
            "refreshToken" => {
                assert_eq!(
                    received.field("refresh_token").as_deref(),
                    asked["refresh_token"].as_str()
                );
            }
            "makeQrSession" => assert_eq!(
                received.body,
                asked.as_object().map_or(String::new(), |_| asked.to_string())
            ),
            _ => assert!(
                received.body.contains(asked["sessionId"].as_str().unwrap()),
                "{call}"
            ),
        }
    }
}

//! CIBA against a provider that says everything there is to say (CIBA Core §11).

use crate::clocks::BEGINNING;
use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, client_key};
use countersign_client::{Advice, AuthReqId, ClientError, LoginHint, OpenIdconnectClient};
use countersign_jose::UnverifiedJws;
use serde_json::{Value, json};
use std::time::Duration;

const TOKEN: &str = "/oidc/token";

fn refusal(code: &str) -> Answer {
    Answer::Json(400, json!({ "error": code, "error_description": "because" }))
}

async fn asked(fake: &FakeProvider, client: &OpenIdconnectClient, interval: Option<u64>) -> AuthReqId {
    let mut answer = json!({ "auth_req_id": "handle", "expires_in": 600 });
    if let Some(interval) = interval {
        answer["interval"] = json!(interval);
    }
    fake.on("/oidc/backchannel", Answer::Json(200, answer));
    let hint = LoginHint::username("user.name@onesid1.com");
    let request = client
        .make_ciba_request(
            &hint,
            "openid profile",
            "Sign in",
            Some("https://rp.example".to_owned()),
        )
        .await
        .unwrap();
    assert_eq!(request.expires_in, 600);
    request.auth_req_id
}

#[tokio::test]
async fn the_request_is_signed_and_says_what_was_asked() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    asked(&fake, &client, Some(3)).await;
    let form = fake.received("/oidc/backchannel").remove(0);
    let names: Vec<_> = url::form_urlencoded::parse(form.body.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "client_id",
            "client_assertion_type",
            "client_assertion",
            "request"
        ]
    );
    let key = client_key();
    let verified = |text: String| -> Value {
        let jws = UnverifiedJws::parse(&text).unwrap();
        let jws = jws
            .verify(key.public(), key.public().natural_algorithm())
            .unwrap();
        assert_eq!(jws.header().typ(), Some("JWT"));
        jws.claims().unwrap()
    };
    let request = verified(form.field("request").unwrap());
    let expected = json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": fake.issuer(), "jti": request["jti"],
        "iat": BEGINNING, "nbf": BEGINNING, "exp": BEGINNING + 300,
        "scope": "openid profile", "binding_message": "Sign in", "login_hint": "user.name@onesid1.com",
        "resource": "https://rp.example",
    });
    assert_eq!(request, expected);
    let assertion = verified(form.field("client_assertion").unwrap());
    assert_ne!(assertion["jti"], request["jti"]);
}

#[tokio::test]
async fn a_hint_token_stands_in_a_claim_of_its_own() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(
        "/oidc/backchannel",
        Answer::Json(200, json!({ "auth_req_id": "x", "expires_in": 1 })),
    );
    let hint = LoginHint::token("from-the-phone");
    client
        .make_ciba_request(&hint, "openid", "Sign in", None)
        .await
        .unwrap();
    let form = fake.received("/oidc/backchannel").remove(0);
    let claims: Value = UnverifiedJws::parse(&form.field("request").unwrap())
        .unwrap()
        .unverified_claims()
        .unwrap();
    assert_eq!(claims["login_hint_token"], "from-the-phone");
    assert!(claims.get("login_hint").is_none() && claims.get("resource").is_none());
}

#[tokio::test]
async fn pending_is_typed_and_says_the_words_that_services_compare() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let id = asked(&fake, &client, Some(3)).await;
    fake.on(TOKEN, refusal("authorization_pending"));
    let pending = client.check_ciba_status(&id).await.unwrap_err();
    assert_eq!(pending.to_string(), "Authorization pending");
    assert_eq!(pending.advice(), Advice::Wait(Duration::from_secs(3)));
    assert_eq!(
        (pending.error(), pending.status().unwrap().as_u16()),
        (Some("authorization_pending"), 400)
    );
}

#[tokio::test]
async fn slow_down_widens_the_interval_of_this_request_for_good() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let id = asked(&fake, &client, Some(3)).await;
    fake.on_each(
        TOKEN,
        vec![
            refusal("slow_down"),
            refusal("authorization_pending"),
            refusal("slow_down"),
            refusal("authorization_pending"),
        ],
    );
    for seconds in [8, 8, 13, 13] {
        let error = client.check_ciba_status(&id).await.unwrap_err();
        assert_eq!(error.advice(), Advice::Wait(Duration::from_secs(seconds)));
    }
    let other = client.check_ciba_status("another").await.unwrap_err();
    assert_eq!(other.advice(), Advice::Wait(Duration::from_secs(5)));
}

#[tokio::test]
async fn without_an_interval_five_seconds_hold_and_no_provider_stretches_it_without_end() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(TOKEN, refusal("slow_down"));
    let id = asked(&fake, &client, None).await;
    let mut last = Duration::ZERO;
    for n in 0..100 {
        let ClientError::SlowDown { interval } = client.check_ciba_status(&id).await.unwrap_err() else {
            panic!("slow_down");
        };
        assert!(
            interval >= last && interval <= Duration::from_secs(300),
            "{n}: {interval:?}"
        );
        last = interval;
    }
    assert_eq!(last, Duration::from_secs(300));
}

#[tokio::test]
async fn an_end_is_told_by_its_code() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    for code in ["access_denied", "expired_token", "invalid_grant"] {
        fake.on(TOKEN, refusal(code));
        let error = client.check_ciba_status("x").await.unwrap_err();
        assert_eq!(
            (error.error(), error.error_description()),
            (Some(code), Some("because"))
        );
        assert_eq!(error.advice(), Advice::GiveUp);
    }
    for code in ["unauthorized_client", "invalid_request"] {
        fake.on(TOKEN, refusal(code));
        assert_eq!(
            client.check_ciba_status("x").await.unwrap_err().advice(),
            Advice::Misuse
        );
    }
}

#[tokio::test]
async fn tokens_come_whole_and_can_be_handed_on() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let answer = json!({
        "access_token": "a", "token_type": "bearer", "expires_in": 3600, "scope": "openid profile",
        "id_token": "i", "refresh_token": "r",
    });
    fake.on(TOKEN, Answer::Json(200, answer.clone()));
    let tokens = client.check_ciba_status("x").await.unwrap();
    assert_eq!(tokens.expires_at.as_second(), BEGINNING + 3600);
    assert!(tokens.scope.contains("profile"));
    let mut handed_on = answer;
    handed_on["token_type"] = json!("Bearer");
    assert_eq!(serde_json::to_value(&tokens).unwrap(), handed_on);

    fake.on(
        TOKEN,
        Answer::Json(
            200,
            json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 1 }),
        ),
    );
    let bare = serde_json::to_value(client.refresh("r").await.unwrap()).unwrap();
    assert_eq!(
        bare,
        json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 1, "scope": "" })
    );
}

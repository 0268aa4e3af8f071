//! Consent for personal data: asked, waited for, and proved by a receipt.

use crate::fake_provider::{Answer, CLIENT_ID, FakeProvider, provider_key, signed, with};
use crate::served::{RESOURCE, Served};
use countersign_client::{
    ClaimName, ClientError, ConsentContent, ConsentRequest, ConsentStatus, OpenIdconnectClient, ReceiptError,
};
use countersign_core::consent::revoke;
use countersign_core::id::ConsentId;
use countersign_core::user::{data, find};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const EMAIL: &str = "ada@analytical.example";
const ID: &str = "5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c8";

/// A provider that knows a person's mail address, and nothing else of hers.
async fn served() -> (Served, OpenIdconnectClient, String) {
    let served = Served::start().await;
    let client = served.client().await;
    let provider = &served.world.provider;
    let known = [(ClaimName::Email, EMAIL.to_owned().into())];
    data::set(provider, &served.phone.username, &known, "test")
        .await
        .unwrap();
    let person = find::find(provider, &served.phone.username).await.unwrap();
    (served, client, person.id.to_string())
}

async fn asked(client: &OpenIdconnectClient, subject: &str) -> ConsentRequest {
    let content = [
        ConsentContent::required(ClaimName::Email),
        ClaimName::PhoneNumber.into(),
    ];
    client
        .make_consent_request(subject, RESOURCE, &content, "To send you the engine")
        .await
        .unwrap()
}

#[tokio::test]
async fn what_the_person_gives_is_read_and_the_receipt_is_verified() {
    let (served, client, subject) = served().await;
    let request = asked(&client, &subject).await;
    assert_eq!(
        (request.expires_in.as_secs(), request.interval.as_secs()),
        (600, 3)
    );
    let consent = client.check_consent_status(request.id).await.unwrap();
    assert_eq!(
        (consent.status(), consent.value(ClaimName::Email)),
        (ConsentStatus::Pending, None)
    );
    assert!(consent.receipt().is_none());

    served.decide("approved").await;
    let consent = client.wait_for_consent(&request).await.unwrap();
    assert_eq!(consent.status(), ConsentStatus::Approved);
    assert_eq!(consent.value(ClaimName::Email), Some(EMAIL));
    // She granted it, but nobody knows it.
    assert_eq!(consent.values().collect::<Vec<_>>(), [(ClaimName::Email, EMAIL)]);
    let receipt = consent.receipt().unwrap();
    let claims = receipt.claims();
    assert_eq!(
        (claims.sub.as_str(), claims.resource.as_str()),
        (subject.as_str(), RESOURCE)
    );
    assert_eq!(claims.granted, [ClaimName::Email, ClaimName::PhoneNumber]);
    let kept = client.verify_consent_receipt(receipt.as_str()).await.unwrap();
    assert_eq!(&kept, receipt);
    let printed = format!("{consent:?} {receipt:?}");
    assert!(
        !printed.contains(EMAIL) && !printed.contains(&subject),
        "{printed}"
    );
}

#[tokio::test]
async fn values_go_after_ten_minutes_and_the_receipt_stays_also_after_a_withdrawal() {
    let (served, client, subject) = served().await;
    let request = asked(&client, &subject).await;
    served.decide("approved").await;
    client.wait_for_consent(request.id).await.unwrap();
    served.world.clock.advance(Duration::from_secs(601));
    let later = client.check_consent_status(request.id).await.unwrap();
    assert_eq!(
        (later.status(), later.value(ClaimName::Email)),
        (ConsentStatus::Approved, None)
    );
    assert!(later.receipt().is_some() && later.revoked_at().is_none());

    let provider = &served.world.provider;
    let phone = served.phone.bearer(provider).await.unwrap();
    revoke::revoke(provider, &phone, ConsentId(request.id))
        .await
        .unwrap();
    let withdrawn = client.check_consent_status(request.id).await.unwrap();
    assert_eq!(withdrawn.status(), ConsentStatus::Denied);
    assert!(withdrawn.receipt().is_some() && withdrawn.revoked_at().is_some());
}

#[tokio::test]
async fn a_no_and_a_silence_are_answers_and_no_errors() {
    let (served, client, subject) = served().await;
    let request = asked(&client, &subject).await;
    served.decide("denied").await;
    let consent = client.wait_for_consent(&request).await.unwrap();
    assert_eq!(
        (consent.id(), consent.status()),
        (request.id, ConsentStatus::Denied)
    );
    served.world.clock.advance(Duration::from_secs(3600));
    let request = asked(&client, &subject).await;
    let consent = client.wait_for_consent(&request).await.unwrap();
    assert_eq!(consent.status(), ConsentStatus::Expired);
}

#[tokio::test]
async fn what_the_provider_refuses_is_told() {
    let (_served, client, subject) = served().await;
    let email = [ClaimName::Email.into()];
    for (person, resource, code) in [
        (
            "5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7",
            RESOURCE,
            "unknown_user_id",
        ),
        (subject.as_str(), "http://elsewhere.example", "invalid_target"),
    ] {
        let told = client
            .make_consent_request(person, resource, &email, "Why not")
            .await;
        assert_eq!(told.unwrap_err().error(), Some(code));
    }
    let told = client
        .check_consent_status(ID.parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(told.error(), Some("not_found"));
}

/// A provider that answers a consent with a receipt of the test's making.
async fn fake(receipt: &str) -> (FakeProvider, OpenIdconnectClient) {
    let fake = FakeProvider::start().await;
    let device = json!({ "access_token": "device", "token_type": "Bearer", "expires_in": 600 });
    fake.on("/oidc/token", Answer::Json(200, device));
    let answer = json!({ "id": ID, "status": "approved", "content": [], "receipt": receipt });
    fake.on(&format!("/oidc/consent/{ID}"), Answer::Json(200, answer));
    let client = fake.client().await;
    (fake, client)
}

fn claims(fake: &FakeProvider) -> Value {
    json!({
        "iss": fake.issuer(), "aud": CLIENT_ID, "sub": "someone", "iat": 1, "consent_id": ID, "resource": "r",
        "asked": ["email"], "granted": ["email"], "reason": "why", "decided_at": 1,
        "approval_id": ID, "decision_digest": "d",
    })
}

fn receipt(typ: &str, claims: &Value) -> String {
    signed(&provider_key(), &json!({ "typ": typ, "kid": "k1" }), claims)
}

async fn told(client: &OpenIdconnectClient) -> ClientError {
    client
        .check_consent_status(ID.parse().unwrap())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_consent_with_a_receipt_that_is_not_for_it_is_not_believed() {
    let (fake, client) = fake("").await;
    let good = claims(&fake);
    let another = Uuid::nil().to_string();
    for (receipt, expected) in [
        (receipt("JWT", &good), ReceiptError::Type),
        (
            receipt(
                "consent-receipt+jwt",
                &with(&good, &json!({ "iss": "https://another.example/oidc" })),
            ),
            ReceiptError::Issuer,
        ),
        (
            receipt("consent-receipt+jwt", &with(&good, &json!({ "aud": "another" }))),
            ReceiptError::Audience,
        ),
        (
            receipt(
                "consent-receipt+jwt",
                &with(&good, &json!({ "consent_id": another })),
            ),
            ReceiptError::Consent,
        ),
    ] {
        let answer = json!({ "id": ID, "status": "approved", "receipt": receipt });
        fake.on(&format!("/oidc/consent/{ID}"), Answer::Json(200, answer));
        match told(&client).await {
            ClientError::Receipt(error) => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        }
    }
    let answer = json!({ "id": ID, "status": "approved", "receipt": receipt("consent-receipt+jwt", &good) });
    fake.on(&format!("/oidc/consent/{ID}"), Answer::Json(200, answer));
    client.check_consent_status(ID.parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_receipt_that_was_changed_or_is_no_jws_is_not_believed() {
    let (fake, client) = fake("no receipt").await;
    assert!(matches!(
        told(&client).await,
        ClientError::Receipt(ReceiptError::Jws(_))
    ));
    let good = receipt("consent-receipt+jwt", &claims(&fake));
    let other = receipt(
        "consent-receipt+jwt",
        &with(&claims(&fake), &json!({ "sub": "another" })),
    );
    let (head, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let error = client
        .verify_consent_receipt(&format!("{head}.{signature}"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::Receipt(ReceiptError::Jws(_))),
        "{error}"
    );
}

#[tokio::test]
async fn the_answer_about_another_consent_is_refused_and_a_passing_trouble_is_waited_out() {
    let (fake, client) = fake("").await;
    let path = format!("/oidc/consent/{ID}");
    let another = json!({ "id": Uuid::nil(), "status": "denied" });
    fake.on(&path, Answer::Json(200, another));
    assert!(matches!(told(&client).await, ClientError::Answer { .. }));

    let away = Answer::Text(502, "text/html", "<html>".to_owned());
    let pending = Answer::Json(200, json!({ "id": ID, "status": "pending" }));
    let denied = Answer::Json(200, json!({ "id": ID, "status": "denied" }));
    fake.on_each(
        &path,
        vec![pending, away.clone(), away.clone(), away.clone(), away, denied],
    );
    let id: Uuid = ID.parse().unwrap();
    let consent = client.wait_for_consent(id).await.unwrap();
    assert_eq!(consent.status(), ConsentStatus::Denied);
}

use countersign_authenticator::{Authenticator, NewPhone};
use countersign_protocol::ErrorCode;

use crate::fake_provider::FakeProvider;
use crate::samples::{NOW, item, ports};

#[tokio::test]
async fn the_assertion_has_every_claim_of_rfc_7523_and_lives_for_a_minute() {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    phone.approvals().await.unwrap();
    let claims = provider.with(|memory| memory.assertions[0].clone());
    let client_id = Some(phone.account().client_id.clone());
    assert_eq!((claims.iss, claims.sub), (client_id.clone(), client_id));
    assert!(claims.aud.unwrap().contains(&format!("{}/oidc", provider.host())));
    assert_eq!(
        (claims.iat, claims.nbf, claims.exp),
        (Some(NOW), Some(NOW), Some(NOW + 60))
    );
    assert_eq!(claims.jti.map(|jti| jti.len()), Some(22));
}

#[tokio::test]
async fn one_token_serves_until_100_seconds_before_its_end() {
    let provider = FakeProvider::start().await;
    let (ports, clock) = ports();
    let phone = Authenticator::enrol(&provider.invitation("ann@example"), &NewPhone::default(), ports)
        .await
        .unwrap();
    let issued_after = async |now: i64| {
        clock.set(now);
        phone.approvals().await.unwrap();
        provider.with(|memory| memory.tokens.len())
    };
    assert_eq!(issued_after(NOW).await, 1);
    assert_eq!(issued_after(NOW + 499).await, 1);
    assert_eq!(issued_after(NOW + 500).await, 2);
    let jtis = provider.with(|memory| {
        memory
            .assertions
            .iter()
            .map(|claims| claims.jti.clone())
            .collect::<Vec<_>>()
    });
    assert_ne!(jtis[0], jtis[1]);
}

#[tokio::test]
async fn a_token_that_the_provider_forgot_is_renewed_once() {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    phone.approvals().await.unwrap();
    provider.with(|memory| memory.tokens[0].clear());
    provider.arrive(&item(1));
    assert_eq!(phone.approvals().await.unwrap().len(), 1);
    assert_eq!(provider.with(|memory| memory.tokens.len()), 2);
}

#[tokio::test]
async fn a_revoked_phone_is_told_so() {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    provider.with(|memory| memory.phones.clear());
    let error = phone.approvals().await.unwrap_err();
    assert!(error.is_refusal(ErrorCode::InvalidClient));
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn a_login_hint_token_comes_from_a_call_without_body() {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    let token = phone.login_hint_token().await.unwrap();
    assert_eq!(
        (token.kind.as_str(), token.value.as_str(), token.expires_in),
        ("login_hint_token", "hint-1", 300)
    );
}

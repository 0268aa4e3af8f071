use countersign_authenticator::{Answer, Authenticator, Error, NewPhone, digest_of};
use countersign_jose::{Algorithm, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{
    ApprovalItem, ApprovalStatus, Decision, DecisionAnswer, DecisionClaims,
};
use serde_json::{Value, json};

use crate::fake_provider::FakeProvider;
use crate::samples::{NOW, choose, compare, item, ports, sealed, transfer};

async fn phone() -> (FakeProvider, Authenticator) {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    (provider, phone)
}

/// Lets `item` arrive and answers it.
async fn decide(item: &ApprovalItem, answer: &Answer) -> (FakeProvider, Result<DecisionAnswer, Error>) {
    let (provider, phone) = phone().await;
    provider.arrive(item);
    let result = phone.decide(item, answer).await;
    (provider, result)
}

fn sent(provider: &FakeProvider) -> Vec<DecisionClaims> {
    provider.with(|memory| {
        memory
            .decisions
            .iter()
            .map(|(_, claims)| claims.clone())
            .collect()
    })
}

#[tokio::test]
async fn the_decision_verifies_with_the_phones_key_and_has_every_claim() {
    let (provider, phone) = phone().await;
    let item = item(1);
    provider.arrive(&item);
    let shown = phone.approval("00000000").await.unwrap();
    let answer = phone.decide(&shown, &Answer::approve()).await.unwrap();
    assert_eq!(
        answer,
        DecisionAnswer {
            id: item.id,
            status: ApprovalStatus::Approved
        }
    );

    // Offline, from the evidence alone.
    let (jws, key) = provider.with(|memory| (memory.decisions[0].0.clone(), memory.phones[0].key.clone()));
    let jws = UnverifiedJws::parse(&jws).unwrap();
    assert_eq!(jws.header().typ(), Some("approval+jwt"));
    assert_eq!(jws.header().kid(), Some(phone.account().thumbprint.as_str()));
    let mut claims: Value = jws.verify(&key, Algorithm::Es256).unwrap().claims().unwrap();
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(jti.as_str().map(str::len), Some(22));
    assert_eq!(
        claims,
        json!({
            "iss": phone.account().client_id,
            "aud": provider.host(),
            "iat": NOW,
            "exp": NOW + 60,
            "approval_id": item.id,
            "decision": "approved",
            "digest": item.digest,
        })
    );
}

#[tokio::test]
async fn what_the_phone_shows_and_what_it_signs_have_one_digest() {
    let item = item(1);
    assert_eq!(digest_of(&item).unwrap(), item.digest);
    let mut other = item.clone();
    other.binding_message = Some("Order 4712".into());
    assert_ne!(digest_of(&other).unwrap(), item.digest);
}

#[tokio::test]
async fn a_request_whose_digest_differs_is_never_signed() {
    let honest = item(1);
    let mut other_name = honest.clone();
    other_name.application.name = "Your bank".into();
    let mut other_scopes = honest.clone();
    other_scopes.scopes = Some(vec!["openid".into()]);
    let no_digest = ApprovalItem {
        digest: String::new(),
        ..honest
    };
    for tampered in [other_name, other_scopes, no_digest] {
        for answer in [Answer::approve(), Answer::deny()] {
            let (provider, result) = decide(&tampered, &answer).await;
            assert!(matches!(result, Err(Error::Digest { id }) if id == tampered.id));
            assert!(sent(&provider).is_empty());
        }
    }
}

#[tokio::test]
async fn a_denial_says_whether_it_is_a_report() {
    let (provider, result) = decide(&item(1), &Answer::deny()).await;
    assert_eq!(result.unwrap().status, ApprovalStatus::Denied);
    assert_eq!(
        (sent(&provider)[0].decision, sent(&provider)[0].reason.as_deref()),
        (Decision::Denied, None)
    );

    let (provider, _) = decide(&item(1), &Answer::deny_not_me()).await;
    assert_eq!(sent(&provider)[0].reason.as_deref(), Some("not_me"));
}

#[tokio::test]
async fn the_code_is_sent_for_choose_and_transfer_and_never_with_a_denial() {
    let choice = choose(1, ["11", "22", "33"]);
    for (item, answer, code) in [
        (choice.clone(), Answer::approve_with_code(" 22 "), Some("22")),
        (transfer(1), Answer::approve_with_code("012345"), Some("012345")),
        (compare(1, "123456"), Answer::approve_with_code("123456"), None),
        (compare(1, "123456"), Answer::approve(), None),
        (item(1), Answer::approve_with_code("123456"), None),
        (
            choice,
            Answer {
                code: Some("22".into()),
                ..Answer::deny()
            },
            None,
        ),
    ] {
        let (provider, result) = decide(&item, &answer).await;
        assert!(result.is_ok(), "{:?}", item.verification);
        assert_eq!(
            sent(&provider)[0].code.as_deref(),
            code,
            "{:?}",
            item.verification
        );
    }
}

#[tokio::test]
async fn a_code_that_cannot_be_right_costs_no_attempt() {
    for (item, answer) in [
        (choose(1, ["11", "22", "33"]), Answer::approve()),
        (choose(1, ["11", "22", "33"]), Answer::approve_with_code("44")),
        (transfer(1), Answer::approve()),
        (transfer(1), Answer::approve_with_code("12345")),
        (transfer(1), Answer::approve_with_code("12345x")),
    ] {
        let (provider, result) = decide(&item, &answer).await;
        assert!(matches!(result, Err(Error::Usage(_))), "{answer:?}");
        assert!(sent(&provider).is_empty());
    }
}

#[tokio::test]
async fn a_code_that_differs_from_the_one_to_compare_signs_nothing() {
    let (provider, result) = decide(&compare(1, "123456"), &Answer::approve_with_code("654321")).await;
    assert!(matches!(result, Err(Error::CodeDiffers)));
    assert!(sent(&provider).is_empty());
}

#[tokio::test]
async fn the_second_phone_hears_that_another_decided_first() {
    let (provider, first) = phone().await;
    let second = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    let item = item(1);
    provider.arrive(&item);
    first.decide(&item, &Answer::approve()).await.unwrap();
    let error = second.decide(&item, &Answer::deny()).await.unwrap_err();
    assert!(error.is_refusal(ErrorCode::Conflict));
}

#[tokio::test]
async fn a_prefix_that_fits_none_or_several_requests_decides_nothing() {
    let (provider, phone) = phone().await;
    provider.arrive(&item(0xAB));
    provider.arrive(&item(0xAC));
    for prefix in ["", "0", "ffff", "00000000-0000-0000-0000-0000000000a"] {
        assert!(
            matches!(phone.approval(prefix).await, Err(Error::Usage(_))),
            "{prefix}"
        );
    }
    let one = phone
        .approval("00000000-0000-0000-0000-0000000000AC")
        .await
        .unwrap();
    assert_eq!(one, sealed(item(0xAC)));
}

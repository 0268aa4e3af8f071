use countersign_authenticator::{Account, Authenticator, Error, Host, Invitation, NewPhone, Store};
use countersign_jose::{Jwk, KeyType, base64url, hash};
use countersign_protocol::ErrorCode;

use crate::fake_provider::FakeProvider;
use crate::samples::{NOW, ports};

async fn enrol(provider: &FakeProvider) -> Result<Authenticator, Error> {
    Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
}

#[tokio::test]
async fn the_proof_is_by_the_new_key_over_the_invitation_for_this_host() {
    let provider = FakeProvider::start().await;
    let invitation = provider.invitation("ann@example");
    let phone = NewPhone {
        name: "Ann's terminal".into(),
        platform: "cli/test".into(),
    };
    let enrolled = Authenticator::enrol(&invitation, &phone, ports().0)
        .await
        .unwrap();

    // The provider verified the signature and the header before it stored the proof.
    let (request, proof) = provider.with(|memory| memory.enrolments[0].clone());
    assert_eq!(proof.aud, provider.host());
    assert_eq!(
        proof.invitation_digest,
        base64url::encode(&hash::sha256(request.invitation.as_bytes()))
    );
    assert_eq!(proof.iat, NOW);
    assert!((1..=300).contains(&(proof.exp - proof.iat)));
    assert_eq!(
        (request.name.as_str(), request.platform.as_str()),
        ("Ann's terminal", "cli/test")
    );
    let jwk = Jwk::parse(&request.jwk).unwrap();
    assert_eq!(enrolled.account().thumbprint, jwk.thumbprint());
    assert_eq!(jwk.kid(), Some(jwk.thumbprint().as_str()));
    assert_eq!(enrolled.account().username, "ann@example");
    assert_eq!(enrolled.account().host.as_str(), provider.host());
}

#[tokio::test]
async fn every_key_type_enrols_and_gets_a_token() {
    let provider = FakeProvider::start().await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("phone")).unwrap();
    for key_type in KeyType::ALL {
        let invitation = provider.invitation("ann@example");
        let phone = Authenticator::enrol_into(&store, &invitation, &NewPhone::default(), key_type, ports().0)
            .await
            .unwrap();
        assert!(phone.approvals().await.unwrap().is_empty(), "{key_type}");
    }
    assert_eq!(store.accounts().unwrap().len(), KeyType::ALL.len());
}

#[tokio::test]
async fn a_refused_enrolment_leaves_nothing_behind() {
    let provider = FakeProvider::start().await;
    let invitation = provider.invitation("ann@example");
    provider.with(|memory| memory.invitations.clear());
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("phone")).unwrap();
    let error = Authenticator::enrol_into(
        &store,
        &invitation,
        &NewPhone::default(),
        KeyType::P256,
        ports().0,
    )
    .await;
    assert!(error.is_err_and(|error| error.is_refusal(ErrorCode::InvalidGrant)));
    assert!(!folder.path().join("phone").exists());
}

#[tokio::test]
async fn an_unwritable_store_is_found_out_before_the_invitation_is_spent() {
    let provider = FakeProvider::start().await;
    let invitation = provider.invitation("ann@example");
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("phone");
    std::fs::write(&in_the_way, "a file, not a folder").unwrap();
    let store = Store::open(in_the_way.join("inner")).unwrap();
    let error = Authenticator::enrol_into(
        &store,
        &invitation,
        &NewPhone::default(),
        KeyType::P256,
        ports().0,
    )
    .await;
    assert!(matches!(error, Err(Error::Store { .. })));
    assert_eq!(provider.with(|memory| memory.invitations.len()), 1);
}

#[tokio::test]
async fn an_issuer_on_another_host_is_refused() {
    let provider = FakeProvider::start().await;
    for other in [
        "https://evil.example/oidc".to_owned(),
        format!("{}.evil.example/oidc", provider.host()),
    ] {
        provider.with(|memory| memory.other_issuer = Some(other));
        assert!(matches!(enrol(&provider).await, Err(Error::Answer { .. })));
    }
}

#[tokio::test]
async fn another_address_is_connected_to_but_the_proof_names_the_providers_own_host() {
    let provider = FakeProvider::start().await;
    let real = provider.host();
    provider.with(|memory| memory.host = "https://id.example".into());
    let address = Host::parse(&real).unwrap();
    let invitation = Invitation::parse(&provider.invite("ann@example"), Some(&address)).unwrap();
    let phone = Authenticator::enrol(&invitation, &NewPhone::default(), ports().0)
        .await
        .unwrap();

    assert_eq!(
        provider.with(|memory| memory.enrolments[0].1.aud.clone()),
        "https://id.example"
    );
    assert_eq!(phone.account().issuer, "https://id.example/oidc");
    assert!(phone.approvals().await.unwrap().is_empty());
    let stored = serde_json::to_string(phone.account()).unwrap();
    assert_eq!(
        &serde_json::from_str::<Account>(&stored).unwrap(),
        phone.account()
    );
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_in_one_sentence() {
    let provider = FakeProvider::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    provider.with(|memory| memory.host = nobody.clone());
    let error = enrol(&provider).await.err().unwrap();
    assert!(error.is_temporary());
    let text = error.to_string();
    assert!(text.starts_with(&format!("{nobody} cannot be reached")), "{text}");
}

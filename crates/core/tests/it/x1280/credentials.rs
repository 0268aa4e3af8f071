//! Credentials from the operator's side (X.1280 profile §6): when one is good, and how it ends.

use super::Stage;
use crate::support::refused;
use countersign_core::authenticator::revoke as phone;
use countersign_core::keys::{KeyPurpose, rotate};
use countersign_core::time::{Duration, Timestamp};
use countersign_core::x1280::credential::{self, Credential, VerifiedCredential};
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::{Enrolment, TokenId};
use countersign_core::{Failure, Outcome};
use countersign_protocol::ErrorCode;
use countersign_protocol::client::ClientMetadata;
use countersign_testkit::{IdentityPhone, World};
use serde_json::json;

async fn verify(world: &World, text: &str) -> Outcome<VerifiedCredential> {
    credential::verify(&world.provider, text).await
}

#[track_caller]
fn why<T>(outcome: Outcome<T>) -> String {
    match outcome {
        Err(Failure::Refusal(refusal)) => refusal.description.into_owned(),
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("this had to be refused"),
    }
}

async fn kept(stage: &Stage) -> (Credential, Enrolment) {
    let token = TokenId::parse(&stage.marie.token_id).unwrap();
    let store = &stage.world.provider.store;
    let found = store.read(move |tx| {
        let credential = tx.credentials().by_id(&token)?.expect("a credential");
        let enrolment = tx.enrolments().of_token(&token)?.expect("an enrolment");
        Ok((credential, enrolment))
    });
    found.await.expect("a read")
}

#[tokio::test]
async fn a_credential_is_good_from_its_issue_to_the_second_of_its_end() {
    let world = World::new().await;
    let begin = world.now();
    let issued = world
        .credential(|new| new.lifetime = Lifetime::parse("1d").unwrap())
        .await;
    assert_eq!(issued.expires_at, begin + Duration::from_secs(24 * 60 * 60));
    let verified = verify(&world, &issued.credential).await.expect("it is good");
    assert_eq!((verified.token_id, verified.ours), (issued.token_id, true));
    assert_eq!(verified.person.family_name.as_deref(), Some("Dupont"));
    assert_eq!(verified.issued_at, Some(Timestamp::from_unix(begin.unix())));
    world.clock.set(issued.expires_at - Duration::from_secs(1));
    assert!(verify(&world, &issued.credential).await.is_ok());
    world.clock.set(issued.expires_at);
    assert!(why(verify(&world, &issued.credential).await).contains("expired"));
    // A clock that is more than five minutes behind ours.
    world.clock.set(begin - Duration::from_secs(301));
    assert!(why(verify(&world, &issued.credential).await).contains("not valid yet"));
    world.clock.set(begin - Duration::from_secs(300));
    assert!(verify(&world, &issued.credential).await.is_ok());
}

#[tokio::test]
async fn a_revoked_key_ends_every_credential_that_it_signed() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let ring = world.provider.keys();
    let kid = ring.unrevoked(KeyPurpose::Credential)[0].kid.clone();
    rotate::revoke(&world.provider, &kid).await.expect("a revocation");
    assert!(why(verify(&world, &issued.credential).await).contains("not trusted"));
    let anew = world.credential(|_| ()).await;
    let verified = verify(&world, &anew.credential)
        .await
        .expect("another key signs now");
    assert_ne!(verified.origin.key, kid);
}

#[tokio::test]
async fn a_revoked_key_ends_also_what_is_enrolled_and_waits() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let kid = kept(&stage).await.0.origin.expect("an issuer").key;
    rotate::revoke(&stage.world.provider, &kid)
        .await
        .expect("a revocation");
    let answered = stage.verify(stage.approval(&session)).await;
    assert_eq!(refused(answered), ErrorCode::NotFound);
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::AccessDenied
    );
}

#[tokio::test]
async fn a_key_that_another_process_made_is_found() {
    let world = World::new().await;
    let stale = world.provider.keys();
    assert!(stale.unrevoked(KeyPurpose::Credential).is_empty());
    let issued = world.credential(|_| ()).await;
    // The same data directory, opened again: its keys are read when they are needed.
    let world = world.restart().await;
    assert!(verify(&world, &issued.credential).await.is_ok());
}

#[tokio::test]
async fn a_revocation_takes_the_enrolment_and_the_claims_with_it() {
    let stage = Stage::new().await;
    let (before, enrolment) = kept(&stage).await;
    assert!(before.sealed_claims.is_some() && enrolment.revoked_at.is_none());
    let provider = &stage.world.provider;
    let reason = Some("phone lost".to_owned());
    let revoked = credential::revoke(provider, &stage.marie.token_id, reason.clone(), "test")
        .await
        .expect("a revocation");
    let (after, enrolment) = kept(&stage).await;
    assert_eq!(revoked, after);
    assert_eq!(after.revoked.expect("revoked").reason, reason);
    assert_eq!(
        (after.sealed_claims, enrolment.revoked_at),
        (None, Some(stage.world.now()))
    );
    let again = credential::revoke(provider, &stage.marie.token_id, None, "test").await;
    assert_eq!(refused(again), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_credential_that_was_revoked_unseen_is_never_enrolled() {
    let stage = Stage::new().await;
    let provider = &stage.world.provider;
    let issued = stage.world.credential(|_| ()).await;
    credential::revoke(provider, issued.token_id.as_str(), None, "test")
        .await
        .expect("a revocation");
    assert_eq!(
        refused(verify(&stage.world, &issued.credential).await),
        ErrorCode::Conflict
    );
    let enrolled = IdentityPhone::enrol(provider, &issued).await;
    assert_eq!(enrolled.map(drop).map_err(code), Err(Some(ErrorCode::Conflict)));
}

fn code(failure: Failure) -> Option<ErrorCode> {
    match failure {
        Failure::Refusal(refusal) => Some(refusal.code),
        Failure::Fault(_) => None,
    }
}

#[tokio::test]
async fn a_revoked_phone_frees_its_credential_for_another_phone() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let provider = &world.provider;
    let lost = IdentityPhone::enrol(provider, &issued).await.expect("a phone");
    let second = IdentityPhone::enrol(provider, &issued).await;
    assert_eq!(second.map(drop).map_err(code), Err(Some(ErrorCode::Conflict)));
    let bearer = lost.phone.bearer(provider).await.expect("a bearer");
    phone::revoke(provider, bearer.authenticator.id, "test")
        .await
        .expect("a revocation");
    let found = IdentityPhone::enrol(provider, &issued)
        .await
        .expect("another phone");
    assert_eq!(found.phone.username, lost.phone.username, "the same person");
}

#[tokio::test]
async fn what_is_no_credential_of_a_person_is_refused() {
    let stage = Stage::new().await;
    let outcome = verify(&stage.world, &stage.service.service_vds).await;
    assert!(why(outcome).contains("not the credential of a person"));
    for junk in ["", "HC1:", "HC1:6BFOXN", "e30.e30.AA"] {
        assert_eq!(
            refused(verify(&stage.world, junk).await),
            ErrorCode::InvalidRequest,
            "{junk}"
        );
    }
    for (token_id, reason) in [("", None), ("a|b", None), ("t", Some("")), ("t", Some("a\nb"))] {
        let reason = reason.map(str::to_owned);
        let outcome = credential::revoke(&stage.world.provider, token_id, reason, "test").await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{token_id}");
    }
}

#[tokio::test]
async fn a_credential_needs_a_name_and_needs_no_more() {
    let world = World::new().await;
    let issued = world
        .credential(|new| {
            *new = credential::NewCredential {
                given_name: Some("Plato".to_owned()),
                ..credential::NewCredential::default()
            };
        })
        .await;
    let person = verify(&world, &issued.credential)
        .await
        .expect("it is good")
        .person;
    assert_eq!((person.family_name, person.date_of_birth), (None, None));
    let nobody = credential::issue(&world.provider, credential::NewCredential::default(), "test").await;
    assert!(why(nobody).contains("a given name or a family name"));
}

#[tokio::test]
async fn a_client_of_x1280_is_added_as_a_service_and_not_otherwise() {
    let world = World::new().await;
    let metadata: ClientMetadata =
        serde_json::from_value(json!({ "client_id": "svc_x", "client_name": "Shop", "profile": "x1280" }))
            .unwrap();
    let outcome = countersign_core::client::add::add(&world.provider, metadata, "test").await;
    assert!(why(outcome).contains("service add"));
}

//! A person's data at rest.

use super::*;

#[tokio::test]
async fn no_file_of_the_provider_holds_a_value_in_the_clear() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    assert_eq!(scene.status(&asked).await["content"][0]["value"], EMAIL);
    let files = std::fs::read_dir(scene.world.directory()).unwrap();
    let mut seen = 0;
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        seen += bytes.len();
        let found = bytes
            .windows(EMAIL.len())
            .any(|window| window == EMAIL.as_bytes());
        assert!(!found);
    }
    assert!(seen > 0, "the store was looked at");
}

#[tokio::test]
async fn a_sealed_value_opens_for_its_person_and_name_only() {
    let scene = Scene::new().await;
    let other = scene.world.user("bob@OnesID1", IdpRole::User).await;
    let user = scene.user.id;
    let provider = &scene.world.provider;
    let data = provider
        .store
        .read(move |tx| Ok(tx.user_data().of_user(user)?))
        .await
        .unwrap();
    let email = data.iter().find(|datum| datum.name == ClaimName::Email).unwrap();
    assert_eq!(email.open(&provider.sealer).unwrap().reveal(), EMAIL);
    let mut moved = email.clone();
    moved.user_id = other.id;
    assert!(moved.open(&provider.sealer).is_err());
    let mut renamed = email.clone();
    renamed.name = ClaimName::FullName;
    assert!(renamed.open(&provider.sealer).is_err());
}

#[tokio::test]
async fn personal_data_is_set_shown_and_removed_by_name() {
    let scene = Scene::new().await;
    let provider = &scene.world.provider;
    let shown = || async {
        let values = data::show(provider, "ADA@onesid1.com", "cli").await.unwrap();
        values
            .iter()
            .map(|(name, value)| (*name, value.reveal().to_owned()))
            .collect::<Vec<_>>()
    };
    scene
        .set(&[(ClaimName::Email, "  new@analytical.example ")])
        .await
        .unwrap();
    let expected = [
        (ClaimName::DateOfBirth, "1815-12-10"),
        (ClaimName::Email, "new@analytical.example"),
        (ClaimName::FirstName, "Ada"),
    ];
    assert_eq!(
        shown().await,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
    let names = [ClaimName::FirstName, ClaimName::LastName];
    let removed = data::remove(provider, "ada@OnesID1", &names, "cli")
        .await
        .unwrap();
    assert_eq!(removed, [ClaimName::FirstName]);
    assert_eq!(shown().await.len(), 2);
}

#[tokio::test]
async fn a_value_that_cannot_be_one_is_refused_and_not_repeated() {
    let scene = Scene::new().await;
    let long = "secret".repeat(100);
    for values in [
        vec![],
        vec![(ClaimName::Email, "")],
        vec![(ClaimName::Email, " ")],
        vec![(ClaimName::Email, "secret\nsecret")],
        vec![(ClaimName::Email, long.as_str())],
        vec![(ClaimName::DateOfBirth, "10.12.1815 secret")],
        vec![(ClaimName::DateOfBirth, "1815-02-30")],
        vec![(ClaimName::IdentityDocumentExpiryDate, "2030-1-1")],
        vec![(ClaimName::Email, "a@b"), (ClaimName::Email, "secret@b")],
    ] {
        match scene.set(&values).await {
            Err(Failure::Refusal(refusal)) => {
                assert_eq!(refusal.code, ErrorCode::InvalidRequest);
                assert!(!refusal.description.contains("secret"), "{refusal}");
            }
            other => panic!("{values:?}: {other:?}"),
        }
    }
    let nobody = data::show(&scene.world.provider, "nobody@OnesID1", "cli")
        .await
        .map(drop);
    assert_eq!(refused(nobody), ErrorCode::NotFound);
}

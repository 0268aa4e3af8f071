//! People.

use super::sample::{NOW, organisation, user, user_id};
use super::{Fixture, fault, read, write};
use countersign_core::store::Store;
use countersign_core::text::Username;
use countersign_core::user::{IdpRole, User};
use std::sync::Arc;

async fn two(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    write(&store, |tx| {
        tx.organisations_mut().insert(&organisation())?;
        tx.users_mut().insert(&user(2))?;
        tx.users_mut().insert(&user(1))
    })
    .await;
    store
}

/// And listed by creation.
pub async fn a_person_is_found_by_id_and_username(fixture: &dyn Fixture) {
    let store = two(fixture).await;
    let master = User {
        role: IdpRole::Master,
        name: None,
        ..user(3)
    };
    let inserted = master.clone();
    write(&store, move |tx| tx.users_mut().insert(&inserted)).await;
    assert_eq!(
        read(&store, |tx| tx.users().by_id(user_id(3))).await,
        Some(master.clone())
    );
    assert_eq!(read(&store, |tx| tx.users().by_id(user_id(4))).await, None);
    let found = async |name: &str| {
        let username = Username::parse(name).expect("a username");
        read(&store, move |tx| tx.users().by_username(&username)).await
    };
    for name in ["person.2@onesid1.com", "Person.2@ONES", "person.2@OnesID1"] {
        assert_eq!(found(name).await, Some(user(2)), "{name}");
    }
    assert_eq!(found("person.2@elsewhere").await, None);
    assert_eq!(found("person.9@onesid1.com").await, None);
    assert_eq!(
        read(&store, |tx| tx.users().list()).await,
        [user(1), user(2), master]
    );
}

/// The use case looks first; the store holds if it did not.
pub async fn a_login_belongs_to_one_person(fixture: &dyn Fixture) {
    let store = two(fixture).await;
    let twin = User {
        id: user_id(9),
        ..user(1)
    };
    fault(&store, move |tx| tx.users_mut().insert(&twin)).await;
}

/// A fact has a time.
pub async fn a_person_is_disabled_and_enabled(fixture: &dyn Fixture) {
    let store = two(fixture).await;
    write(&store, |tx| tx.users_mut().set_disabled(user_id(1), Some(NOW))).await;
    assert_eq!(
        read(&store, |tx| tx.users().by_id(user_id(1)))
            .await
            .and_then(|user| user.disabled_at),
        Some(NOW)
    );
    assert_eq!(
        read(&store, |tx| tx.users().by_id(user_id(2))).await,
        Some(user(2)),
        "nobody else is touched"
    );
    write(&store, |tx| tx.users_mut().set_disabled(user_id(1), None)).await;
    assert_eq!(
        read(&store, |tx| tx.users().by_id(user_id(1))).await,
        Some(user(1))
    );
}

/// A change that changes nothing is not taken for done.
pub async fn whom_nobody_added_cannot_be_disabled(fixture: &dyn Fixture) {
    let store = two(fixture).await;
    let sentence = fault(&store, |tx| tx.users_mut().set_disabled(user_id(9), Some(NOW))).await;
    assert!(sentence.contains("users"), "it names the table: {sentence}");
}

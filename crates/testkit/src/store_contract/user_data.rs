//! People's personal data.

use super::sample::{at, people, user_id};
use super::{Fixture, read, write};
use countersign_core::id::UserId;
use countersign_core::store::Store;
use countersign_core::time::Timestamp;
use countersign_core::user::data::SealedDatum;
use countersign_protocol::consent::ClaimName;
use std::sync::Arc;

fn datum(user_id: UserId, name: ClaimName, byte: u8, updated_at: Timestamp) -> SealedDatum {
    SealedDatum {
        user_id,
        name,
        sealed: vec![byte; 40],
        updated_at,
    }
}

async fn of(store: &Arc<dyn Store>, user: UserId) -> Vec<SealedDatum> {
    read(store, move |tx| tx.user_data().of_user(user)).await
}

/// A person has one value of a name; the later one stands.
pub async fn a_value_replaces_the_one_before(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let first = datum(user_id(1), ClaimName::Email, 1, at(1));
    let second = datum(user_id(1), ClaimName::Email, 2, at(2));
    let other = datum(user_id(2), ClaimName::Email, 3, at(1));
    let written = [first, second.clone(), other.clone()];
    write(&store, move |tx| {
        written.iter().try_for_each(|datum| tx.user_data_mut().put(datum))
    })
    .await;
    assert_eq!(of(&store, user_id(1)).await, [second]);
    assert_eq!(of(&store, user_id(2)).await, [other]);
}

/// Of one person, and only what was named.
pub async fn every_name_is_kept_and_removed_for_itself(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        for user in [user_id(1), user_id(2)] {
            for name in ClaimName::ALL {
                tx.user_data_mut().put(&datum(user, name, 1, at(1)))?;
            }
        }
        Ok(())
    })
    .await;
    let remove = |name| write(&store, move |tx| tx.user_data_mut().remove(user_id(1), name));
    assert!(remove(ClaimName::FullName).await);
    assert!(!remove(ClaimName::FullName).await, "there is none any more");
    let left = of(&store, user_id(1)).await;
    assert_eq!(left.len(), 11);
    assert!(left.iter().all(|datum| datum.name != ClaimName::FullName));
    assert_eq!(of(&store, user_id(2)).await.len(), 12);
}

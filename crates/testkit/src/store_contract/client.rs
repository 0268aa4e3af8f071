//! OAuth clients and their assertions.

use super::sample::{NOW, authenticator_id, client, client_id, device, organisation, people, user, user_id};
use super::{Fixture, read, write};
use countersign_core::client::{ClientKind, ClientRecord};
use countersign_core::time::Duration;

/// A device, a phone, a service; listed by creation.
pub async fn every_kind_of_client_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    let phone = ClientKind::Authenticator {
        authenticator_id: authenticator_id(1),
        user_id: user_id(1),
    };
    let clients = [
        ClientRecord {
            kind: ClientKind::Device(device(1).id),
            ..client(1)
        },
        ClientRecord {
            kind: phone,
            ..client(2)
        },
        ClientRecord {
            disabled_at: Some(NOW),
            ..client(3)
        },
    ];
    let inserted = clients.clone();
    write(&store, move |tx| {
        tx.organisations_mut().insert(&organisation())?;
        tx.users_mut().insert(&user(1))?;
        inserted
            .iter()
            .rev()
            .try_for_each(|client| tx.clients_mut().insert(client))
    })
    .await;
    for client in clients.clone() {
        let id = client.id.clone();
        assert_eq!(
            read(&store, move |tx| tx.clients().by_id(&id)).await,
            Some(client)
        );
    }
    assert_eq!(read(&store, |tx| tx.clients().by_id(&client_id(9))).await, None);
    assert_eq!(read(&store, |tx| tx.clients().list()).await, clients);
}

/// Takes its rights and gives them back.
pub async fn a_client_is_disabled_and_enabled(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        tx.clients_mut().set_disabled(&client_id(1), Some(NOW))
    })
    .await;
    let disabled = ClientRecord {
        disabled_at: Some(NOW),
        ..client(1)
    };
    assert_eq!(
        read(&store, |tx| tx.clients().by_id(&client_id(1))).await,
        Some(disabled)
    );
    let usable = |n| read(&store, move |tx| tx.clients().is_usable(&client_id(n)));
    assert_eq!(
        (usable(1).await, usable(2).await, usable(9).await),
        (false, true, false)
    );
    write(&store, |tx| tx.clients_mut().set_disabled(&client_id(1), None)).await;
    assert!(usable(1).await);
    assert_eq!(
        read(&store, |tx| tx.clients().list()).await,
        [client(1), client(2)]
    );
}

/// Compare-and-set: the second of two who saw the same state is refused, and nobody else is touched.
pub async fn a_client_is_changed_by_whom_knows_what_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let before = client(1).metadata;
    for (id, after, won) in [(1, "{\"a\":1}", true), (1, "{\"b\":2}", false), (9, "{}", false)] {
        let before = before.clone();
        let changed = write(&store, move |tx| {
            tx.clients_mut().replace_metadata(&client_id(id), &before, after)
        })
        .await;
        assert_eq!(changed, won, "client {id} to {after}");
    }
    let changed = ClientRecord {
        metadata: "{\"a\":1}".to_owned(),
        ..client(1)
    };
    assert_eq!(read(&store, |tx| tx.clients().list()).await, [changed, client(2)]);
}

/// RFC 7523 §3: a `jti` is one client's, and lasts as long as its assertion; case matters.
pub async fn a_jti_is_spent_once_for_each_client(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let later = NOW + Duration::from_secs(1);
    for (client, jti, end, first) in [
        (1, "a", NOW, true),
        (1, "a", NOW, false),
        (2, "a", NOW, true),
        (1, "A", NOW, true),
        (2, "a", NOW, false),
        (2, "a", later, true),
        (2, "a", later, false),
    ] {
        let spent = write(&store, move |tx| {
            tx.assertions_mut().spend(&client_id(client), jti, end)
        })
        .await;
        assert_eq!(spent, first, "client {client}, jti {jti}, until {end:?}");
    }
}

//! Applications.

use super::sample::{NOW, application, client_id};
use super::{Fixture, read, write};
use countersign_core::application::Application;

/// With everything and with nothing optional; by id, by host name, in the list.
pub async fn an_application_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    let full = application(1, Some(client_id(1)));
    let bare = Application {
        hostname: None,
        client_identifier: None,
        description: None,
        verification_mode: None,
        is_hidden: false,
        is_dependent: true,
        ..application(2, None)
    };
    for application in [bare.clone(), full.clone()] {
        assert!(write(&store, move |tx| tx.applications_mut().insert(&application)).await);
    }
    let (full_id, bare_id) = (full.id, bare.id);
    assert_eq!(
        read(&store, move |tx| tx.applications().by_id(full_id)).await,
        Some(full.clone())
    );
    assert_eq!(
        read(&store, move |tx| tx.applications().by_id(bare_id)).await,
        Some(bare.clone())
    );
    assert_eq!(
        read(&store, |tx| tx.applications().by_hostname("app1.example")).await,
        Some(full.clone())
    );
    assert_eq!(
        read(&store, |tx| tx.applications().by_hostname("app2.example")).await,
        None
    );
    assert_eq!(read(&store, |tx| tx.applications().list()).await, [full, bare]);
}

/// Nobody takes over another's name; any number may have none.
pub async fn a_taken_host_name_or_identifier_is_refused(fixture: &dyn Fixture) {
    let store = fixture.open();
    let (hostname, client_identifier) = (
        application(1, None).hostname,
        application(1, None).client_identifier,
    );
    let nameless = |n| Application {
        hostname: None,
        client_identifier: None,
        ..application(n, None)
    };
    let cases = [
        (application(1, None), true),
        (
            Application {
                hostname,
                ..nameless(2)
            },
            false,
        ),
        (
            Application {
                client_identifier,
                ..nameless(3)
            },
            false,
        ),
        (nameless(4), true),
        (nameless(5), true),
    ];
    for (application, added) in cases {
        let name = application.name.clone();
        assert_eq!(
            write(&store, move |tx| tx.applications_mut().insert(&application)).await,
            added,
            "{name}"
        );
    }
    assert_eq!(read(&store, |tx| tx.applications().list()).await.len(), 3);
}

/// A client may hold the key of several.
pub async fn the_oldest_application_of_a_client_answers(fixture: &dyn Fixture) {
    let store = fixture.open();
    for n in [3, 2] {
        write(&store, move |tx| {
            tx.applications_mut().insert(&application(n, Some(client_id(1))))
        })
        .await;
    }
    let found = read(&store, |tx| tx.applications().by_client(&client_id(1))).await;
    assert_eq!(found, Some(application(2, Some(client_id(1)))));
    assert_eq!(
        read(&store, |tx| tx.applications().by_client(&client_id(2))).await,
        None
    );
}

/// It is still found by its host name, so that a sign-in can be refused with a reason.
pub async fn an_application_is_disabled_and_enabled(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.applications_mut().insert(&application(1, None))).await;
    write(&store, |tx| {
        tx.applications_mut()
            .set_disabled(application(1, None).id, Some(NOW))
    })
    .await;
    let found = read(&store, |tx| tx.applications().by_hostname("app1.example")).await;
    assert_eq!(found.and_then(|found| found.disabled_at), Some(NOW));
    write(&store, |tx| {
        tx.applications_mut().set_disabled(application(1, None).id, None)
    })
    .await;
    assert_eq!(
        read(&store, |tx| tx.applications().list()).await,
        [application(1, None)]
    );
}

/// Id and creation stay; a taken name changes nothing.
pub async fn an_application_is_written_anew(fixture: &dyn Fixture) {
    let store = fixture.open();
    for n in [1, 2] {
        write(&store, move |tx| {
            tx.applications_mut().insert(&application(n, None))
        })
        .await;
    }
    let renamed = Application {
        name: "Handbook".to_owned(),
        hostname: Some("handbook.example".to_owned()),
        client_id: Some(client_id(1)),
        disabled_at: Some(NOW),
        ..application(1, None)
    };
    let taken = [
        Application {
            hostname: application(2, None).hostname,
            ..renamed.clone()
        },
        Application {
            client_identifier: application(2, None).client_identifier,
            ..renamed.clone()
        },
    ];
    for taken in taken {
        assert!(!write(&store, move |tx| tx.applications_mut().update(&taken)).await);
    }
    let written = renamed.clone();
    assert!(write(&store, move |tx| tx.applications_mut().update(&written)).await);
    assert_eq!(
        read(&store, |tx| tx.applications().list()).await,
        [renamed, application(2, None)]
    );
}

/// The row stays, its names are free, and nothing brings it back.
pub async fn an_application_is_removed_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    let old = application(1, Some(client_id(1)));
    let id = old.id;
    let inserted = old.clone();
    write(&store, move |tx| tx.applications_mut().insert(&inserted)).await;
    assert!(write(&store, move |tx| tx.applications_mut().remove(id, NOW)).await);
    assert!(!write(&store, move |tx| tx.applications_mut().remove(id, NOW)).await);
    assert_eq!(read(&store, |tx| tx.applications().list()).await, []);
    let removed = Application {
        hostname: None,
        client_identifier: None,
        disabled_at: Some(NOW),
        removed_at: Some(NOW),
        ..old.clone()
    };
    assert_eq!(
        read(&store, move |tx| tx.applications().by_id(id)).await,
        Some(removed.clone())
    );
    let again = old.clone();
    assert!(!write(&store, move |tx| tx.applications_mut().update(&again)).await);
    // Its client is known to have had one, until another stands in its place.
    let of_client = |tx: &dyn countersign_core::store::Reading| tx.applications().by_client(&client_id(1));
    assert_eq!(read(&store, of_client).await, Some(removed));
    let successor = Application {
        id: application(2, None).id,
        ..old
    };
    let inserted = successor.clone();
    assert!(write(&store, move |tx| tx.applications_mut().insert(&inserted)).await);
    assert_eq!(read(&store, of_client).await, Some(successor));
}

//! Machines and their registrations.

use super::sample::{NOW, approved_registration, at, device, registration};
use super::{Fixture, read, write};
use countersign_core::device::{Device, DeviceRegistration, RegistrationState};
use countersign_core::store::WaitingRegistrations;
use countersign_core::time::Duration;

fn rejected(reason: Option<&str>) -> RegistrationState {
    RegistrationState::Rejected {
        at: at(5),
        by: "cli".to_owned(),
        reason: reason.map(str::to_owned),
    }
}

/// Pending, approved, rejected with and without a reason; newest first.
pub async fn a_registration_comes_back_in_every_state(fixture: &dyn Fixture) {
    let store = fixture.open();
    let registrations = [
        registration(4),
        DeviceRegistration {
            state: approved_registration(3),
            address: None,
            ..registration(3)
        },
        DeviceRegistration {
            state: rejected(Some("not ours")),
            ..registration(2)
        },
        DeviceRegistration {
            state: rejected(None),
            ..registration(1)
        },
    ];
    for registration in registrations.clone() {
        assert!(
            write(&store, move |tx| tx
                .devices_mut()
                .insert_registration(&registration))
            .await
        );
    }
    for registration in registrations.clone() {
        let code = registration.verification_code.clone();
        assert_eq!(
            read(&store, move |tx| tx.devices().registration(&code)).await,
            Some(registration)
        );
    }
    assert_eq!(read(&store, |tx| tx.devices().registration("CODE-9")).await, None);
    assert_eq!(
        read(&store, |tx| tx.devices().registrations()).await,
        registrations
    );
}

/// Only those that wait still: not the decided one, not the one whose time is over.
pub async fn waiting_registrations_are_counted(fixture: &dyn Fixture) {
    let store = fixture.open();
    let ends = |n: u64| NOW + Duration::from_secs(n);
    let address = Some("192.0.2.9".to_owned());
    let registrations = [
        DeviceRegistration {
            expires_at: ends(30),
            address: address.clone(),
            ..registration(1)
        },
        DeviceRegistration {
            expires_at: ends(20),
            address: None,
            ..registration(2)
        },
        DeviceRegistration {
            expires_at: ends(10),
            address: address.clone(),
            state: rejected(None),
            ..registration(3)
        },
        DeviceRegistration {
            expires_at: NOW,
            address,
            ..registration(4)
        },
    ];
    for registration in registrations {
        write(&store, move |tx| {
            tx.devices_mut().insert_registration(&registration)
        })
        .await;
    }
    let near = read(&store, |tx| {
        tx.devices().waiting_registrations(NOW, Some("192.0.2.9"))
    })
    .await;
    let expected = WaitingRegistrations {
        all: 2,
        first_ends_at: Some(ends(20)),
        near: 1,
        first_near_ends_at: Some(ends(30)),
    };
    assert_eq!(near, expected);
    let nobody = read(&store, |tx| tx.devices().waiting_registrations(NOW, None)).await;
    assert_eq!(
        (nobody.all, nobody.near),
        (2, 0),
        "an unknown address is nobody's neighbour"
    );
}

/// The caller draws another code; the first registration is not overwritten.
pub async fn a_taken_verification_code_is_refused(fixture: &dyn Fixture) {
    let store = fixture.open();
    assert!(
        write(&store, |tx| tx
            .devices_mut()
            .insert_registration(&registration(1)))
        .await
    );
    let twin = DeviceRegistration {
        thumbprint: "another".to_owned(),
        ..registration(1)
    };
    assert!(!write(&store, move |tx| tx.devices_mut().insert_registration(&twin)).await);
    assert_eq!(
        read(&store, |tx| tx.devices().registration("CODE-1")).await,
        Some(registration(1))
    );
}

/// The first decision stands.
pub async fn a_registration_is_decided_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| {
        tx.devices_mut().insert_registration(&registration(1))
    })
    .await;
    let decide = |state: RegistrationState| {
        let store = store.clone();
        async move {
            write(&store, move |tx| {
                tx.devices_mut().decide_registration("CODE-1", &state)
            })
            .await
        }
    };
    assert!(decide(approved_registration(1)).await);
    assert!(!decide(rejected(None)).await);
    let found = read(&store, |tx| tx.devices().registration("CODE-1")).await;
    assert_eq!(found.map(|found| found.state), Some(approved_registration(1)));
    let unknown = write(&store, |tx| {
        tx.devices_mut().decide_registration("CODE-2", &rejected(None))
    })
    .await;
    assert!(!unknown, "nothing was pending under that code");
}

/// By id and by client id.
pub async fn a_device_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.devices_mut().insert(&device(1))).await;
    assert_eq!(
        read(&store, |tx| tx.devices().by_id(device(1).id)).await,
        Some(device(1))
    );
    assert_eq!(
        read(&store, |tx| tx.devices().by_client(&device(1).client_id)).await,
        Some(device(1))
    );
    assert_eq!(read(&store, |tx| tx.devices().by_id(device(2).id)).await, None);
    assert_eq!(
        read(&store, |tx| tx.devices().by_client(&device(2).client_id)).await,
        None
    );
}

/// Suspension is taken back, revocation is not, and its first time counts.
pub async fn a_device_is_suspended_brought_back_and_revoked(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.devices_mut().insert(&device(1))).await;
    let now = || read(&store, |tx| tx.devices().by_id(device(1).id));
    write(&store, |tx| {
        tx.devices_mut().set_suspended(device(1).id, Some(NOW))
    })
    .await;
    assert_eq!(
        now().await,
        Some(Device {
            suspended_at: Some(NOW),
            ..device(1)
        })
    );
    write(&store, |tx| tx.devices_mut().set_suspended(device(1).id, None)).await;
    assert_eq!(now().await, Some(device(1)));
    write(&store, |tx| tx.devices_mut().revoke(device(1).id, NOW)).await;
    write(&store, |tx| tx.devices_mut().revoke(device(1).id, at(9))).await;
    assert_eq!(
        now().await,
        Some(Device {
            revoked_at: Some(NOW),
            ..device(1)
        })
    );
}

/// Thumbprint and type change together; the other device keeps its own.
pub async fn a_device_has_the_key_that_it_was_given_last(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| {
        [1, 2]
            .into_iter()
            .try_for_each(|n| tx.devices_mut().insert(&device(n)))
    })
    .await;
    write(&store, |tx| {
        tx.devices_mut().set_key(device(1).id, "another", "ECC:p384")
    })
    .await;
    let rotated = Device {
        thumbprint: "another".to_owned(),
        key_type: "ECC:p384".to_owned(),
        ..device(1)
    };
    assert_eq!(read(&store, |tx| tx.devices().list()).await, [device(2), rotated]);
}

/// As operators read them.
pub async fn newest_devices_come_first(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| {
        [2, 1, 3]
            .into_iter()
            .try_for_each(|n| tx.devices_mut().insert(&device(n)))
    })
    .await;
    assert_eq!(
        read(&store, |tx| tx.devices().list()).await,
        [device(3), device(2), device(1)]
    );
}

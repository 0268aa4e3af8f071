//! Organisations.

use super::sample::{ORGANISATION, organisation};
use super::{Fixture, fault, read, write};
use countersign_core::id::OrganisationId;
use countersign_core::user::Organisation;
use uuid::Uuid;

/// By folded domain, by every folded alias, by id; not by anything else.
pub async fn an_organisation_answers_to_its_domain_and_aliases(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.organisations_mut().insert(&organisation())).await;
    for name in ["onesid1.com", "onesid1", "ones"] {
        let found = read(&store, move |tx| tx.organisations().by_name(name)).await;
        assert_eq!(found, Some(organisation()), "{name}");
    }
    assert_eq!(read(&store, |tx| tx.organisations().by_name("other")).await, None);
    assert_eq!(
        read(&store, |tx| tx.organisations().by_id(ORGANISATION)).await,
        Some(organisation())
    );
    assert_eq!(
        read(&store, |tx| tx.organisations().list()).await,
        [organisation()]
    );
}

/// Two organisations cannot both answer.
pub async fn a_name_belongs_to_one_organisation(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.organisations_mut().insert(&organisation())).await;
    let other = Organisation {
        id: OrganisationId(Uuid::from_u128(0xbbbb)),
        domain: "other.example".to_owned(),
        aliases: vec!["ONES".to_owned()],
        ..organisation()
    };
    fault(&store, move |tx| tx.organisations_mut().insert(&other)).await;
    assert_eq!(
        read(&store, |tx| tx.organisations().list()).await.len(),
        1,
        "nothing of the second stays"
    );
}

//! What a holder reads in a credential that nobody has verified.

use countersign_jose::{KeyType, PrivateKey};
use countersign_vds::{Content, PersonClaims, UnverifiedVds, VdsError, issue};

use crate::iso22376::sample;
use crate::support::{KID, Message, hc1, named, payload};

#[test]
fn a_holder_without_the_issuers_key_sees_whose_it_is_and_until_when() {
    let stranger = PrivateKey::generate(KeyType::P256).unwrap();
    let person = Content::Person(PersonClaims {
        given_name: Some("Marie".to_owned()),
        ..PersonClaims::new("tok_1")
    });
    let text = issue(
        &person,
        "https://id.example",
        1_700_000_000,
        Some(1_763_072_000),
        KID,
        &stranger,
    )
    .unwrap();
    let claimed = UnverifiedVds::parse(&text).unwrap().claimed().unwrap();
    assert_eq!(claimed.issuer(), Some("https://id.example"));
    assert_eq!(claimed.expires_at(), Some(1_763_072_000));
    assert_eq!(claimed.content(), &person);
    assert_eq!(claimed.into_content().id(), Some("tok_1"));
}

#[test]
fn looking_obeys_the_same_limits_as_verifying() {
    let twice = payload(named([("tid", "tok_1".into()), ("tid", "tok_2".into())]));
    let text = hc1(&Message::of(twice).tagged());
    let claimed = UnverifiedVds::parse(&text).unwrap().claimed();
    assert_eq!(claimed, Err(VdsError::DuplicateKey { part: "claims" }));
}

#[test]
fn a_seal_names_its_issuer_and_no_end() {
    let bytes = sample(&[0x01]);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let claimed = UnverifiedVds::parse(&hex).unwrap().claimed().unwrap();
    assert!(claimed.issuer().is_some_and(|issuer| !issuer.is_empty()));
    assert_eq!(claimed.expires_at(), None);
    assert_eq!(claimed.content().id(), None);
}

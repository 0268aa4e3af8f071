//! Every truncation, every changed byte, and bytes without any sense.

use countersign_vds::{Content, PersonClaims, UnverifiedVds, VdsError};
use proptest::prelude::*;

use crate::iso22376::{Sample, sample};
use crate::support::{Message, hc1, open, open_payload, payload, person};

fn message() -> Vec<u8> {
    Message::of(payload(person())).tagged()
}

/// What a broken seal may come to: nobody's fault is ours, and nothing is valid.
fn is_refusal(error: VdsError) -> bool {
    !matches!(
        error,
        VdsError::NotIssued | VdsError::Signing | VdsError::KeyRefused
    )
}

#[test]
fn every_truncation_is_refused() {
    let text = hc1(&message());
    for end in 0..text.len() {
        assert!(is_refusal(open(&text[..end]).unwrap_err()), "{end} characters");
    }
    let message = message();
    for end in 0..message.len() {
        assert!(
            is_refusal(open(&hc1(&message[..end])).unwrap_err()),
            "{end} bytes of the message"
        );
    }
    let seal = sample(&[0xA1, b'a', 0x01]);
    for end in 0..seal.len() {
        assert!(
            is_refusal(open(&base45::encode(&seal[..end])).unwrap_err()),
            "{end} bytes of the seal"
        );
    }
}

#[test]
fn every_value_of_every_byte_of_a_message_but_its_own_is_refused() {
    let message = message();
    for at in 0..message.len() {
        for value in (0..=u8::MAX).filter(|value| *value != message[at]) {
            let mut changed = message.clone();
            changed[at] = value;
            let error = open(&hc1(&changed)).expect_err("a changed byte verifies");
            assert!(is_refusal(error), "byte {at} as {value:#x}: {error:?}");
        }
    }
}

#[test]
fn every_value_of_every_byte_of_a_seal_but_its_own_is_refused() {
    let seal = sample(&[0xA1, b'a', 0x01]);
    for at in 0..seal.len() {
        for value in (0..=u8::MAX).filter(|value| *value != seal[at]) {
            let mut changed = seal.clone();
            changed[at] = value;
            let error = open(&base45::encode(&changed)).expect_err("a changed byte verifies");
            assert!(is_refusal(error), "byte {at} as {value:#x}: {error:?}");
        }
    }
}

/// zlib has bits that mean nothing, so another text may inflate to the same message; to no other one.
#[test]
fn every_changed_character_of_a_text_is_refused_or_changes_nothing() {
    let text = hc1(&message());
    let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for at in 0..text.len() {
        for character in alphabet.chars() {
            let mut changed = text.clone();
            changed.replace_range(at..=at, &character.to_string());
            match open(&changed) {
                Ok(verified) => assert_eq!(verified.content(), &Content::Person(PersonClaims::new("tok_1"))),
                Err(error) => assert!(is_refusal(error), "character {at} as {character}: {error:?}"),
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(HC1:|DE02|3g)?[ -~]{0,300}|\\PC{0,300}") {
        prop_assert!(UnverifiedVds::parse(&text).is_err());
    }

    #[test]
    fn no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(UnverifiedVds::parse(&hc1(&bytes)).is_err());
        prop_assert!(UnverifiedVds::parse(&hc1(&[&[0xD2, 0x84], &bytes[..]].concat())).is_err());
    }

    #[test]
    fn no_signed_claims_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Err(error) = open_payload(bytes) {
            prop_assert!(is_refusal(error));
        }
    }

    #[test]
    fn no_sealed_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let sample = Sample { payload, ..Sample::default() };
        if let Err(error) = open(&base45::encode(sample.sealed())) {
            prop_assert!(is_refusal(error));
        }
    }
}

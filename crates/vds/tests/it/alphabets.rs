//! Container and alphabet are found out.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use countersign_vds::{Container, MAX_TEXT_LEN, UnverifiedVds, VdsError};
use proptest::prelude::*;

use crate::iso22376::{Sample, sample};
use crate::support::{Message, hc1, open, payload, person};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn spellings(bytes: &[u8]) -> [String; 7] {
    [
        base45::encode(bytes),
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        hex(bytes),
        hex(bytes).to_uppercase(),
    ]
}

#[test]
fn iso_22376_is_read_in_every_alphabet() {
    // Payloads of three lengths, so that Base64 pads with none, one and two.
    for payload in [&[1][..], &[1, 2], &[1, 2, 3]] {
        for text in spellings(&sample(payload)) {
            let verified = open(&text).unwrap();
            assert_eq!(verified.container(), Container::Iso22376, "{text}");
        }
    }
}

#[test]
fn hc1_is_read_as_text_and_wrapped_in_every_alphabet() {
    let text = hc1(&Message::of(payload(person())).tagged());
    for text in spellings(text.as_bytes()).iter().chain([&text]) {
        assert_eq!(open(text).unwrap().container(), Container::Hc1, "{text}");
    }
}

#[test]
fn a_wrapping_is_taken_off_once() {
    let text = hc1(&Message::of(payload(person())).tagged());
    let twice = hex(hex(text.as_bytes()).as_bytes());
    assert_eq!(
        UnverifiedVds::parse(&twice).unwrap_err(),
        VdsError::UnknownContainer
    );
    let again = UnverifiedVds::parse(&format!("HC1:{text}")).unwrap_err();
    assert!(
        matches!(again, VdsError::Base45 | VdsError::Compression),
        "{again:?}"
    );
}

#[test]
fn a_line_break_at_the_end_is_passed_over_and_nothing_else() {
    let text = hc1(&Message::of(payload(person())).tagged());
    for end in ["\n", "\r\n", "\n\n"] {
        assert!(open(&format!("{text}{end}")).is_ok());
    }
    for other in [
        format!(" {text}"),
        format!("{text}\t"),
        text.to_lowercase(),
        text.replace("HC1:", "HC2:"),
    ] {
        assert!(open(&other).is_err(), "{other}");
    }
}

#[test]
fn what_is_neither_container_says_so() {
    for text in [
        "",
        "HC1",
        "hc1:",
        "HC2:6BF",
        "{}",
        "eyJhbGciOiJFUzI1NiJ9.e30.AA",
        "dc02",
        "DE0",
        "\u{1F600}",
    ] {
        assert_eq!(
            UnverifiedVds::parse(text).unwrap_err(),
            VdsError::UnknownContainer,
            "{text}"
        );
    }
}

#[test]
fn base45_has_one_spelling() {
    // RFC 9285 §4: a last pair above 255 and a group of three above 65535 mean nothing; nor does a single character.
    for text in [
        "HC1:V5",
        "HC1:::",
        "HC1:GGW",
        "HC1::::",
        "HC1:A",
        "HC1:bb8",
        "HC1:BB\u{e9}",
    ] {
        assert_eq!(
            UnverifiedVds::parse(text).unwrap_err(),
            VdsError::Base45,
            "{text}"
        );
    }
    // The largest values that mean something come as far as zlib.
    for text in ["HC1:U5", "HC1:FGW"] {
        assert_eq!(
            UnverifiedVds::parse(text).unwrap_err(),
            VdsError::Compression,
            "{text}"
        );
    }
}

#[test]
fn the_length_is_checked_before_anything_is_decoded() {
    let long = |len: usize| format!("HC1:{}", "0".repeat(len - 4));
    let refused = |text: &str| UnverifiedVds::parse(text).unwrap_err();
    assert_eq!(refused(&long(MAX_TEXT_LEN + 1)), VdsError::TextTooLong);
    assert_ne!(refused(&long(MAX_TEXT_LEN)), VdsError::TextTooLong);
    assert_eq!(refused(&"\n".repeat(MAX_TEXT_LEN + 1)), VdsError::TextTooLong);
}

proptest! {
    #[test]
    fn no_payload_confuses_the_alphabets(payload: Vec<u8>, time: u32, manifest: [u8; 3]) {
        let sample = Sample { payload, time, manifest, ..Sample::default() };
        for text in spellings(&sample.sealed()) {
            let parsed = UnverifiedVds::parse(&text).unwrap();
            prop_assert_eq!(parsed.container(), Container::Iso22376);
            prop_assert_eq!(parsed.kid(), Some(&b"FR01CERT1"[..]));
        }
    }
}

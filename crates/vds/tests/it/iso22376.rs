//! ISO 22376 version 2, with samples made here byte by byte from x1280.md §6.

use ciborium::Value;
use countersign_jose::{Algorithm, KeyType, PrivateKey, hash};
use countersign_vds::{Container, Content, UnverifiedVds, VdsError};
use rmpv::encode::write_value;

use crate::support::{issuer, key};

/// The parts of a seal.
pub(crate) struct Sample {
    pub(crate) marker: u8,
    pub(crate) version: u8,
    pub(crate) reference: [u8; 6],
    pub(crate) manifest: [u8; 3],
    pub(crate) time: u32,
    pub(crate) payload: Vec<u8>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            marker: 0xDE,
            version: 2,
            reference: c40("FR01CERT1"),
            manifest: [0x0A, 0x0B, 0x0C],
            time: 1_700_000_000,
            payload: Vec::new(),
        }
    }
}

impl Sample {
    pub(crate) fn sealed(&self) -> Vec<u8> {
        self.sealed_by(issuer(), Algorithm::Es256)
    }

    fn sealed_by(&self, key: &PrivateKey, algorithm: Algorithm) -> Vec<u8> {
        let mut signed = self.header();
        signed.extend(hash::sha256(&self.payload));
        let signature = key.sign(algorithm, &signed).unwrap();
        [self.header(), self.payload.clone(), signature].concat()
    }

    fn header(&self) -> Vec<u8> {
        let mut header = vec![self.marker, self.version];
        header.extend(self.reference);
        header.extend(self.manifest);
        header.extend(self.time.to_be_bytes());
        header.extend(u16::try_from(self.payload.len()).unwrap().to_be_bytes());
        assert_eq!(header.len(), 17);
        header
    }
}

/// A good seal around a payload.
pub(crate) fn sample(payload: &[u8]) -> Vec<u8> {
    Sample {
        payload: payload.to_vec(),
        ..Sample::default()
    }
    .sealed()
}

/// Three characters in two bytes (ISO/IEC 16022): 1600 a + 40 b + c + 1.
fn c40(reference: &str) -> [u8; 6] {
    let value = |character: u8| match character {
        b' ' => 3,
        b'0'..=b'9' => u16::from(character) - 44,
        b'A'..=b'Z' => u16::from(character) - 51,
        other => panic!("not in the basic set: {other}"),
    };
    let words = reference.as_bytes().chunks(3).flat_map(|three| {
        (1600 * value(three[0]) + 40 * value(three[1]) + value(three[2]) + 1).to_be_bytes()
    });
    words.collect::<Vec<u8>>().try_into().unwrap()
}

fn parse(bytes: &[u8]) -> Result<UnverifiedVds, VdsError> {
    UnverifiedVds::parse(&base45::encode(bytes))
}

fn open(payload: &[u8]) -> Result<Vec<(Value, Value)>, VdsError> {
    let verified = parse(&sample(payload))?.verify(issuer().public())?;
    match verified.into_content() {
        Content::Other(values) => Ok(values),
        other => panic!("{other:?}"),
    }
}

fn packed(values: &[rmpv::Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        write_value(&mut bytes, value).unwrap();
    }
    bytes
}

#[test]
fn a_seal_is_verified_and_its_values_are_given_by_place() {
    let payload = packed(&["DUPONT".into(), "MARIE".into(), 20_000_229.into(), true.into()]);
    let parsed = parse(&sample(&payload)).unwrap();
    assert_eq!(parsed.container(), Container::Iso22376);
    assert_eq!(parsed.algorithm(), Algorithm::Es256);
    assert_eq!(parsed.kid(), Some(&b"FR01CERT1"[..]));
    let verified = parsed.verify(issuer().public()).unwrap();
    assert_eq!(verified.issuer(), Some("FR01CERT1"));
    assert_eq!(verified.issued_at(), Some(1_700_000_000));
    assert_eq!(verified.expires_at(), None);
    let values = [
        "DUPONT".into(),
        "MARIE".into(),
        Value::from(20_000_229),
        true.into(),
    ];
    let placed = (0..4).map(Value::from).zip(values).collect();
    assert_eq!(verified.into_content(), Content::Other(placed));
}

#[test]
fn every_kind_of_value_is_taken_over() {
    let payload = packed(&[
        rmpv::Value::Nil,
        (-5).into(),
        u64::MAX.into(),
        1.5_f32.into(),
        2.5_f64.into(),
        rmpv::Value::Binary(vec![1, 2]),
        rmpv::Value::Ext(-1, vec![3]),
        rmpv::Value::Array(vec!["a".into()]),
        rmpv::Value::Map(vec![("k".into(), 1.into())]),
    ]);
    let values: Vec<Value> = open(&payload)
        .unwrap()
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    let expected = [
        Value::Null,
        (-5).into(),
        u64::MAX.into(),
        1.5.into(),
        2.5.into(),
        Value::Bytes(vec![1, 2]),
        Value::Array(vec![(-1).into(), Value::Bytes(vec![3])]),
        Value::Array(vec!["a".into()]),
        Value::Map(vec![("k".into(), 1.into())]),
    ];
    assert_eq!(values, expected);
}

#[test]
fn spaces_that_pad_a_reference_are_taken_off() {
    let padded = Sample {
        reference: c40("FR01 C1  "),
        ..Sample::default()
    };
    assert_eq!(parse(&padded.sealed()).unwrap().kid(), Some(&b"FR01 C1"[..]));
}

#[test]
fn a_reference_that_is_no_basic_c40_is_refused() {
    // Zero is no word, 1 has shifts, 64001 and above have a character that there is not; blanks alone name nobody.
    for word in [0, 1, 64_001, u16::MAX] {
        let [high, low] = u16::to_be_bytes(word);
        let sample = Sample {
            reference: [high, low, 0x59, 0xBF, 0x59, 0xBF],
            ..Sample::default()
        };
        let refused = parse(&sample.sealed()).unwrap_err();
        assert_eq!(refused, VdsError::Malformed { part: "header" }, "{word}");
    }
    let blank = Sample {
        reference: c40("         "),
        ..Sample::default()
    };
    assert_eq!(
        parse(&blank.sealed()).unwrap_err(),
        VdsError::Malformed { part: "header" }
    );
}

#[test]
fn another_marker_or_version_is_refused() {
    let marker = Sample {
        marker: 0xDC,
        ..Sample::default()
    };
    assert_eq!(parse(&marker.sealed()).unwrap_err(), VdsError::UnknownContainer);
    for version in [0, 1, 3, 4, 0xFF] {
        let sample = Sample {
            version,
            ..Sample::default()
        };
        assert_eq!(
            parse(&sample.sealed()).unwrap_err(),
            VdsError::VersionRefused,
            "{version}"
        );
    }
}

#[test]
fn the_declared_length_must_be_what_is_there() {
    let good = sample(&packed(&["abc".into()]));
    for declared in [0_u16, 3, 5, 0xFFFF] {
        let mut bytes = good.clone();
        bytes[15..17].copy_from_slice(&declared.to_be_bytes());
        assert_eq!(
            parse(&bytes).unwrap_err(),
            VdsError::Malformed { part: "message" },
            "{declared}"
        );
    }
    let longer = [good, vec![0]].concat();
    assert_eq!(
        parse(&longer).unwrap_err(),
        VdsError::Malformed { part: "message" }
    );
}

#[test]
fn header_and_payload_are_both_signed() {
    let good = sample(&packed(&["abc".into()]));
    for at in [2, 8, 11, 17, 20, 21, 84] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let refused = parse(&bytes).unwrap().verify(issuer().public()).unwrap_err();
        assert_eq!(refused, VdsError::Signature, "byte {at}");
    }
}

#[test]
fn the_signature_is_over_the_hash_of_the_payload() {
    let sample = Sample {
        payload: packed(&["abc".into()]),
        ..Sample::default()
    };
    let unhashed = [sample.header(), sample.payload.clone()].concat();
    let signature = issuer().sign(Algorithm::Es256, &unhashed).unwrap();
    let refused = parse(&[unhashed, signature].concat())
        .unwrap()
        .verify(issuer().public());
    assert_eq!(refused.unwrap_err(), VdsError::Signature);
}

#[test]
fn only_a_p256_key_verifies() {
    for kind in KeyType::ALL.into_iter().filter(|kind| *kind != KeyType::P256) {
        let refused = parse(&sample(&[]))
            .unwrap()
            .verify(key(kind).public())
            .unwrap_err();
        assert_eq!(refused, VdsError::KeyRefused, "{kind}");
    }
    let long = Sample::default().sealed_by(key(KeyType::P384), Algorithm::Es384);
    assert_eq!(parse(&long).unwrap_err(), VdsError::Malformed { part: "message" });
}

#[test]
fn nesting_is_limited_to_sixteen() {
    let nested = |depth: usize, opening: &[u8]| [opening.repeat(depth), vec![0xC0]].concat();
    // An array of one, and a map of one under the key 1.
    for opening in [&[0x91][..], &[0x81, 0x01]] {
        assert!(open(&nested(16, opening)).is_ok());
        for depth in [17, 18, 1000] {
            let refused = open(&nested(depth, opening)).unwrap_err();
            assert_eq!(refused, VdsError::TooDeep { part: "payload" }, "{depth}");
        }
    }
}

#[test]
fn declared_lengths_of_four_gigabytes_are_refused() {
    // Array, map, text, bytes and extension of 2^32 - 1.
    for kind in [0xDD, 0xDF, 0xDB, 0xC6, 0xC9] {
        let refused = open(&[kind, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]).unwrap_err();
        assert_eq!(refused, VdsError::Malformed { part: "payload" }, "{kind:#x}");
    }
}

#[test]
fn a_key_twice_is_refused_at_any_depth() {
    // The second 1 is written in another width.
    let twice = [0x82, 0x01, 0xC0, 0xCC, 0x01, 0xC0];
    assert_eq!(
        open(&twice).unwrap_err(),
        VdsError::DuplicateKey { part: "payload" }
    );
    let inside = [&[0x91, 0x81, 0x05][..], &twice].concat();
    assert_eq!(
        open(&inside).unwrap_err(),
        VdsError::DuplicateKey { part: "payload" }
    );
}

#[test]
fn a_key_that_readers_compare_differently_and_a_text_that_is_none_are_refused() {
    let malformed = VdsError::Malformed { part: "payload" };
    assert_eq!(open(&[0x81, 0xC0, 0x01]).unwrap_err(), malformed, "nil as key");
    assert_eq!(open(&[0x81, 0x90, 0x01]).unwrap_err(), malformed, "array as key");
    assert_eq!(open(&[0xA1, 0xFF]).unwrap_err(), malformed, "not UTF-8");
}

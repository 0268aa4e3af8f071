//! `credentials_iso22376.json`: a seal in the other container, its bytes at their offsets.

use super::key::FixedKey;
use super::{committed, hex, page, same_as_committed, unhex};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign_jose::{Algorithm, hash};
use countersign_vds::{Container, Content, UnverifiedVds};
use serde::{Deserialize, Serialize};

const NAME: &str = "credentials_iso22376.json";

#[derive(Serialize, Deserialize)]
struct Page {
    about: String,
    key: FixedKey,
    seals: Vec<Seal>,
    refused: Vec<Refused>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seal {
    header: Header,
    /// The values of the payload, in the order of the manifest.
    values: Vec<String>,
    /// MessagePack, hexadecimal.
    payload: String,
    /// What was signed: header and SHA-256 of the payload, hexadecimal.
    signed: String,
    /// r‖s, hexadecimal.
    signature: String,
    texts: Texts,
}

#[derive(Serialize, Deserialize)]
struct Header {
    /// Offset 0.
    marker: String,
    /// Offset 1.
    version: String,
    /// Offsets 2 to 7, as characters.
    reference: String,
    /// The same as C40 words.
    c40: String,
    /// Offsets 8 to 10.
    manifest: String,
    /// Offsets 11 to 14, Unix seconds.
    time: u32,
    /// Offsets 15 and 16.
    length: u16,
    /// All 17 bytes.
    bytes: String,
}

/// The same seal in each alphabet.
#[derive(Serialize, Deserialize)]
struct Texts {
    hex: String,
    base64: String,
    base64url: String,
    base45: String,
}

#[derive(Serialize, Deserialize)]
struct Refused {
    why: String,
    hex: String,
}

/// Issuer `FR05`, certificate `FRAA1`, in C40 (ISO/IEC 16022): 1600 a + 40 b + c + 1 for three characters each.
const REFERENCE: (&str, [u8; 6]) = ("FR05FRAA1", [0x7b, 0x9d, 0x3b, 0x58, 0x59, 0xb6]);

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let key = FixedKey::of_the_issuer();
    let values = ["tok_1", "Marie", "Dupont", "2000-02-29"];
    let payload: Vec<u8> = values.iter().flat_map(|value| text(value)).collect();
    let header = Header::new([0x0a, 0x0b, 0x0c], 1_700_000_000, payload.len());
    let signed = [unhex(&header.bytes), hash::sha256(&payload).to_vec()].concat();
    let have = recorded
        .iter()
        .flat_map(|page| &page.seals)
        .map(|seal| unhex(&seal.signature));
    let good = |signature: &Vec<u8>| key.public().verify(Algorithm::Es256, &signed, signature).is_ok();
    let signature = have.into_iter().find(good);
    let signature = signature.unwrap_or_else(|| key.private().sign(Algorithm::Es256, &signed).unwrap());
    let bytes = [unhex(&header.bytes), payload.clone(), signature.clone()].concat();
    Page {
        about: "X.1280 profile §6: ISO 22376 version 2, which is verified and never issued".to_owned(),
        key,
        refused: refused(&bytes),
        seals: vec![Seal {
            header,
            values: values.map(str::to_owned).into(),
            payload: hex(&payload),
            signed: hex(&signed),
            signature: hex(&signature),
            texts: Texts {
                hex: hex(&bytes),
                base64: STANDARD.encode(&bytes),
                base64url: URL_SAFE_NO_PAD.encode(&bytes),
                base45: base45::encode(&bytes),
            },
        }],
    }
}

/// A text of up to 31 bytes in MessagePack.
fn text(value: &str) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap();
    assert!(length < 32);
    [&[0xa0 | length], value.as_bytes()].concat()
}

impl Header {
    fn new(manifest: [u8; 3], time: u32, length: usize) -> Self {
        let (reference, c40) = REFERENCE;
        let length = u16::try_from(length).unwrap();
        let bytes = [
            &[0xde, 2][..],
            &c40,
            &manifest,
            &time.to_be_bytes(),
            &length.to_be_bytes(),
        ]
        .concat();
        assert_eq!(bytes.len(), 17);
        Self {
            marker: "de".to_owned(),
            version: "02".to_owned(),
            reference: reference.to_owned(),
            c40: hex(&c40),
            manifest: hex(&manifest),
            time,
            length,
            bytes: hex(&bytes),
        }
    }
}

/// Seals that somebody changed, one byte each.
fn refused(bytes: &[u8]) -> Vec<Refused> {
    let last = bytes.len() - 1;
    [
        ("another marker", 0),
        ("another version", 1),
        ("the time was changed after signing", 14),
        ("a value was changed after signing", 20),
        ("the signature was changed", last),
    ]
    .map(|(why, place)| {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1;
        Refused {
            why: why.to_owned(),
            hex: hex(&bytes),
        }
    })
    .into()
}

#[test]
fn the_committed_vectors_of_iso_22376_seals_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn every_recorded_seal_verifies_in_every_alphabet_and_gives_its_values() {
    let page: Page = page(NAME);
    assert!(!page.seals.is_empty());
    for seal in &page.seals {
        let Texts {
            hex,
            base64,
            base64url,
            base45,
        } = &seal.texts;
        for text in [hex, base64, base64url, base45] {
            let vds = UnverifiedVds::parse(text).unwrap();
            assert_eq!(vds.container(), Container::Iso22376);
            assert_eq!(vds.kid(), Some(seal.header.reference.as_bytes()));
            let vds = vds.verify(&page.key.public()).unwrap();
            assert_eq!(vds.issued_at(), Some(i64::from(seal.header.time)));
            let Content::Other(values) = vds.into_content() else {
                panic!("a seal has values by their place")
            };
            let values: Vec<&str> = values.iter().map(|(_, value)| value.as_text().unwrap()).collect();
            assert_eq!(values, seal.values);
        }
    }
}

#[test]
fn every_changed_seal_is_refused() {
    let page: Page = page(NAME);
    assert!(!page.refused.is_empty());
    for Refused { why, hex } in page.refused {
        let opened = UnverifiedVds::parse(&hex).and_then(|vds| vds.verify(&page.key.public()));
        assert!(opened.is_err(), "{why}");
    }
}

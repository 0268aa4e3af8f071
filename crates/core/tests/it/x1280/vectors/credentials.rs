//! `credentials_hc1.json`: credentials as we issue them, taken apart layer by layer.

use super::key::FixedKey;
use super::{committed, hex, page, same_as_committed, unhex};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ciborium::Value;
use countersign_jose::Algorithm;
use countersign_vds::{Container, Content, PersonClaims, ServiceClaims, UnverifiedVds, issue};
use serde::{Deserialize, Serialize};
use std::io::Read as _;

const NAME: &str = "credentials_hc1.json";
const ISSUER: &str = "https://id.example.com";
const KID: &str = "issuer-key-1";
const ISSUED_AT: i64 = 1_795_251_600;
const EXPIRES_AT: i64 = 1_858_410_000;

#[derive(Serialize, Deserialize)]
struct Page {
    about: String,
    key: FixedKey,
    kid: String,
    credentials: Vec<Credential>,
    refused: Vec<Refused>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    /// The whole, as a person is handed it.
    text: String,
    /// The same in two of the alphabets that it may be wrapped in.
    base64: String,
    base64url: String,
    layers: Layers,
    issuer: String,
    issued_at: i64,
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonClaims>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<ServiceClaims>,
}

/// Hexadecimal, from outside inwards.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layers {
    /// What Base45 after `HC1:` stands for: a zlib stream.
    zlib: String,
    /// What it inflates to: `COSE_Sign1` with tag 18.
    sign1: String,
    /// Its protected header.
    protected: String,
    /// Its payload, the claims.
    payload: String,
    /// What was signed: the `Sig_structure` of RFC 9052 §4.4.
    signed: String,
    /// r‖s.
    signature: String,
}

#[derive(Serialize, Deserialize)]
struct Refused {
    why: String,
    text: String,
}

fn person() -> PersonClaims {
    PersonClaims {
        given_name: Some("Marie".to_owned()),
        family_name: Some("Dupont".to_owned()),
        date_of_birth: Some("2000-02-29".to_owned()),
        nationality: Some("FRA".to_owned()),
        document_number: Some("X-4711".to_owned()),
        photo: Some(vec![0xff, 0xd8, 0xff, 0xd9]),
        trust_level: Some(2),
        ..PersonClaims::new("tok_AAECAwQFBgcICQoLDA0ODw")
    }
}

fn service() -> ServiceClaims {
    ServiceClaims {
        name: Some("Test shop".to_owned()),
        url: Some("https://shop.example".to_owned()),
        logo_url: Some("https://shop.example/logo.svg".to_owned()),
        scopes: vec!["identity:name".to_owned(), "identity:age_over_18".to_owned()],
        audience: Some("shop-audience".to_owned()),
        ..ServiceClaims::new("svc_AAECAwQFBgcICQoLDA0ODw")
    }
}

fn made() -> Page {
    let recorded: Option<Page> = committed(NAME);
    let key = FixedKey::of_the_issuer();
    let contents = [
        Content::Person(person()),
        Content::Person(PersonClaims {
            family_name: Some("Ångström".to_owned()),
            ..PersonClaims::new("tok_with-a-family-name-only")
        }),
        Content::Service(service()),
    ];
    let credentials: Vec<Credential> = contents
        .into_iter()
        .enumerate()
        .map(|(place, content)| {
            let have = recorded.as_ref().and_then(|page| page.credentials.get(place));
            credential(&key, content, have)
        })
        .collect();
    Page {
        about: "X.1280 profile §6: HC1, which is Base45, zlib, COSE_Sign1, CWT".to_owned(),
        kid: KID.to_owned(),
        refused: refused(&credentials[0]),
        key,
        credentials,
    }
}

fn credential(key: &FixedKey, content: Content, have: Option<&Credential>) -> Credential {
    let text = have
        .filter(|have| says(key, &have.text).as_ref() == Some(&content))
        .map(|have| have.text.clone());
    let text = text.unwrap_or_else(|| {
        let key = key.private();
        issue(
            &content,
            ISSUER,
            ISSUED_AT,
            Some(EXPIRES_AT),
            KID.as_bytes(),
            &key,
        )
        .unwrap()
    });
    let (person, service) = match content {
        Content::Person(person) => (Some(person), None),
        Content::Service(service) => (None, Some(service)),
        Content::Other(_) => panic!("it is one of ours"),
    };
    Credential {
        base64: STANDARD.encode(&text),
        base64url: URL_SAFE_NO_PAD.encode(&text),
        layers: Layers::of(&text),
        text,
        issuer: ISSUER.to_owned(),
        issued_at: ISSUED_AT,
        expires_at: EXPIRES_AT,
        person,
        service,
    }
}

/// What a text says if it is a credential of the page's issuer and time.
fn says(key: &FixedKey, text: &str) -> Option<Content> {
    let vds = UnverifiedVds::parse(text).ok()?.verify(&key.public()).ok()?;
    let ours = vds.issuer() == Some(ISSUER)
        && (vds.issued_at(), vds.expires_at()) == (Some(ISSUED_AT), Some(EXPIRES_AT));
    ours.then(|| vds.into_content())
}

/// Credentials that somebody changed: the last bytes of a layer, everything around them made anew.
fn refused(of: &Credential) -> Vec<Refused> {
    let sign1 = unhex(&of.layers.sign1);
    let mut other_signature = sign1.clone();
    *other_signature.last_mut().unwrap() ^= 1;
    let name = sign1.windows(5).position(|five| five == b"Marie").unwrap();
    let mut other_name = sign1.clone();
    other_name[name..name + 5].copy_from_slice(b"Maria");
    let mut untagged_other = sign1;
    untagged_other[0] = 0xd1;
    [
        ("the signature was changed", other_signature),
        ("a name was changed after signing", other_name),
        ("tag 17 is another message than COSE_Sign1", untagged_other),
    ]
    .map(|(why, sign1)| Refused {
        why: why.to_owned(),
        text: format!("HC1:{}", base45::encode(stored(&sign1))),
    })
    .into()
}

/// A zlib stream (RFC 1950) of one stored block, the same from every library.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(bytes);
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

impl Layers {
    /// Takes a text apart with the libraries of its formats alone.
    fn of(text: &str) -> Self {
        let zlib = base45::decode(text.strip_prefix("HC1:").unwrap()).unwrap();
        let mut sign1 = Vec::new();
        flate2::read::ZlibDecoder::new(zlib.as_slice())
            .read_to_end(&mut sign1)
            .unwrap();
        let Value::Tag(18, message) = ciborium::from_reader(sign1.as_slice()).unwrap() else {
            panic!("no COSE_Sign1 with tag 18")
        };
        let parts = message.into_array().unwrap();
        let bytes = |place: usize| parts[place].as_bytes().unwrap().clone();
        let structure = Value::Array(vec![
            "Signature1".into(),
            Value::Bytes(bytes(0)),
            Value::Bytes(Vec::new()),
            Value::Bytes(bytes(2)),
        ]);
        let mut signed = Vec::new();
        ciborium::into_writer(&structure, &mut signed).unwrap();
        Self {
            zlib: hex(&zlib),
            sign1: hex(&sign1),
            protected: hex(&bytes(0)),
            payload: hex(&bytes(2)),
            signed: hex(&signed),
            signature: hex(&bytes(3)),
        }
    }
}

#[test]
fn the_committed_vectors_of_hc1_credentials_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn every_recorded_credential_verifies_in_every_alphabet_and_says_what_stands_beside_it() {
    let page: Page = page(NAME);
    assert_eq!(page.credentials.len(), 3);
    for credential in &page.credentials {
        for text in [&credential.text, &credential.base64, &credential.base64url] {
            let vds = UnverifiedVds::parse(text).unwrap();
            assert_eq!(
                (vds.container(), vds.kid()),
                (Container::Hc1, Some(page.kid.as_bytes()))
            );
            let vds = vds.verify(&page.key.public()).unwrap();
            assert_eq!(vds.issuer(), Some(credential.issuer.as_str()));
            assert_eq!(vds.issued_at(), Some(credential.issued_at));
            assert_eq!(vds.expires_at(), Some(credential.expires_at));
            let (person, service) = match vds.into_content() {
                Content::Person(person) => (Some(person), None),
                Content::Service(service) => (None, Some(service)),
                Content::Other(other) => panic!("{other:?}"),
            };
            assert!(person == credential.person && service == credential.service);
        }
        let (signed, signature) = (
            unhex(&credential.layers.signed),
            unhex(&credential.layers.signature),
        );
        let verified = page.key.public().verify(Algorithm::Es256, &signed, &signature);
        assert!(verified.is_ok(), "the layers say what is signed");
    }
}

#[test]
fn the_claims_have_the_labels_of_the_profile() {
    let page: Page = page(NAME);
    let credential = &page.credentials[0];
    let payload = unhex(&credential.layers.payload);
    let claims: Value = ciborium::from_reader(payload.as_slice()).unwrap();
    let find = |map: &Value, label: Value| {
        let found = map.as_map().unwrap().iter().find(|(key, _)| *key == label);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(find(&claims, 1.into()), Value::from(credential.issuer.as_str()));
    assert_eq!(find(&claims, 4.into()), Value::from(credential.expires_at));
    assert_eq!(find(&claims, 6.into()), Value::from(credential.issued_at));
    let ours = find(&claims, (-65800).into());
    let person = credential.person.as_ref().unwrap();
    assert_eq!(find(&ours, "tid".into()), Value::from(person.token_id.as_str()));
    assert_eq!(
        find(&ours, "gn".into()),
        Value::from(person.given_name.clone().unwrap())
    );
    assert_eq!(
        find(&ours, "photo".into()),
        Value::Bytes(person.photo.clone().unwrap())
    );
    let protected = unhex(&credential.layers.protected);
    let header: Value = ciborium::from_reader(protected.as_slice()).unwrap();
    assert_eq!(find(&header, 1.into()), Value::from(-7));
    assert_eq!(
        find(&header, 4.into()),
        Value::Bytes(page.kid.clone().into_bytes())
    );
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    let page: Page = page(NAME);
    assert!(!page.refused.is_empty());
    for Refused { why, text } in page.refused {
        let opened = UnverifiedVds::parse(&text).and_then(|vds| vds.verify(&page.key.public()));
        assert!(opened.is_err(), "{why}");
    }
}

//! Keys that are made once, seals made by hand, and the vectors of others. Nothing here uses the code under test.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ciborium::Value;
use countersign_jose::{Algorithm, Jwk, KeyType, PrivateKey, PublicKey};
use countersign_vds::{UnverifiedVds, VdsError, VerifiedVds};

pub(crate) const KID: &[u8] = b"key-1";
pub(crate) const ES256: i64 = -7;
pub(crate) const PS256: i64 = -37;
pub(crate) const OURS: i64 = -65800;

static KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| {
    KeyType::ALL
        .into_iter()
        .map(|kind| PrivateKey::generate(kind).unwrap())
        .collect()
});

/// The key of one kind that all tests share.
pub(crate) fn key(kind: KeyType) -> &'static PrivateKey {
    KEYS.iter().find(|key| key.key_type() == kind).unwrap()
}

/// The key that signs what does not say otherwise.
pub(crate) fn issuer() -> &'static PrivateKey {
    key(KeyType::P256)
}

pub(crate) fn map<const N: usize>(entries: [(Value, Value); N]) -> Value {
    Value::Map(entries.into())
}

pub(crate) fn named<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(
        entries
            .into_iter()
            .map(|(name, value)| (Value::from(name), value))
            .collect(),
    )
}

pub(crate) fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// The smallest person.
pub(crate) fn person() -> Value {
    named([("tid", "tok_1".into())])
}

/// A payload with one claim: ours.
pub(crate) fn payload(ours: Value) -> Vec<u8> {
    cbor(&map([(OURS.into(), ours)]))
}

/// The protected header that we write: `alg` and `kid`.
pub(crate) fn protected() -> Vec<u8> {
    cbor(&map([
        (1.into(), ES256.into()),
        (4.into(), Value::Bytes(KID.into())),
    ]))
}

/// The four parts of a `COSE_Sign1` message (RFC 9052 §4.2), before they are put together.
pub(crate) struct Message {
    pub(crate) protected: Vec<u8>,
    pub(crate) unprotected: Value,
    pub(crate) payload: Vec<u8>,
}

impl Message {
    pub(crate) fn of(payload: Vec<u8>) -> Self {
        Self {
            protected: protected(),
            unprotected: map([]),
            payload,
        }
    }

    /// Signs (RFC 9052 §4.4) and gives the untagged array.
    pub(crate) fn signed(self, key: &PrivateKey, algorithm: Algorithm) -> Value {
        let structure = Value::Array(vec![
            "Signature1".into(),
            Value::Bytes(self.protected.clone()),
            Value::Bytes(Vec::new()),
            Value::Bytes(self.payload.clone()),
        ]);
        let signature = key.sign(algorithm, &cbor(&structure)).unwrap();
        Value::Array(vec![
            Value::Bytes(self.protected),
            self.unprotected,
            Value::Bytes(self.payload),
            Value::Bytes(signature),
        ])
    }

    /// The message as CBOR with tag 18, signed by [`issuer`].
    pub(crate) fn tagged(self) -> Vec<u8> {
        tagged(18, self.signed(issuer(), Algorithm::Es256))
    }
}

pub(crate) fn tagged(tag: u64, value: Value) -> Vec<u8> {
    cbor(&Value::Tag(tag, Box::new(value)))
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The HC1 text around any bytes.
pub(crate) fn hc1(message: &[u8]) -> String {
    format!("HC1:{}", base45::encode(deflate(message)))
}

/// Parses and verifies with the key of [`issuer`].
pub(crate) fn open(text: &str) -> Result<VerifiedVds, VdsError> {
    UnverifiedVds::parse(text)?.verify(issuer().public())
}

/// What a payload signed by [`issuer`] comes to.
pub(crate) fn open_payload(payload: Vec<u8>) -> Result<VerifiedVds, VdsError> {
    open(&hc1(&Message::of(payload).tagged()))
}

pub(crate) fn public_key(jwk: &serde_json::Value) -> PublicKey {
    PublicKey::from_jwk(&Jwk::parse(jwk).unwrap()).unwrap()
}

/// The JSON files of one folder of other people's vectors, by name; `None` with a printed sentence where they are not
/// at hand, which is a failure where everything must be.
pub(crate) fn vectors(folder: &str) -> Option<Vec<(String, serde_json::Value)>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")).join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        let reason = format!("the vectors of {} are not at hand", folder.display());
        assert!(
            std::env::var_os("CI").is_none(),
            "in CI nothing is skipped, but {reason}"
        );
        eprintln!("skipped: {reason}");
        return None;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files.iter().map(|path| read_vector(path)).collect())
}

fn read_vector(path: &Path) -> (String, serde_json::Value) {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let text = std::fs::read(path).unwrap();
    (name, serde_json::from_slice(&text).unwrap())
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

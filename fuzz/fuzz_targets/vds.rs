//! Credentials from strangers (x1280.md §6). The first byte of an input says which layer the rest goes to, because no
//! fuzzer guesses a checksum or a signature: those are made here, with a key of this run.

#![no_main]

use std::io::Write as _;
use std::sync::LazyLock;

use ciborium::Value;
use countersign_jose::{Algorithm, KeyType, PrivateKey, hash};
use countersign_vds::{Content, UnverifiedVds, VdsError, VerifiedVds, issue};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(KeyType::P256).unwrap());

fuzz_target!(|data: &[u8]| {
    let Some((layer, data)) = data.split_first() else {
        return;
    };
    match layer {
        b't' => std::str::from_utf8(data).map_or((), |text| open(text).map_or((), check)),
        b'm' => open(&hc1(data)).map_or((), check),
        b'c' => open(&hc1(&message(data))).map_or((), check),
        b's' => open(&hex(data)).map_or((), check),
        b'p' => open(&hex(&seal(data))).map_or((), check),
        _ => {}
    }
});

fn open(text: &str) -> Result<VerifiedVds, VdsError> {
    UnverifiedVds::parse(text)?.verify(KEY.public())
}

/// Whatever was read can be asked for its times and, if it is ours, be issued again and read as the same.
fn check(verified: VerifiedVds) {
    for now in [i64::MIN, 0, i64::MAX] {
        let _ = verified.check_time(now);
    }
    let _ = format!("{verified:?}");
    let (issued_at, expires_at) = (verified.issued_at().unwrap_or(0), verified.expires_at());
    let content = verified.into_content();
    match issue(&content, "fuzz", issued_at, expires_at, b"kid", &KEY) {
        Ok(text) => {
            let again = open(&text).unwrap();
            assert_eq!(
                (again.issued_at(), again.expires_at()),
                (Some(issued_at), expires_at)
            );
            assert_eq!(again.content(), &content);
        }
        Err(VdsError::TextTooLong) => {}
        Err(error) => assert!(matches!(content, Content::Other(_)), "{error}"),
    }
}

/// HC1 text around the bytes of a message.
fn hc1(message: &[u8]) -> String {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(message).unwrap();
    format!("HC1:{}", base45::encode(encoder.finish().unwrap()))
}

/// A signed `COSE_Sign1` message around a payload (RFC 9052 §4.4).
fn message(payload: &[u8]) -> Vec<u8> {
    let protected = Value::Bytes(vec![0xA1, 0x01, 0x26]);
    let payload = Value::Bytes(payload.to_vec());
    let empty = Value::Bytes(Vec::new());
    let signed = cbor(&Value::Array(vec![
        "Signature1".into(),
        protected.clone(),
        empty,
        payload.clone(),
    ]));
    let signature = Value::Bytes(KEY.sign(Algorithm::Es256, &signed).unwrap());
    let parts = vec![protected, Value::Map(Vec::new()), payload, signature];
    cbor(&Value::Tag(18, Box::new(Value::Array(parts))))
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// A signed ISO 22376 seal around a payload.
fn seal(payload: &[u8]) -> Vec<u8> {
    let payload = &payload[..payload.len().min(usize::from(u16::MAX))];
    let mut header = vec![0xDE, 2, 0x59, 0xBF, 0x59, 0xBF, 0x59, 0xBF, 0, 0, 1, 0, 0, 0, 0];
    header.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    let signed = [&header[..], &hash::sha256(payload)].concat();
    let signature = KEY.sign(Algorithm::Es256, &signed).unwrap();
    [&header[..], payload, &signature].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

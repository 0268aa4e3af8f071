//! `vectors/onesid`: what a client, a phone and a service make and check on the OnesID surface. Each page is made here and
//! compared with the one that is committed; the packages for JavaScript read the same files. ECDSA signatures differ each
//! time: a recorded one is kept as long as it verifies.

mod approvals;
mod client_jwts;
mod consent_receipts;

use countersign_jose::{Algorithm, PrivateKey, UnverifiedJws, VerifiedJws, base64url, jcs};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The key of RFC 7515, Appendix A.3: published as an example and therefore good for nothing else.
const PEM: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
";
const CLIENT_ID: &str = "5f5c208e-117e-45f8-b863-46f6342fe1ad";
const PHONE_ID: &str = "RJq3ENpGMioYZetmY01r4";
const PERSON_ID: &str = "d1f3a5c2-0b1e-4a7d-8f6e-2c9b5a4d3e10";
const APPROVAL_ID: &str = "0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f";
const HOST: &str = "https://id.example.com";
const ISSUER: &str = "https://id.example.com/oidc";
const JTI: &str = "2b1f6f0e-64a5-4d9c-a1a5-6f2d7b8c9e01";
const NOW: i64 = 1_795_251_600;

/// The key as a page tells it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    origin: String,
    private_pem: String,
    public_jwk: Value,
}

impl Key {
    fn new() -> Self {
        Self {
            origin: "RFC 7515, Appendix A.3.1".to_owned(),
            private_pem: PEM.to_owned(),
            public_jwk: serde_json::to_value(private().public().jwk()).unwrap(),
        }
    }
}

/// A compact JWS, taken apart.
#[derive(Clone, Serialize, Deserialize)]
struct Signed {
    about: String,
    header: Value,
    claims: Value,
    jws: String,
}

impl Signed {
    /// The recorded one, if it says the same and verifies; else a new one.
    fn kept_or_made(recorded: &[Self], about: &str, header: Value, claims: Value) -> Self {
        let same = |signed: &&Self| {
            (&signed.header, &signed.claims) == (&header, &claims) && verified(&signed.jws).is_some()
        };
        let jws = match recorded.iter().find(same) {
            Some(signed) => signed.jws.clone(),
            None => compact(&header, &claims),
        };
        Self {
            about: about.to_owned(),
            header,
            claims,
            jws,
        }
    }
}

fn private() -> PrivateKey {
    PrivateKey::from_pem(PEM).unwrap()
}

/// Signs what stands there, also a header whose label is not that of the key (onesid.md §4).
fn compact(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url::encode(&jcs::canonicalize(value).unwrap());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = private().sign(Algorithm::Es256, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}

/// What the key vouches for, by the rules for devices.
fn verified(jws: &str) -> Option<VerifiedJws> {
    UnverifiedJws::parse(jws)
        .ok()?
        .verify_onesid(private().public())
        .ok()
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/onesid")
        .join(name)
}

/// The committed page; `None` when there is none that can be read.
fn committed<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&std::fs::read_to_string(file(name)).ok()?).ok()
}

/// Compares a page with the committed one; `UPDATE_REFERENCE` writes it instead.
fn same_as_committed(name: &str, made: &impl Serialize) {
    // The members in one order, whichever features of serde_json the build has.
    let sorted: Value = serde_json::from_slice(&jcs::canonicalize(made).unwrap()).unwrap();
    let made = serde_json::to_string_pretty(&sorted).unwrap() + "\n";
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(file(name).parent().unwrap()).unwrap();
        std::fs::write(file(name), &made).unwrap();
    }
    let committed = std::fs::read_to_string(file(name)).unwrap_or_default();
    assert!(
        committed == made,
        "vectors/onesid/{name} is out of date; run `cargo xtask gen`"
    );
}

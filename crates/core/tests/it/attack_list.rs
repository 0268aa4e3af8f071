//! The usual attacks on a JWS (RFC 8725 §2, §3, and what attack tools send), made from a token that would be good.
//! Every taker of a JWS has to refuse every one of them.

use crate::scene::handmade;
use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url, hash, public_pem};
use serde_json::{Value, json};

/// A token that must be refused, under the name of its attack.
pub(crate) type Attack = (&'static str, String);

/// What an attack starts from: who may sign, and what a good token says.
pub(crate) struct Good<'g> {
    pub(crate) key: &'g PrivateKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Good<'_> {
    /// The good token itself: a list of attacks is worth something only where this one is taken.
    pub(crate) fn token(&self) -> String {
        self.signed_with(&json!({}))
    }

    /// Every attack on the envelope: algorithm, key, header and encoding.
    pub(crate) fn envelope(&self) -> Vec<Attack> {
        [
            self.unsigned(),
            self.symmetric(),
            self.foreign_keys(),
            self.header_members(),
            self.encodings(),
        ]
        .concat()
    }

    /// Every attack on the claims, signed by the right key.
    pub(crate) fn claims(&self) -> Vec<Attack> {
        let now = self.claims["iat"].as_i64().unwrap();
        let changes = [
            ("exp is missing", json!({ "exp": null })),
            ("exp is a string", json!({ "exp": (now + 60).to_string() })),
            ("exp is 1e308", json!({ "exp": 1e308 })),
            ("exp is negative", json!({ "exp": -1 })),
            ("exp is the smallest integer", json!({ "exp": i64::MIN })),
            ("exp is the largest integer", json!({ "exp": i64::MAX })),
            ("exp is above every signed integer", json!({ "exp": u64::MAX })),
            ("exp is an array", json!({ "exp": [now + 60] })),
            ("exp is past", json!({ "exp": now - 3600 })),
            (
                "iat is in the future",
                json!({ "iat": now + 3600, "exp": now + 3660 }),
            ),
            ("aud is missing", json!({ "aud": null })),
            ("aud is empty", json!({ "aud": "" })),
            ("aud is an empty array", json!({ "aud": [] })),
            ("aud is somebody else", json!({ "aud": "https://other.example" })),
            (
                "aud is ours with a slash",
                json!({ "aud": format!("{}/", self.claims["aud"].as_str().unwrap()) }),
            ),
            ("aud is a prefix of ours", json!({ "aud": "https://idp.exampl" })),
            (
                "aud is in capitals",
                json!({ "aud": self.claims["aud"].as_str().unwrap().to_uppercase() }),
            ),
            ("aud holds a number", json!({ "aud": [self.claims["aud"], 1] })),
            ("aud is an object", json!({ "aud": { "0": self.claims["aud"] } })),
        ];
        changes
            .iter()
            .map(|(name, changes)| (*name, self.signed_with(changes)))
            .collect()
    }

    /// The claims with some changed (`null` takes one out), signed well.
    pub(crate) fn signed_with(&self, changes: &Value) -> String {
        let mut claims = self.claims.clone();
        crate::scene::merge(&mut claims, changes);
        self.with_header(&json!({}), claims.to_string().as_bytes())
    }

    fn header_text(&self, changes: &Value) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(self.algorithm.name());
        crate::scene::merge(&mut header, changes);
        header.to_string()
    }

    /// The header with some members changed, signed well.
    pub(crate) fn with_header(&self, changes: &Value, payload: &[u8]) -> String {
        handmade(&self.header_text(changes), payload, self.key, self.algorithm)
    }

    fn payload(&self) -> Vec<u8> {
        self.claims.to_string().into_bytes()
    }

    /// A header and the payload without a signature.
    fn input(&self, changes: &Value) -> String {
        format!(
            "{}.{}",
            base64url::encode(self.header_text(changes).as_bytes()),
            base64url::encode(&self.payload())
        )
    }

    fn unsigned(&self) -> Vec<Attack> {
        let good = self.token();
        let (input, signature) = good.rsplit_once('.').unwrap();
        let none = |spelling: &str| format!("{}.", self.input(&json!({ "alg": spelling })));
        let mut flipped = base64url::decode(signature).unwrap();
        flipped[10] ^= 1;
        vec![
            ("alg none", none("none")),
            ("alg None", none("None")),
            ("alg NONE", none("NONE")),
            ("alg nOnE", none("nOnE")),
            (
                "alg none with the signature of another alg",
                format!("{}{signature}", none("none")),
            ),
            ("the signature is empty", format!("{input}.")),
            ("the third part is missing", input.to_owned()),
            (
                "one bit of the signature is changed",
                format!("{input}.{}", base64url::encode(&flipped)),
            ),
            (
                "the signature is cut",
                format!("{input}.{}", base64url::encode(&flipped[..20])),
            ),
            (
                "the signature is all zeros (psychic ECDSA)",
                format!("{input}.{}", base64url::encode(&[0; 64])),
            ),
            (
                "the signature is a DER of zeros",
                format!("{input}.{}", base64url::encode(&[48, 6, 2, 1, 0, 2, 1, 0])),
            ),
        ]
    }

    fn symmetric(&self) -> Vec<Attack> {
        let input = self.input(&json!({ "alg": "HS256" }));
        let mac = |secret: &[u8]| {
            format!(
                "{input}.{}",
                base64url::encode(&hash::hmac_sha256(secret, input.as_bytes()))
            )
        };
        let jwk = serde_json::to_vec(self.key.public().jwk()).unwrap();
        vec![
            ("HS256 with an empty secret", mac(b"")),
            (
                "HS256 with our public key in PEM",
                mac(public_pem(self.key.public()).as_bytes()),
            ),
            ("HS256 with our public JWK", mac(&jwk)),
        ]
    }

    fn foreign_keys(&self) -> Vec<Attack> {
        let stranger = PrivateKey::generate(self.key.key_type()).unwrap();
        let by_stranger = |changes: Value| {
            handmade(
                &self.header_text(&changes),
                &self.payload(),
                &stranger,
                self.algorithm,
            )
        };
        let other_kind = if self.key.key_type() == KeyType::P384 {
            KeyType::P256
        } else {
            KeyType::P384
        };
        let curve = PrivateKey::generate(other_kind).unwrap();
        let curve_alg = curve.public().natural_algorithm();
        let labelled = |label: &str| {
            handmade(
                &self.header_text(&json!({ "alg": label })),
                &self.payload(),
                &curve,
                curve_alg,
            )
        };
        vec![
            ("another key", by_stranger(json!({}))),
            (
                "another key, given in jwk",
                by_stranger(json!({ "jwk": stranger.public().jwk() })),
            ),
            (
                "another key, named by jku",
                by_stranger(json!({ "jku": "https://attacker.example/jwks" })),
            ),
            (
                "another key, named by x5u",
                by_stranger(json!({ "x5u": "https://attacker.example/x5u" })),
            ),
            (
                "another key, given in x5c",
                by_stranger(json!({ "x5c": ["MIIB"] })),
            ),
            (
                "kid is a path",
                by_stranger(json!({ "kid": "../../../../dev/null" })),
            ),
            (
                "kid is SQL",
                by_stranger(json!({ "kid": "' UNION SELECT 'key' --" })),
            ),
            ("kid holds a NUL", by_stranger(json!({ "kid": "key\u{0}" }))),
            (
                "kid is a URL",
                by_stranger(json!({ "kid": "https://attacker.example/key" })),
            ),
            ("kid is empty", by_stranger(json!({ "kid": "" }))),
            ("a key on another curve", labelled(curve_alg.name())),
            (
                "a key on another curve under our label",
                labelled(self.algorithm.name()),
            ),
        ]
    }

    fn header_members(&self) -> Vec<Attack> {
        let payload = self.payload();
        let with = |changes: Value| self.with_header(&changes, &payload);
        let twice = self.header_text(&json!({})).replacen('{', r#"{"alg":"none","#, 1);
        vec![
            (
                "crit names an unknown member",
                with(json!({ "crit": ["exp"], "exp": 1 })),
            ),
            ("crit is empty", with(json!({ "crit": [] }))),
            ("b64 is false", with(json!({ "b64": false, "crit": ["b64"] }))),
            ("zip", with(json!({ "zip": "DEF" }))),
            ("typ of an access token", with(json!({ "typ": "at+jwt" }))),
            ("typ of a DPoP proof", with(json!({ "typ": "dpop+jwt" }))),
            ("typ of a security event", with(json!({ "typ": "secevent+jwt" }))),
            ("typ is a number", with(json!({ "typ": 1 }))),
            ("alg twice", handmade(&twice, &payload, self.key, self.algorithm)),
            ("alg is missing", with(json!({ "alg": null }))),
            (
                "the header is an array",
                handmade("[]", &payload, self.key, self.algorithm),
            ),
        ]
    }

    fn encodings(&self) -> Vec<Attack> {
        let good = self.token();
        let text = self.claims.to_string();
        let twice = text.replacen('{', r#"{"aud":"https://other.example","#, 1);
        let deep = text.replacen(
            '{',
            &format!(r#"{{"deep":{}1{},"#, "[".repeat(5000), "]".repeat(5000)),
            1,
        );
        let broken = text.replacen('{', "{\"name\":\"\u{fffd}\",", 1).into_bytes();
        let broken: Vec<u8> = broken
            .into_iter()
            .map(|byte| if byte == 0xef { 0xff } else { byte })
            .collect();
        let signed = |payload: &[u8]| self.with_header(&json!({}), payload);
        vec![
            ("a claim twice", signed(twice.as_bytes())),
            ("deep JSON", signed(deep.as_bytes())),
            ("the payload is not UTF-8", signed(&broken)),
            ("the payload is a JWS", signed(good.as_bytes())),
            ("the payload is empty", signed(b"")),
            ("the payload is an array", signed(b"[]")),
            ("a JWE of five parts", format!("{good}.AA.AA")),
            ("padding", format!("{good}==")),
            ("a space before", format!(" {good}")),
            ("a line end after", format!("{good}\n")),
            ("a dot after", format!("{good}.")),
            ("dots only", "..".to_owned()),
            ("nothing", String::new()),
            (
                "a megabyte",
                signed(
                    text.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(1 << 20)), 1)
                        .as_bytes(),
                ),
            ),
            (
                "JSON serialization",
                json!({ "payload": "e30", "signature": "AA", "protected": "e30" }).to_string(),
            ),
        ]
    }
}

//! `session.json`: what is derived for a session and for a service from the sealing key.

use super::{hex, page, same_as_committed, unhex};
use countersign_core::keys::Sealer;
use countersign_core::x1280::code::{AutoPassword, WsToken, random};
use countersign_core::x1280::{SessionId, TokenId};
use countersign_jose::{base64url, hash};
use serde::{Deserialize, Serialize};

const NAME: &str = "session.json";
const SEALING_KEY: [u8; 32] = [7; 32];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    about: String,
    sealing_key: String,
    deriving_key: String,
    ws_token_key: String,
    sessions: Vec<Session>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: String,
    token_id: String,
    code_bits: String,
    auto_password: String,
    masked: String,
    ws_token: String,
    random: String,
}

/// HKDF-SHA-256 (RFC 5869) as the cryptographic library has it; the provider has its own.
fn hkdf(secret: &[u8], salt: &str, info: &str, length: usize) -> Vec<u8> {
    hash::hkdf_sha256(secret, salt.as_bytes(), info.as_bytes(), length)
        .unwrap()
        .to_vec()
}

fn deriving_key(sealing_key: &[u8]) -> Vec<u8> {
    hkdf(sealing_key, "countersign sealing key", "derive", 32)
}

fn made() -> Page {
    let sealer = Sealer::new(SEALING_KEY);
    let deriving_key = deriving_key(&SEALING_KEY);
    let session = |(session_id, token_id): (&str, &str)| {
        let session = SessionId::parse(session_id).unwrap();
        let token = TokenId::parse(token_id).unwrap();
        let code = AutoPassword::derive(&sealer, &session, &token);
        Session {
            session_id: session_id.to_owned(),
            token_id: token_id.to_owned(),
            code_bits: hex(&hkdf(
                &deriving_key,
                session_id,
                &format!("x1280 code {token_id}"),
                16,
            )),
            auto_password: code.reveal().to_owned(),
            masked: code.masked(),
            ws_token: WsToken::derive(&sealer, &session).reveal().to_owned(),
            random: random(&sealer, &session),
        }
    };
    Page {
        about: "X.1280 profile §1 and §2: code, wsToken and random of a session".to_owned(),
        sealing_key: hex(&SEALING_KEY),
        deriving_key: hex(&deriving_key),
        ws_token_key: hex(&hkdf(&deriving_key, "", "x1280 wsToken", 32)),
        sessions: [
            ("sess_000102030405060708090a0b0c0d0e0f", "token-1"),
            ("sess_000102030405060708090a0b0c0d0e0f", "token-2"),
            ("sess_000102030405060708090a0b0c0d0e10", "token-1"),
            ("sess_AAECAwQFBgcICQoLDA0ODw", "tok_AAECAwQFBgcICQoLDA0ODw"),
            ("sess_AAECAwQFBgcICQoLDA0ODw", "URN:UVCI:01:FR:W7V2BE46QSBJ#L"),
            // Its code begins with two zeros.
            ("sess_AAECAwQFBgcICQoLDA0ODw", "token-46"),
        ]
        .map(session)
        .into(),
    }
}

#[test]
fn the_committed_vectors_of_sessions_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn what_a_session_is_told_follows_from_the_recipe_alone() {
    let page: Page = page(NAME);
    assert_eq!(hex(&deriving_key(&unhex(&page.sealing_key))), page.deriving_key);
    let secret = unhex(&page.deriving_key);
    assert_eq!(hex(&hkdf(&secret, "", "x1280 wsToken", 32)), page.ws_token_key);
    for session in &page.sessions {
        let id = &session.session_id;
        let info = format!("x1280 code {}", session.token_id);
        let bits = hkdf(&secret, id, &info, 16);
        assert_eq!(hex(&bits), session.code_bits, "{id}");
        let number = u128::from_be_bytes(bits.try_into().unwrap());
        assert_eq!(
            format!("{:06}", number % 1_000_000),
            session.auto_password,
            "{id}"
        );
        assert_eq!(
            format!("{}**", &session.auto_password[..4]),
            session.masked,
            "{id}"
        );
        let mac = hash::hmac_sha256(&unhex(&page.ws_token_key), format!("wsToken|{id}").as_bytes());
        assert_eq!(base64url::encode(&mac), session.ws_token, "{id}");
        assert_eq!(
            hex(&hkdf(&secret, id, "x1280 random", 16)),
            session.random,
            "{id}"
        );
    }
    let zero = |session: &Session| session.auto_password.starts_with('0');
    assert!(
        page.sessions.iter().any(zero),
        "a code that begins with a zero is six digits too"
    );
}

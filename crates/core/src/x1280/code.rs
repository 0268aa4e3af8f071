//! The secrets of a session (X.1280 profile §1, §2): derived from the provider's master secret and the session's id, so
//! that the store holds none of them and every look gives the same.

use super::{SessionId, TokenId};
use crate::keys::Sealer;
use countersign_jose::{base64url, hash};
use countersign_protocol::approval::MutualShown;

/// How many digits of the code the socket shows; the browser got the whole one from `/auth/initiate`.
const SHOWN_DIGITS: usize = 4;

/// The one-time code of a session, six digits. It has no `Debug` and is compared in constant time only.
pub struct AutoPassword(String);

impl AutoPassword {
    /// Derives the code (X.1280 §8.3): HKDF-SHA-256 with the session as salt, bound to the credential as well, so that
    /// the code of a session is worth nothing with another credential.
    #[must_use]
    pub fn derive(sealer: &Sealer, session: &SessionId, token: &TokenId) -> Self {
        let bytes: [u8; 16] = sealer.derive(&format!("x1280 code {token}"), session.as_str().as_bytes());
        // 128 bits reduced to 20: the bias is below 2^-100.
        Self(format!("{:06}", u128::from_be_bytes(bytes) % 1_000_000))
    }

    /// The code of the session that a phone is shown; `None` when its ids are none of ours.
    #[must_use]
    pub fn shown(sealer: &Sealer, mutual: &MutualShown) -> Option<Self> {
        let (session, token) = (
            SessionId::parse(&mutual.session_id)?,
            TokenId::parse(&mutual.token_id)?,
        );
        Some(Self::derive(sealer, &session, &token))
    }

    /// The six digits, for the two screens.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The code as the socket shows it: enough to see that it is the same session, too little to answer with.
    #[must_use]
    pub fn masked(&self) -> String {
        let mask = |(place, digit)| if place < SHOWN_DIGITS { digit } else { '*' };
        self.0.chars().enumerate().map(mask).collect()
    }

    /// Whether a presented code is this one.
    #[must_use]
    pub fn is(&self, presented: &str) -> bool {
        hash::ct_eq(self.0.as_bytes(), presented.as_bytes())
    }
}

/// The bearer of a session's socket, `wsToken`.
pub struct WsToken(String);

impl WsToken {
    /// Derives the token: HMAC-SHA-256 over purpose and session, in base64url.
    #[must_use]
    pub fn derive(sealer: &Sealer, session: &SessionId) -> Self {
        let key: [u8; 32] = sealer.derive("x1280 wsToken", b"");
        let mac = hash::hmac_sha256(&key, format!("wsToken|{session}").as_bytes());
        Self(base64url::encode(&mac))
    }

    /// The text, for the answer of `/auth/initiate`.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a presented token is this one, in constant time.
    #[must_use]
    pub fn is(&self, presented: &str) -> bool {
        hash::ct_eq(self.0.as_bytes(), presented.as_bytes())
    }
}

/// `random` of a session: 128 bits in hexadecimal that make its response hash its own.
#[must_use]
pub fn random(sealer: &Sealer, session: &SessionId) -> String {
    let bits: [u8; 16] = sealer.derive("x1280 random", session.as_str().as_bytes());
    format!("{:032x}", u128::from_be_bytes(bits))
}

/// `hash` of an answer (X.1280 profile §3): base64url HMAC-SHA-256 under the service's response key over
/// `sessionId|jwt|random`. A service that gets the three by way of a browser can tell that they are ours and belong
/// together.
#[must_use]
pub fn response_hash(response_key: &[u8], session: &SessionId, jwt: &str, random: &str) -> String {
    let text = format!("{session}|{jwt}|{random}");
    base64url::encode(&hash::hmac_sha256(response_key, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(text: &str) -> SessionId {
        SessionId::parse(text).unwrap()
    }

    fn token(text: &str) -> TokenId {
        TokenId::parse(text).unwrap()
    }

    const ONE: &str = "sess_000102030405060708090a0b0c0d0e0f";
    const OTHER: &str = "sess_000102030405060708090a0b0c0d0e10";

    #[test]
    fn a_code_is_six_digits_and_the_same_at_every_look() {
        let sealer = Sealer::new([7; 32]);
        let code = AutoPassword::derive(&sealer, &session(ONE), &token("token-1"));
        assert_eq!(code.reveal().len(), 6);
        assert!(code.reveal().bytes().all(|byte| byte.is_ascii_digit()));
        assert!(code.is(AutoPassword::derive(&sealer, &session(ONE), &token("token-1")).reveal()));
        assert!(!code.is(AutoPassword::derive(&sealer, &session(OTHER), &token("token-1")).reveal()));
        assert!(!code.is(AutoPassword::derive(&sealer, &session(ONE), &token("token-2")).reveal()));
        assert!(
            !code.is(AutoPassword::derive(&Sealer::new([8; 32]), &session(ONE), &token("token-1")).reveal())
        );
    }

    #[test]
    fn code_token_and_random_are_those_of_another_implementation() {
        // Reckoned in Python with nothing but HMAC, from a sealing key of 32 sevens.
        let sealer = Sealer::new([7; 32]);
        let session = session(ONE);
        let code = AutoPassword::derive(&sealer, &session, &token("token-1"));
        assert_eq!(code.reveal(), "745269");
        assert_eq!(
            WsToken::derive(&sealer, &session).reveal(),
            "gus13iAjfk-q67JY--xQ7WFabVVh9NRM3Uy8jOH9dgM"
        );
        assert_eq!(random(&sealer, &session), "7b08b48b02045dfd5c8603ea6c8b48f6");
    }

    #[test]
    fn codes_are_spread_over_the_whole_range() {
        let sealer = Sealer::new([7; 32]);
        let mut first_digits = [0_u32; 10];
        for n in 0..2000 {
            let code = AutoPassword::derive(&sealer, &session(ONE), &token(&format!("token-{n}")));
            let digit = code
                .reveal()
                .chars()
                .next()
                .and_then(|digit| digit.to_digit(10))
                .unwrap();
            *first_digits.get_mut(usize::try_from(digit).unwrap()).unwrap() += 1;
        }
        // 200 are expected of each; six standard deviations are 80.
        assert!(
            first_digits.iter().all(|count| (120..=280).contains(count)),
            "{first_digits:?}"
        );
    }

    #[test]
    fn the_socket_shows_four_of_six_digits() {
        assert_eq!(AutoPassword("482901".to_owned()).masked(), "4829**");
    }

    #[test]
    fn a_socket_token_opens_one_session() {
        let sealer = Sealer::new([7; 32]);
        let token = WsToken::derive(&sealer, &session(ONE));
        assert!(token.is(WsToken::derive(&sealer, &session(ONE)).reveal()));
        assert!(!token.is(WsToken::derive(&sealer, &session(OTHER)).reveal()));
        assert!(!token.is(""));
    }

    #[test]
    fn the_random_of_a_session_is_128_bits_in_hexadecimal() {
        let sealer = Sealer::new([7; 32]);
        let random_of = |text| random(&sealer, &session(text));
        assert_eq!(random_of(ONE).len(), 32);
        assert!(
            random_of(ONE)
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        );
        assert_eq!(random_of(ONE), random_of(ONE));
        assert_ne!(random_of(ONE), random_of(OTHER));
    }

    #[test]
    fn the_response_hash_is_that_of_another_implementation() {
        // printf 'sess_0001…0f|a.b.c|00ff' | openssl dgst -sha256 -hmac key -binary | basenc --base64url
        let hash = response_hash(b"key", &session(ONE), "a.b.c", "00ff");
        assert_eq!(hash, "31UD4t8zvqZqZQbG2Yhhw9uV3Po3g4XUcldbppXJTbQ");
    }
}

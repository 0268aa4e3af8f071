//! The phone's answer (X.1280 profile §3): what it signed, and with which key.

use super::standing::{self, Waiting, over};
use super::{SessionId, TokenId};
use crate::approval::{DecisionProof, SignedMessage};
use crate::client::Client;
use crate::failure::{Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use countersign_jose::{KeyType, PublicKey, base64url};

/// How far the phone's clock may be off, in seconds. Unlike a token, an answer is made at this very moment.
const TOLERANCE: u64 = 30;
/// The longest signature that is read, in characters: DER of P-256 has at most 72 bytes.
const MAX_SIGNATURE: usize = 128;

/// An answer that can be read. Nothing of it is believed yet.
pub(super) struct Answer {
    pub(super) session: SessionId,
    pub(super) token: TokenId,
    message: String,
    signature: Vec<u8>,
}

impl Answer {
    /// Reads an answer over `message`.
    ///
    /// # Errors
    /// `not_found`: ids that are none of ours; `invalid_request`: the time is off, or the signature is no base64.
    pub(super) fn read(
        (session_id, token_id): (&str, &str),
        timestamp: i64,
        message: String,
        signature: &str,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        // An answer that somebody recorded is worth nothing half a minute later, in whichever session.
        if now.unix().abs_diff(timestamp) > TOLERANCE {
            return Err(Refusal::invalid_request(
                "timestamp is more than 30 seconds off; check the phone's clock",
            ));
        }
        let signature = decode(signature)
            .ok_or_else(|| Refusal::invalid_request("signatureBase64 is neither base64 nor base64url"))?;
        Ok(Self {
            session: SessionId::parse(session_id).ok_or_else(over)?,
            token: TokenId::parse(token_id).ok_or_else(over)?,
            message,
            signature,
        })
    }

    /// The session that the answer is for, and the client whose key has to have signed it.
    ///
    /// # Errors
    /// Those of [`standing::waiting`].
    pub(super) async fn look_up(&self, provider: &Provider, now: Timestamp) -> Outcome<(Waiting, Client)> {
        let (session, token) = (self.session.clone(), self.token.clone());
        let limits = provider.policy.pace.clone();
        let found = provider
            .store
            .read(move |tx| standing::waiting(tx, &session, &token, &limits, now))
            .await?;
        let phone = &found.enrolled.phone;
        let client = provider.client(phone.client_id.clone()).await?;
        let client = client.ok_or_else(|| Fault::corrupt("authenticators", phone.id, "it has no client"))?;
        Ok((found, client))
    }

    /// Whether the phone's key vouches for the answer. The registered key decides everything: it is P-256, and the
    /// signature r‖s if its length is exactly that, else DER.
    pub(super) fn is_signed_by(&self, phone: &Client) -> bool {
        let verifies = |key: &PublicKey| is_signature(key, &self.message, &self.signature);
        phone.registration.keys.iter().any(verifies)
    }

    /// The evidence to keep.
    pub(super) fn into_proof(self) -> DecisionProof {
        DecisionProof::Message(SignedMessage {
            message: self.message,
            signature: base64url::encode(&self.signature),
        })
    }
}

/// Whether a signature by a P-256 key verifies over a text, r‖s or DER.
pub(super) fn is_signature(key: &PublicKey, message: &str, signature: &[u8]) -> bool {
    key.key_type() == KeyType::P256 && key.verify_onesid(message.as_bytes(), signature).is_ok()
}

/// Reads a signature in base64 or base64url, padded or not. Line breaks are passed over: a phone's library may put one
/// after 76 characters (RFC 2045 §6.8).
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    (text.len() <= MAX_SIGNATURE).then(|| any_base64(text)).flatten()
}

/// Reads base64 or base64url of any length, padded or not, with line breaks or without.
pub(super) fn any_base64(text: &str) -> Option<Vec<u8>> {
    let plain = text.replace(['\r', '\n'], "").replace('-', "+").replace('_', "/");
    let plain = plain.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(plain).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_signature_is_read_in_every_alphabet_of_base64() {
        let bytes = vec![0xfb, 0xff, 0xfe, 0x01];
        for text in [
            "+//+AQ==",
            "+//+AQ",
            "-__-AQ==",
            "-__-AQ",
            "+//+AQ==\n",
            "+//+\r\nAQ==",
        ] {
            assert_eq!(decode(text), Some(bytes.clone()), "{text}");
        }
        for text in [
            "",
            "====",
            "\n",
            "+//+A",
            "fbff fe01",
            "+//+ AQ==",
            &"A".repeat(132),
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}

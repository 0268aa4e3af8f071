//! What a phone signed: the evidence of a decision, in the form that the front door asked for.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A phone's signature with the text that it covers. It can be verified offline, years later, with the phone's public
/// key and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionProof {
    /// The compact JWS as the phone sent it (decisions.md).
    Jws(String),
    /// The exact text that was signed, and the signature over its bytes (X.1280 profile §3).
    Message(SignedMessage),
}

/// A text and the signature over it, by ECDSA on P-256 with SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedMessage {
    /// The text, as it was signed.
    pub message: String,
    /// The signature, DER or r‖s as the phone made it, in base64url.
    pub signature: String,
}

impl DecisionProof {
    /// The one text of the evidence, for the store and for digests: the JWS itself, or a JSON object. No JWS begins
    /// with a brace, so the two cannot be confused.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Jws(jws) => Cow::Borrowed(jws),
            // Two strings always have a JSON form.
            Self::Message(signed) => Cow::Owned(serde_json::to_string(signed).unwrap_or_default()),
        }
    }

    /// Reads the [text](Self::text); `None` for an object of another form.
    #[must_use]
    pub fn parse(text: String) -> Option<Self> {
        if text.starts_with('{') {
            return serde_json::from_str(&text).ok().map(Self::Message);
        }
        Some(Self::Jws(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{DecisionProof, SignedMessage};

    #[test]
    fn both_forms_come_back_from_their_text() {
        let message = SignedMessage {
            message: "sess_1|482901|1795251600|identity:name".to_owned(),
            signature: "AAEC".to_owned(),
        };
        for proof in [
            DecisionProof::Jws("e30.e30.AA".to_owned()),
            DecisionProof::Message(message),
        ] {
            assert_eq!(DecisionProof::parse(proof.text().into_owned()), Some(proof));
        }
    }

    #[test]
    fn an_object_of_another_form_is_no_proof() {
        for text in [
            r#"{"message":"m"}"#,
            r#"{"message":"m","signature":"s","more":1}"#,
            "{",
        ] {
            assert_eq!(DecisionProof::parse(text.to_owned()), None, "{text}");
        }
    }
}

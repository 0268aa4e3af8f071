//! `POST {host}/enroll/challenge` and `POST {host}/enroll`: a phone takes on a credential (X.1280 profile §5).

use crate::authenticator::EnrolmentAnswer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `POST {host}/enroll/challenge`, status 200.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrollChallenge {
    /// What the phone signs, once.
    pub challenge: String,
    /// Seconds until it ends.
    pub expires_in: u64,
}

/// `POST {host}/enroll`.
///
/// No `Debug`: a credential is personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrollRequest {
    /// The person's credential, in any of the forms of the profile's §6.
    pub vds_data: String,
    /// The phone's public key: P-256, `SubjectPublicKeyInfo` in PEM.
    pub public_key_pem: String,
    /// The phone's own name for itself: 1 to 128 printable ASCII characters other than `|`.
    pub device_id: String,
    /// Accepted for the published phones and not used: messages go by Web Push and by the event stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fcm_token: Option<String>,
    /// The challenge that the proof covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// Signature by the phone's key over [`EnrollRequest::proof_message`], in the forms of
    /// [`VerifyRequest`](super::VerifyRequest).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_base64: Option<String>,
}

impl EnrollRequest {
    /// What the phone signs to prove that it holds the key: `challenge|tokenId|deviceId`.
    #[must_use]
    pub fn proof_message(challenge: &str, token_id: &str, device_id: &str) -> String {
        format!("{challenge}|{token_id}|{device_id}")
    }
}

/// The answer to an enrolment, status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrollAnswer {
    /// Always `true`.
    pub enrolled: bool,
    /// The credential's id: what services ask for.
    pub token_id: String,
    /// When the credential ends, RFC 3339 in UTC; absent when it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Ours: the phone as the other front doors know it. It answers CIBA and QR requests with the same key.
    pub authenticator: EnrolmentAnswer,
}

#[cfg(test)]
mod tests {
    use super::EnrollRequest;
    use serde_json::json;

    #[test]
    fn a_published_phone_sends_no_proof_and_is_still_read() {
        let request: EnrollRequest = serde_json::from_value(json!({
            "vdsData": "HC1:…", "publicKeyPem": "-----BEGIN PUBLIC KEY-----", "deviceId": "pixel-9", "fcmToken": "f",
        }))
        .unwrap();
        assert_eq!(request.device_id, "pixel-9");
        assert!(request.challenge.is_none() && request.proof_base64.is_none());
    }

    #[test]
    fn the_proof_binds_challenge_credential_and_phone() {
        assert_eq!(EnrollRequest::proof_message("c", "t", "d"), "c|t|d");
    }
}

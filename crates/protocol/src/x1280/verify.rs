//! `POST {host}/auth/verify` and `POST {host}/auth/reject`: the phone answers (X.1280 profile §3).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The person approves. `/verify` is another name for the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyRequest {
    /// The session.
    pub session_id: String,
    /// The credential that the person enrolled.
    pub token_id: String,
    /// The six digits that the phone was shown.
    pub otp: String,
    /// When the phone signed, Unix seconds; at most 30 away from our time.
    pub timestamp: i64,
    /// ECDSA P-256 with SHA-256 by the enrolled key over [`verification_message`], DER or `r‖s`, Base64 or base64url.
    /// `signature` is another name for it.
    #[serde(alias = "signature")]
    pub signature_base64: String,
    /// What the person grants of what was asked for; all of it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_scopes: Option<Vec<String>>,
}

/// What the phone signs to approve: `sessionId|otp|timestamp|grantedScopes`, the scopes joined by `,` in the order
/// sent; without the last part when there are no `grantedScopes`.
#[must_use]
pub fn verification_message(
    session_id: &str,
    otp: &str,
    timestamp: i64,
    granted_scopes: Option<&[String]>,
) -> String {
    match granted_scopes {
        Some(granted) => format!("{session_id}|{otp}|{timestamp}|{}", granted.join(",")),
        None => format!("{session_id}|{otp}|{timestamp}"),
    }
}

/// What the phone signs to decline: `sessionId|rejected|timestamp`.
#[must_use]
pub fn rejection_message(session_id: &str, timestamp: i64) -> String {
    format!("{session_id}|rejected|{timestamp}")
}

/// The answer to an approval, status 200: the same that the browser is told.
///
/// No `Debug`: it carries a person's identity.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyAnswer {
    /// The identity, a JWT (X.1280 profile §4).
    pub jwt: String,
    /// base64url HMAC-SHA256 with the service's response key over `sessionId|jwt|random`.
    pub hash: String,
    /// The `random` of the answer to the request.
    pub random: String,
    /// When the JWT ends, RFC 3339 in UTC.
    pub expires_at: String,
}

/// The person declines (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectRequest {
    /// The session.
    pub session_id: String,
    /// The credential that the person enrolled.
    pub token_id: String,
    /// When the phone signed, Unix seconds; at most 30 away from our time.
    pub timestamp: i64,
    /// Signature by the enrolled key over [`rejection_message`], in the forms of [`VerifyRequest`]. `signature` is
    /// another name for it.
    #[serde(alias = "signature")]
    pub signature_base64: String,
}

#[cfg(test)]
mod tests {
    use super::{RejectRequest, VerifyRequest, rejection_message, verification_message};
    use serde_json::json;

    #[test]
    fn a_signature_is_read_under_both_names() {
        for name in ["signatureBase64", "signature"] {
            let mut members = json!({ "sessionId": "sess_1", "tokenId": "t", "timestamp": 1_711_929_600 });
            members[name] = json!("AA==");
            let declined: RejectRequest = serde_json::from_value(members.clone()).unwrap();
            assert_eq!(declined.signature_base64, "AA==");
            members["otp"] = json!("482913");
            let approved: VerifyRequest = serde_json::from_value(members).unwrap();
            assert_eq!(approved.signature_base64, "AA==");
            assert_eq!(approved.granted_scopes, None);
        }
    }

    #[test]
    fn both_names_at_once_are_one_too_many() {
        let both = json!({ "sessionId": "sess_1", "tokenId": "t", "otp": "482913", "timestamp": 1,
            "signature": "AA==", "signatureBase64": "AA==" });
        assert!(serde_json::from_value::<VerifyRequest>(both).is_err());
    }

    #[test]
    fn a_code_and_a_time_of_another_type_are_refused() {
        for wrong in [
            json!({ "sessionId": "s", "tokenId": "t", "otp": 482_913, "timestamp": 1, "signature": "" }),
            json!({ "sessionId": "s", "tokenId": "t", "otp": "482913", "timestamp": "1", "signature": "" }),
            json!({ "sessionId": "s", "tokenId": "t", "otp": "482913", "timestamp": 1.5, "signature": "" }),
        ] {
            assert!(
                serde_json::from_value::<VerifyRequest>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_message_covers_what_was_granted_in_the_order_sent() {
        let scopes = ["identity:name", "identity:age_over_18"].map(str::to_owned);
        assert_eq!(
            verification_message("sess_1", "482913", 1_711_929_600, Some(&scopes)),
            "sess_1|482913|1711929600|identity:name,identity:age_over_18"
        );
        assert_eq!(
            verification_message("sess_1", "482913", 1_711_929_600, None),
            "sess_1|482913|1711929600"
        );
        // Granting nothing is another message than not saying what is granted.
        assert_eq!(
            verification_message("sess_1", "482913", 1_711_929_600, Some(&[])),
            "sess_1|482913|1711929600|"
        );
        assert_eq!(rejection_message("sess_1", 7), "sess_1|rejected|7");
    }
}

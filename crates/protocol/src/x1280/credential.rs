//! `{host}/credentials`: credentials of people, for operators (X.1280 profile §6).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What an operator says of a person: the body of `POST {host}/credentials`.
///
/// No `Debug`: it is personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialRequest {
    /// Given name, 1 to 100 characters.
    pub given_name: String,
    /// Family name, 1 to 100 characters.
    pub family_name: String,
    /// Day of birth, `YYYY-MM-DD`.
    pub date_of_birth: String,
    /// Nationality, ISO 3166-1 alpha-3.
    pub nationality: String,
    /// Number of the identity document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// How well the person was identified: 1, 2 or 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3)]
    pub trust_level: Option<u8>,
    /// A JPEG, PNG or WebP picture of a few KiB, in base64 or base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_base64: Option<String>,
    /// How long it is good: numbers with the units `y mo w d h m s`, such as `90d` or `1y 6mo`; `2y` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The person here that it is for, `local@organisation`; when absent, its enrolment adds a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// A credential to be handed to its person, shown this once: the answer of `POST {host}/credentials`.
///
/// No `Debug`: whoever holds a credential that is on no phone can enrol it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedCredential {
    /// HC1 text.
    pub credential: String,
    /// Its id.
    pub token_id: String,
    /// When it ends, RFC 3339 in UTC.
    pub expires_at: String,
}

/// Where a credential stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CredentialStatus {
    /// Issued, and on no phone yet.
    Issued,
    /// A phone has enrolled it.
    Enrolled,
    /// Its time is over.
    Expired,
    /// Ended for good.
    Revoked,
}

impl CredentialStatus {
    /// The word of the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Enrolled => "enrolled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// What is known of a credential. What it says of its person is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredCredential {
    /// Its id.
    pub token_id: String,
    /// Where it stands.
    pub status: CredentialStatus,
    /// Who vouches for it; absent for one that was revoked before anybody showed it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The person here that it belongs to, `sub` of their ID tokens; absent until it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// When it ends, RFC 3339 in UTC; absent when it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it was issued here or seen for the first time, RFC 3339 in UTC.
    pub recorded_at: String,
    /// When it was revoked, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// Why, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer of `GET {host}/credentials`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredCredentialList {
    /// All that were issued, enrolled or revoked here, newest first.
    pub credentials: Vec<StoredCredential>,
    /// How many there are.
    pub total: usize,
}

/// The query string of `DELETE {host}/credentials/{tokenId}`: RFC 9110 §9.3.5 gives a body of this method no meaning, and
/// parties on the way drop it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RevocationQuery {
    /// Why, for the audit log: 1 to 200 characters. Others on the way may log it, so no personal data belongs here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{CredentialRequest, CredentialStatus};
    use serde_json::json;

    #[test]
    fn a_request_names_its_members_as_the_claims_of_an_identity_do() {
        let body = json!({
            "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "1990-05-17", "nationality": "FRA",
            "documentNumber": "X", "trustLevel": 2, "photoBase64": "AA==", "expires": "2y", "username": "a@b",
        });
        let request: CredentialRequest = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), body);
    }

    #[test]
    fn a_status_is_written_as_its_word() {
        for status in [
            CredentialStatus::Issued,
            CredentialStatus::Enrolled,
            CredentialStatus::Expired,
            CredentialStatus::Revoked,
        ] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}

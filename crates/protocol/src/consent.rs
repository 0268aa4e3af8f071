//! Consent for personal data: what a device asks, what a person gives, and the receipt of it (onesid.md §14,
//! decisions.md "Consent for personal data").

use crate::approval::ApplicationShown;
use crate::ciba::VerificationToShow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The `typ` of a consent receipt.
pub const RECEIPT_TYP: &str = "consent-receipt+jwt";

/// One row for each name, so that its word and its variant cannot disagree.
macro_rules! claim_names {
    ($($(#[$doc:meta])* $variant:ident $word:literal)*) => {
        /// The name of a piece of personal data: one of the twelve that published clients know (onesid.md §14).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum ClaimName {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl ClaimName {
            /// Every name, in the order of onesid.md §14.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The name as it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

claim_names! {
    /// Given name.
    FirstName "firstName"
    /// Family name.
    LastName "lastName"
    /// Given name in the person's own script.
    LocalizedFirstName "localizedFirstName"
    /// Family name in the person's own script.
    LocalizedLastName "localizedLastName"
    /// Number of the identity document.
    IdentityDocumentNumber "identityDocumentNumber"
    /// Day of issue of the identity document, `YYYY-MM-DD`.
    IdentityDocumentIssueDate "identityDocumentIssueDate"
    /// Last day of validity of the identity document, `YYYY-MM-DD`.
    IdentityDocumentExpiryDate "identityDocumentExpiryDate"
    /// Day of birth, `YYYY-MM-DD`.
    DateOfBirth "dateOfBirth"
    /// Mail address.
    Email "email"
    /// Telephone number.
    PhoneNumber "phoneNumber"
    /// Whole name in the person's own script.
    LocalizedFullName "localizedFullName"
    /// Whole name.
    FullName "fullName"
}

impl ClaimName {
    /// Reads a wire word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }
}

impl std::fmt::Display for ClaimName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `POST {iss}/consent` (device token).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentRequest {
    /// The user id of the person: the `sub` of a token.
    pub subject: String,
    /// The caller's own application, `scheme://hostname`.
    pub resource: String,
    /// What is asked for: at least one item, no name twice.
    pub content: Vec<ContentAsked>,
    /// Why, in the words that the person is shown: 1 to 200 characters on one line.
    pub reason: String,
}

/// One item that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentAsked {
    /// One of the names of [`ClaimName`].
    #[schema(value_type = ClaimName)]
    pub name: String,
    /// Whether the request makes no sense without it: if the person leaves it out, all of it counts as denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

/// The answer of `POST {iss}/consent`, status 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAnswer {
    /// Id of the consent, to ask for its status with.
    pub id: Uuid,
    /// Always `pending`.
    pub status: ConsentStatus,
    /// Seconds that the person has to answer.
    pub expires_in: u64,
    /// Seconds to wait between two questions for the status.
    pub interval: u64,
    /// What to show beside the request, when the application's verification mode has a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationToShow>,
}

/// How a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConsentStatus {
    /// The person has not answered yet.
    Pending,
    /// The person gave it, or a part of it.
    Approved,
    /// The person refused, left out a required item, or withdrew it later.
    Denied,
    /// The person did not answer in time, or a newer request took the place of this one.
    Expired,
}

impl ConsentStatus {
    /// The status's wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }
}

/// The answer of `GET {iss}/consent/{id}`.
///
/// No `Debug`: it carries personal data.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentStatusAnswer {
    /// The consent.
    pub id: Uuid,
    /// How it stands.
    pub status: ConsentStatus,
    /// The values that the person granted and has: only while approved, and only for some minutes after the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<ContentValue>>,
    /// The receipt, a JWS with the claims of [`ReceiptClaims`]; it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// When the person withdrew it, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// One value of a person.
///
/// No `Debug`: it is personal data.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentValue {
    /// Its name.
    pub name: ClaimName,
    /// The value.
    pub value: String,
}

/// Claims of a receipt: who consented to what, when and why, bound to the decision that the phone signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptClaims {
    /// The issuer.
    pub iss: String,
    /// The client that asked.
    pub aud: String,
    /// The person.
    pub sub: String,
    /// Unix seconds: when the receipt was made.
    pub iat: i64,
    /// The consent.
    pub consent_id: Uuid,
    /// What it was asked for.
    pub resource: String,
    /// The names that were asked for.
    pub asked: Vec<ClaimName>,
    /// The names that were granted.
    pub granted: Vec<ClaimName>,
    /// The reason that the person was shown.
    pub reason: String,
    /// Unix seconds: when the decision came in.
    pub decided_at: i64,
    /// The approval that the phone decided.
    pub approval_id: Uuid,
    /// base64url SHA-256 of the decision JWS as the phone signed it.
    pub decision_digest: String,
}

/// `GET {host}/consents` (phone token).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentList {
    /// What this person consented to, newest first.
    pub consents: Vec<ConsentItem>,
}

/// One consent that a person gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentItem {
    /// The consent.
    pub id: Uuid,
    /// Who asked, as the person was shown it.
    pub application: ApplicationShown,
    /// What it was asked for.
    pub resource: String,
    /// The names that were granted.
    pub names: Vec<ClaimName>,
    /// The reason that was given.
    pub reason: String,
    /// When it was given, RFC 3339 in UTC.
    pub granted_at: String,
    /// When it was withdrawn, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::ClaimName;

    #[test]
    fn the_twelve_names_are_read_as_they_are_written_and_nothing_else_is() {
        assert_eq!(ClaimName::ALL.len(), 12);
        for name in ClaimName::ALL {
            assert_eq!(ClaimName::parse(name.as_str()), Some(name));
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
        for word in ["", "Email", "EMAIL", "address", "email "] {
            assert_eq!(ClaimName::parse(word), None, "{word}");
        }
    }
}

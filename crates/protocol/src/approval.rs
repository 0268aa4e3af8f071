//! What a phone sees of an approval, and the decision that it signs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The `typ` of a signed decision.
pub const DECISION_TYP: &str = "approval+jwt";

/// `GET {host}/approvals` (phone token).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalList {
    /// The pending approvals of this person, oldest first.
    pub approvals: Vec<ApprovalItem>,
}

/// One approval as a person is shown it.
///
/// `digest` covers the JCS form (RFC 8785) of every other member but the handle `authRequestId`, so a phone can check that
/// what it displays is what the decision will be bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalItem {
    /// Id of the approval.
    pub id: Uuid,
    /// Which front door opened it.
    pub kind: ApprovalKind,
    /// The `auth_req_id` of a sign-in, by which tools find the request that they answer (onesid.md §13). Nobody is shown it,
    /// and it redeems nothing without the key of the client that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_request_id: Option<String>,
    /// Who asks.
    pub application: ApplicationShown,
    /// The text that the application wants the person to compare (CIBA Core §7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
    /// The scopes asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The personal data asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<String>>,
    /// Those of the personal data that the application cannot do without: a yes that leaves one out counts as a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_claims: Option<Vec<String>>,
    /// Why personal data is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How the person ties this request to the other screen.
    pub verification: VerificationShown,
    /// The session of a mutual sign-in; absent for every other kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutual: Option<MutualShown>,
    /// Where the request came from.
    pub context: ContextShown,
    /// When it ends, RFC 3339 in UTC.
    pub expires_at: String,
    /// base64url SHA-256 of the JCS form of all members above, without `authRequestId`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// Which front door opened an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalKind {
    /// A sign-in (CIBA, QR).
    Login,
    /// A request for personal data.
    Consent,
    /// A mutual sign-in (X.1280).
    Mutual,
}

/// The application as the person is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationShown {
    /// Its name.
    pub name: String,
    /// Its host name, or an empty string when none is known.
    pub host: String,
    /// Whether an operator of this provider approved it and the request was signed by its key.
    pub verified: bool,
}

/// A mutual sign-in as the person is shown it (X.1280 profile §1, §3): what a phone needs to compare, and to sign its
/// answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MutualShown {
    /// The session, first part of the signed text.
    pub session_id: String,
    /// The credential that is asked for.
    pub token_id: String,
    /// The service that asks.
    pub service: ServiceShown,
}

/// A registered service as the person is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceShown {
    /// Its id.
    pub service_id: String,
    /// Its name.
    pub name: String,
    /// Where its logo is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Where it says what it does with personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// Whether it proved itself with its credential or its key; a bare id is only a claim.
    pub verified: bool,
}

/// How the person ties the request on the phone to the other screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerificationShown {
    /// The mode.
    pub mode: VerificationMode,
    /// `compare` only: the code to compare with the other screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `choose` only: the three codes to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
}

/// How strongly a decision is tied to the screen that asked.
///
/// The order is the strength: an operator's floor raises an application's mode to at least itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum VerificationMode {
    /// Nothing but the binding message.
    #[default]
    None,
    /// Phone and screen show the same six digits.
    Compare,
    /// The person picks the screen's code out of three.
    Choose,
    /// The person types the six digits of the screen; the phone is not told them.
    Transfer,
}

impl VerificationMode {
    /// The mode's wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Compare => "compare",
            Self::Choose => "choose",
            Self::Transfer => "transfer",
        }
    }

    /// Reads a wire word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Compare, Self::Choose, Self::Transfer]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextShown {
    /// The address of the service that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// A place, when one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The `User-Agent` of the service that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// When it asked, RFC 3339 in UTC.
    pub requested_at: String,
}

/// `POST {host}/approvals/{id}/decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionRequest {
    /// A JWS by the phone's key with the claims of [`DecisionClaims`] and `typ` [`DECISION_TYP`].
    pub decision: String,
}

/// Claims of a signed decision: the evidence that is kept and can be verified offline later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionClaims {
    /// The phone's client id.
    pub iss: String,
    /// The provider's host.
    pub aud: String,
    /// Unique id of this decision.
    pub jti: String,
    /// Unix seconds.
    pub iat: i64,
    /// Unix seconds, at most 60 after `iat`.
    pub exp: i64,
    /// The approval that is decided.
    pub approval_id: Uuid,
    /// What the person decided.
    pub decision: Decision,
    /// The digest of what the person was shown; it must equal ours.
    pub digest: String,
    /// The scopes or claims that the person grants; all that were asked for when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Vec<String>>,
    /// The code that the person chose or typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was denied: [`NOT_ME`] is a report, anything else is a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The reason that reports a request which the person did not start.
pub const NOT_ME: &str = "not_me";

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Yes.
    Approved,
    /// No.
    Denied,
}

/// The answer to a decision, status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionAnswer {
    /// The approval.
    pub id: Uuid,
    /// How it stands now.
    pub status: ApprovalStatus,
}

/// How an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalStatus {
    /// Nobody has decided yet.
    Pending,
    /// A phone approved it.
    Approved,
    /// A phone denied it.
    Denied,
    /// Nobody decided in time, or too many wrong codes ended it.
    Expired,
}

/// Data of the server-sent event `settled`: an approval that a phone may take off its screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settled {
    /// The approval.
    pub id: Uuid,
    /// How it ended.
    pub status: ApprovalStatus,
}

/// `GET {host}/approvals/history` (phone token): past approvals of this person, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalHistory {
    /// The settled approvals.
    pub approvals: Vec<SettledItem>,
}

/// One settled approval in a person's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettledItem {
    /// The approval.
    pub id: Uuid,
    /// Which front door opened it.
    pub kind: ApprovalKind,
    /// Who asked.
    pub application: ApplicationShown,
    /// The text that the application wanted compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
    /// How it ended.
    pub status: ApprovalStatus,
    /// When it was asked, RFC 3339 in UTC.
    pub requested_at: String,
    /// When it ended, RFC 3339 in UTC.
    pub settled_at: String,
    /// Name of the phone that decided it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

//! Enrolment of a person's phone and its login hint tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The `typ` of the proof of possession in an enrolment.
pub const ENROLMENT_PROOF_TYP: &str = "enrolment+jwt";

/// `POST {host}/authenticators`: a phone joins with an invitation.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentRequest {
    /// The single-use invitation.
    pub invitation: String,
    /// A name for this phone, chosen by the person.
    pub name: String,
    /// What it runs on, for example `cli/linux`.
    pub platform: String,
    /// The public key that was made on the phone (RFC 7517).
    #[schema(value_type = Object)]
    pub jwk: serde_json::Value,
    /// A JWS by the new key: see [`EnrolmentProof`].
    pub proof: String,
    /// Where push messages go; optional, since the event stream works without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSubscriptionRequest>,
}

/// `PUT {host}/authenticators/self/push` (phone token): the JSON form of a `PushSubscription` of the W3C Push API. Other
/// members of it, such as `expirationTime`, are not read: a subscription that is over is found out when it is used.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PushSubscriptionRequest {
    /// Where the push service takes messages: `https`, a public domain name, port 443 or above 1023, at most 2048 bytes.
    pub endpoint: String,
    /// The keys of RFC 8291.
    pub keys: PushSubscriptionKeys,
}

/// `keys` of a [`PushSubscriptionRequest`].
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PushSubscriptionKeys {
    /// An uncompressed point on P-256, base64url.
    pub p256dh: String,
    /// 16 random bytes, base64url.
    pub auth: String,
}

/// `GET {host}/authenticators/push-key`: what a phone subscribes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushKeyAnswer {
    /// The provider's key for push services: an uncompressed point on P-256, base64url (RFC 8292 §3.2).
    pub application_server_key: String,
}

/// Claims of the proof: JWS header `typ` is [`ENROLMENT_PROOF_TYP`], signed by the key that enrols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentProof {
    /// The provider's host, without trailing slash.
    pub aud: String,
    /// base64url SHA-256 of the invitation's text.
    pub invitation_digest: String,
    /// Unix seconds.
    pub iat: i64,
    /// Unix seconds, at most 300 after `iat`.
    pub exp: i64,
}

/// The answer to an enrolment, status 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentAnswer {
    /// Id of the authenticator.
    pub id: Uuid,
    /// Its OAuth client id, 21 characters.
    pub client_id: String,
    /// The person it belongs to.
    pub user_id: Uuid,
    /// The person's username.
    pub username: String,
    /// The OpenID issuer, `{host}/oidc`.
    pub issuer: String,
}

/// `POST {host}/authenticators/invitations` by an enrolled phone: the person adds another phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationAnswer {
    /// The invitation's text, shown once.
    pub invitation: String,
    /// The same as a link, for a QR code.
    pub url: String,
    /// When it ends, RFC 3339 in UTC.
    pub expires_at: String,
}

/// `POST {host}/login-hint-tokens` (phone token).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginHintTokenAnswer {
    /// Always `login_hint_token`.
    pub kind: String,
    /// The token itself: single use, bound to the phone.
    pub value: String,
    /// Seconds until it ends.
    pub expires_in: u64,
}

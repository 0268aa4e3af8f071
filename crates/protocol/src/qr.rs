//! QR sign-in (onesid.md §10): a screen shows a code, the person's phone scans it, and CIBA follows.
//!
//! The provider hosts the session: `POST {iss}/qr/make`, `POST {iss}/qr/status`, and the scan at
//! `POST {host}/auth/oidc/bc-authorize`. The older form is `GET {host}/auth/qr` and `GET {host}/auth/qr/{auth_req_id}`.

use crate::approval::ApprovalStatus;
use crate::ciba::VerificationToShow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The path below the host that a phone posts its scan to; published services assert that `cbUrl` ends in it.
pub const SCAN_PATH: &str = "/auth/oidc/bc-authorize";

/// `POST {iss}/qr/make`: the body may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct MakeRequest {
    /// Whether the code changes every second, so that a photographed one dies.
    #[serde(default)]
    pub animated: bool,
}

/// `POST {iss}/qr/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusRequest {
    /// The session.
    pub session_id: String,
}

/// The words that published clients know for the way a sign-in began. Sessions of the provider are `qr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// By a request without a code.
    Bc,
    /// By a code that the provider hosts.
    Qr,
    /// By a code that the service hosts.
    QrClient,
    /// By a code of the older form.
    QrLegacy,
}

/// A session as the service that made it sees it (onesid.md §10.1), with `verification`, `qrContent` and
/// `refreshIn` of our own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    /// Always `qr`.
    pub kind: SessionKind,
    /// The session.
    pub session_id: String,
    /// Where the phone posts its scan.
    pub cb_url: String,
    /// Seconds until the session ends.
    pub exp_in: u64,
    /// When it ends, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// Seconds to wait between two looks.
    pub interval: u64,
    /// Client id of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The handle to poll the token endpoint with, once the request was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_request_id: Option<String>,
    /// Whether the request to the person was sent.
    pub ciba_request_invoked: bool,
    /// The token that names the person who scanned, until the request was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint_token: Option<String>,
    /// Ours: the code that the screen shows while the person decides; absent in mode `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationToShow>,
    /// Ours: the text to draw, until a phone has scanned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_content: Option<String>,
    /// Ours: seconds after which the code has to be asked for and drawn anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_in: Option<u64>,
}

/// What the code of a session says, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QrContent {
    /// Where to post the scan.
    pub cb_url: String,
    /// The session.
    pub session_id: String,
    /// Seconds since the session began, in an animated code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<u64>,
    /// base64url HMAC-SHA256 over `t`, in an animated code: sent back as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<String>,
}

/// What a code of the older form says, as JSON; the scan is posted to the provider that the phone belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyContent {
    /// The session; `sessionId` of the scan.
    pub auth_req_id: Uuid,
    /// The device that shows the code.
    #[serde(rename = "deviceId")]
    pub device_id: Uuid,
}

/// How `userIdentifier` of a scan names the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginHintKind {
    /// By a username; refused here, for anybody can type one.
    LoginHint,
    /// By a token that the person's own phone fetched.
    LoginHintToken,
}

/// `POST {host}/auth/oidc/bc-authorize`: a phone has scanned (onesid.md §11). `resource` and `scope` of that message
/// are ignored: the service that shows the code names them.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanRequest {
    /// `login_hint_token`.
    pub login_hint_kind: LoginHintKind,
    /// The phone's login hint token.
    pub user_identifier: String,
    /// The session that the code names; `auth_req_id` of an older code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// `t` of an animated code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<u64>,
    /// `m` of an animated code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<String>,
}

/// The answer to a scan: the rest comes as an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScanAnswer {
    /// Always `scanned`.
    pub status: ScanStatus,
}

/// What became of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanStatus {
    /// The session has taken this phone.
    Scanned,
}

/// `GET {host}/auth/qr` (onesid.md §10.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegacySession {
    /// The session.
    pub auth_req_id: Uuid,
    /// Seconds until it ends.
    pub exp: u64,
}

/// `GET {host}/auth/qr/{auth_req_id}` (onesid.md §10.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegacyStatus {
    /// Where the session stands.
    pub status: ApprovalStatus,
    /// The device that shows the code.
    #[serde(rename = "deviceId")]
    pub device_id: Uuid,
    /// Ours: the code that the device shows; present after a scan unless the mode is `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationToShow>,
    /// The person's token, when approved.
    #[serde(flatten)]
    pub token: Option<LegacyToken>,
}

/// The token that an approved session of the older form gives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegacyToken {
    /// The person's access token, the same at every look.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// Always `Bearer`.
    pub token_type: String,
    /// When it was issued, Unix seconds.
    pub issue_time: i64,
}

#[cfg(test)]
mod tests {
    use super::{QrContent, ScanRequest};

    #[test]
    fn a_static_code_is_the_compact_json_that_published_clients_draw() {
        let content = QrContent {
            cb_url: "https://idp.example/auth/oidc/bc-authorize".to_owned(),
            session_id: "abc".to_owned(),
            t: None,
            m: None,
        };
        assert_eq!(
            serde_json::to_string(&content).unwrap(),
            r#"{"cbUrl":"https://idp.example/auth/oidc/bc-authorize","sessionId":"abc"}"#
        );
    }

    #[test]
    fn a_scan_is_read_with_the_members_that_published_phones_send() {
        let scan: ScanRequest = serde_json::from_str(
            r#"{"loginHintKind":"login_hint_token","userIdentifier":"x","sessionId":"s","resource":"idp","scope":"openid"}"#,
        )
        .unwrap();
        assert_eq!(scan.session_id.as_deref(), Some("s"));
    }
}

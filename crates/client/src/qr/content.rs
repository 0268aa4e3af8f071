//! What a code says.

use super::picture;
use serde::{Deserialize, Serialize};

/// The text of a code, as JSON: where the phone posts its scan, and which session it is of (onesid.md §10.1).
///
/// The published name of the type has other capitals: `AuthenticationQRCodeContent`.
///
/// ```
/// use countersign_client::AuthenticationQrCodeContent;
///
/// let content = AuthenticationQrCodeContent {
///     cb_url: "https://idp.example.com/auth/oidc/bc-authorize".to_owned(),
///     session_id: "4f1e".to_owned(),
///     t: None,
///     m: None,
/// };
/// assert_eq!(
///     content.to_string(),
///     r#"{"cbUrl":"https://idp.example.com/auth/oidc/bc-authorize","sessionId":"4f1e"}"#
/// );
/// assert!(content.svg().is_some_and(|picture| picture.contains("<svg")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationQrCodeContent {
    /// Where the phone posts its scan.
    pub cb_url: String,
    /// The session.
    pub session_id: String,
    /// Seconds since the session began, in a code that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<u64>,
    /// What proves `t`, in a code that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<String>,
}

impl AuthenticationQrCodeContent {
    /// The code in half blocks for a terminal, two modules in a character; `None` when the text is too long for a code.
    #[must_use]
    pub fn terminal_picture(&self) -> Option<String> {
        picture::terminal(&self.to_string())
    }

    /// The code as an SVG image, dark on light with the border that phones insist on; `None` when the text is too long
    /// for a code.
    #[must_use]
    pub fn svg(&self) -> Option<String> {
        picture::svg(&self.to_string())
    }
}

impl std::fmt::Display for AuthenticationQrCodeContent {
    /// The compact JSON that a phone reads.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| std::fmt::Error)?)
    }
}

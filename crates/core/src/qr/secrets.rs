//! The secrets of a session: derived, never stored, and so the same at every look.

use super::QrSessionId;
use crate::keys::Sealer;
use crate::secret::OpaqueToken;
use countersign_jose::base64url;
use zeroize::Zeroizing;

/// Between session and secret in a session's login hint token: in no other token of ours, for it is not in base64url.
const MARK: char = '~';

/// What is derived for one session.
pub struct QrSecrets {
    /// The key of the animated code (decisions.md "QR").
    pub code_key: Zeroizing<[u8; 32]>,
    /// The token that names the person who scanned, to the service that made the session.
    pub login_hint_token: OpaqueToken,
    /// The person's access token, of a session of the older form.
    pub access_token: OpaqueToken,
}

impl QrSecrets {
    /// Derives them. That of an id nobody made is good for nothing.
    #[must_use]
    pub fn derive(sealer: &Sealer, session: &QrSessionId) -> Self {
        let derive =
            |purpose: &str| Zeroizing::new(sealer.derive::<32>(purpose, session.as_str().as_bytes()));
        let text = |purpose: &str| base64url::encode(derive(purpose).as_ref());
        let hint = format!("{session}{MARK}{}", text("qr login hint token"));
        Self {
            code_key: derive("qr code"),
            login_hint_token: OpaqueToken::presented(&hint),
            access_token: OpaqueToken::presented(&text("qr access token")),
        }
    }
}

/// The session that a login hint token was made for; `None` for a token that a phone fetched for itself. The token says
/// so itself, so that it can be refused wherever it has no business: a service that was given one could otherwise scan
/// somebody else's code in the person's name.
#[must_use]
pub fn session_of(login_hint_token: &str) -> Option<QrSessionId> {
    QrSessionId::parse(login_hint_token.split_once(MARK)?.0)
}

//! Invitations: how a person's phone comes to know this provider, and this provider the phone (decisions.md).

use super::Invitation;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::time::Timestamp;
use crate::user::User;
use countersign_jose::base64url;
use zeroize::Zeroizing;

/// An invitation, shown once: whoever has it can enrol a phone for the person.
pub struct Invited {
    /// Its text.
    pub invitation: OpaqueToken,
    /// The same as a link, for a QR code. The secret is in the fragment, which a browser sends to nobody.
    pub url: Zeroizing<String>,
    /// When it ends unused.
    pub expires_at: Timestamp,
}

/// Makes a single-use invitation for a person. `by` is a username, or `cli`.
///
/// # Errors
/// `not_found`: there is no such person any more; `conflict`: the person is disabled.
pub async fn invite(provider: &Provider, user: &User, by: &str) -> Outcome<Invited> {
    let now = provider.clock.now();
    let (user_id, by, audit) = (user.id, by.to_owned(), provider.audit_key());
    let text = text(provider);
    let url = Zeroizing::new(format!("{}/enroll#{}", provider.host.as_str(), text.as_str()));
    let token = OpaqueToken::presented(&text);
    let expires_at = now + provider.policy.lifetime.invitation;
    let invitation = Invitation {
        digest: token.digest(),
        user_id,
        created_by: by.clone(),
        created_at: now,
        expires_at,
        spent_at: None,
    };
    provider
        .store
        .write(move |tx| {
            let user = tx.users().by_id(user_id)?;
            let user = user.ok_or_else(|| Refusal::not_found("there is no such person; see user list"))?;
            if user.disabled_at.is_some() {
                return Err(Refusal::conflict(
                    "this person is disabled; enable them before you invite a phone",
                )
                .into());
            }
            tx.authenticators_mut().insert_invitation(&invitation)?;
            let event = AuditEvent::new(now, actor(&by), "authenticator.invite", format!("user:{user_id}"))
                .with("expires_at", expires_at.rfc3339());
            chain::record(tx, &audit, event)
        })
        .await?;
    Ok(Invited {
        invitation: token,
        url,
        expires_at,
    })
}

/// 256 random bits and then the host, in one word: the bare text is enough to enrol, also when it is typed in.
fn text(provider: &Provider) -> Zeroizing<String> {
    let secret = Zeroizing::new(provider.entropy.bytes::<32>());
    let whole = Zeroizing::new([secret.as_slice(), provider.host.as_str().as_bytes()].concat());
    Zeroizing::new(base64url::encode(&whole))
}

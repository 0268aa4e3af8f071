//! Login hint tokens: the phone gives a service a token that names its person, once (decisions.md).

use super::LoginHintToken;
use crate::failure::Outcome;
use crate::oidc::bearer::PhoneBearer;
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use countersign_protocol::authenticator::LoginHintTokenAnswer;

/// Makes a login hint token: single use, bound to the phone.
///
/// # Errors
/// A fault of the store.
pub async fn make(provider: &Provider, phone: &PhoneBearer) -> Outcome<LoginHintTokenAnswer> {
    let lifetime = provider.policy.lifetime.login_hint_token;
    let now = provider.clock.now();
    let token = OpaqueToken::new(&*provider.entropy, now);
    let row = LoginHintToken {
        digest: token.digest(),
        user_id: phone.user.id,
        authenticator_id: phone.authenticator.id,
        expires_at: now + lifetime,
        spent_at: None,
    };
    provider
        .store
        .write(move |tx| Ok(tx.authenticators_mut().insert_login_hint_token(&row)?))
        .await?;
    Ok(LoginHintTokenAnswer {
        kind: "login_hint_token".to_owned(),
        value: token.reveal().to_owned(),
        expires_in: lifetime.as_secs(),
    })
}

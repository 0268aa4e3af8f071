//! Which person is meant: exactly one of `login_hint`, `login_hint_token`, `id_token_hint` (CIBA Core §7.1).

use crate::client::authenticate::Endpoint;
use crate::client::{Client, ClientKind};
use crate::failure::{Outcome, Refusal};
use crate::id::UserId;
use crate::keys::KeyPurpose;
use crate::provider::Provider;
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::Reading;
use crate::text::Username;
use crate::time::Timestamp;
use crate::user::User;
use countersign_jose::UnverifiedJws;
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_protocol::token::JwtClaims;

/// The one hint of a request, not yet looked up.
#[derive(Debug, Clone)]
pub enum Hint {
    /// A username.
    Username(String),
    /// A login hint token, by its digest; spent when the request starts.
    LoginHintToken(TokenDigest),
    /// The `sub` of an ID token that we issued to this client.
    Subject(UserId),
}

/// Takes the one hint out of the parameters. Empty strings count as absent.
///
/// # Errors
/// `invalid_request`: no hint, or more than one, or an ID token that is not ours.
pub fn read(
    provider: &Provider,
    client: &Client,
    parameters: &AuthenticationRequest,
    endpoint: Endpoint,
) -> Outcome<Hint> {
    let present = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    let hints = (
        present(&parameters.login_hint),
        present(&parameters.login_hint_token),
        present(&parameters.id_token_hint),
    );
    match hints {
        (Some(username), None, None) => Ok(Hint::Username(username)),
        (None, Some(token), None) => Ok(login_hint_token(client, token, endpoint)),
        (None, None, Some(id_token)) => id_token_hint(provider, client, &id_token),
        (None, None, None) => Err(Refusal::invalid_request(
            "a hint is missing; send exactly one of login_hint, login_hint_token, id_token_hint",
        )
        .into()),
        _ => Err(Refusal::invalid_request(
            "more than one hint; send exactly one of login_hint, login_hint_token, id_token_hint",
        )
        .into()),
    }
}

/// onesid.md C3: the old tools send a plain username as `login_hint_token`, on the legacy endpoint only. An `@` is in
/// every username and in no token of ours.
fn login_hint_token(client: &Client, token: String, endpoint: Endpoint) -> Hint {
    let legacy =
        endpoint == Endpoint::BcAuthorize && client.registration.profile.username_as_login_hint_token();
    if legacy && token.contains('@') {
        Hint::Username(token)
    } else {
        Hint::LoginHintToken(OpaqueToken::presented(&token).digest())
    }
}

/// An expired ID token still names its person (CIBA Core §7.1), but it must be ours and this client's.
fn id_token_hint(provider: &Provider, client: &Client, id_token: &str) -> Outcome<Hint> {
    let refuse = || {
        Refusal::invalid_request("id_token_hint must be an ID token that this provider issued to this client")
    };
    let jws = UnverifiedJws::parse(id_token).map_err(|_| refuse())?;
    let ring = provider.keys();
    let verified = ring
        .published(KeyPurpose::Oidc, provider.clock.now())
        .into_iter()
        .filter(|key| jws.header().kid() == Some(key.kid.as_str()))
        .find_map(|key| jws.clone().verify(&key.public, key.algorithm).ok())
        .ok_or_else(refuse)?;
    // RFC 8725 §3.11: an access token of ours (at+jwt) is signed by the same key and is no ID token.
    if verified
        .header()
        .typ()
        .is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"))
    {
        return Err(refuse().into());
    }
    let claims: JwtClaims = verified.claims().map_err(|_| refuse())?;
    let ours = claims.iss.as_deref() == Some(provider.host.issuer().as_str())
        && claims
            .aud
            .as_ref()
            .is_some_and(|aud| aud.contains(client.id.as_str()));
    let subject = claims
        .sub
        .as_deref()
        .and_then(|sub| sub.parse().ok())
        .filter(|_| ours)
        .ok_or_else(refuse)?;
    Ok(Hint::Subject(subject))
}

/// Finds the person. `None` means that there is no such person, or one who may not sign in: both look the same.
///
/// # Errors
/// `expired_login_hint_token`; a fault of the store.
pub fn resolve(tx: &dyn Reading, hint: &Hint, now: Timestamp) -> Outcome<Option<User>> {
    let user = match hint {
        Hint::Username(text) => by_username(tx, text)?,
        Hint::Subject(id) => tx.users().by_id(*id)?,
        Hint::LoginHintToken(digest) => by_login_hint_token(tx, digest, now)?,
    };
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

fn by_username(tx: &dyn Reading, text: &str) -> Outcome<Option<User>> {
    let Some(username) = Username::parse(text) else {
        return Ok(None);
    };
    Ok(tx.users().by_username(&username)?)
}

fn by_login_hint_token(tx: &dyn Reading, digest: &TokenDigest, now: Timestamp) -> Outcome<Option<User>> {
    let Some(token) = tx.authenticators().login_hint_token(digest)? else {
        return Ok(None);
    };
    if token.spent_at.is_some() || now >= token.expires_at {
        return Err(spent_login_hint_token().into());
    }
    let phone = tx.authenticators().by_id(token.authenticator_id)?;
    if phone.is_none_or(|phone| phone.revoked_at.is_some()) {
        return Ok(None);
    }
    Ok(tx.users().by_id(token.user_id)?)
}

/// The refusal of a login hint token that is over.
#[must_use]
pub fn spent_login_hint_token() -> Refusal {
    Refusal::new(
        ErrorCode::ExpiredLoginHintToken,
        "the login_hint_token has expired or was used; get a new one from the phone",
    )
}

/// The refusal of a hint that names nobody.
#[must_use]
pub fn unknown_user() -> Refusal {
    Refusal::new(
        ErrorCode::UnknownUserId,
        "no person who can sign in was found for the hint",
    )
}

/// Whether a client speaks for itself at the backchannel: a phone may not ask for sign-ins.
#[must_use]
pub const fn may_ask(kind: ClientKind) -> bool {
    !matches!(kind, ClientKind::Authenticator { .. })
}

//! The members that are not about keys.

use super::{GrantType, invalid};
use crate::client::Profile;
use crate::failure::Refusal;
use crate::id::ClientId;
use crate::text::is_showable;
use countersign_protocol::ScopeList;
use countersign_protocol::ciba::DeliveryMode;
use countersign_protocol::client::ClientMetadata;
use url::Url;

/// The one client authentication that is served.
pub(super) const AUTH_METHOD: &str = "private_key_jwt";
/// The longest name, in characters: a phone shows it in one or two lines.
const NAME_MAX: usize = 100;

/// What this provider does not do for anyone, each with its reason.
pub(super) fn refuse_unserved(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if metadata
        .client_id
        .as_deref()
        .is_some_and(|id| ClientId::parse(id).is_none())
    {
        return Err(invalid(
            "client_id must be 1 to 255 printable ASCII characters (RFC 6749 appendix A.1)",
        ));
    }
    if metadata.jwks_uri.is_some() {
        return Err(invalid(
            "jwks_uri is not served: a URL of the client's choice is not fetched; send the public keys in jwks",
        ));
    }
    if metadata
        .token_endpoint_auth_method
        .as_deref()
        .is_some_and(|method| method != AUTH_METHOD)
    {
        return Err(invalid(
            "token_endpoint_auth_method must be private_key_jwt: there are no shared secrets here",
        ));
    }
    // CIBA Core §4: the client would then expect to send a code that nobody here has.
    if metadata.backchannel_user_code_parameter == Some(true) {
        return Err(invalid(
            "backchannel_user_code_parameter must be false: no person here has a user code",
        ));
    }
    Ok(())
}

pub(super) fn profile(metadata: &ClientMetadata) -> Result<Profile, Refusal> {
    match metadata.profile.as_deref() {
        None => Ok(Profile::Standard),
        Some(word) => {
            Profile::parse(word).ok_or_else(|| invalid("profile must be standard, fapi_ciba or onesid"))
        }
    }
}

/// The host name in its ASCII form: a name that only looks like another one shows its `xn--` (RFC 5890 §2.3.2.1).
pub(super) fn client_uri(metadata: &ClientMetadata) -> Result<Option<String>, Refusal> {
    let Some(text) = metadata.client_uri.as_deref() else {
        return Ok(None);
    };
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http"));
    let host = url.as_ref().and_then(Url::host_str);
    let host = host.ok_or_else(|| invalid("client_uri must be an http or https URL with a host name"))?;
    Ok(Some(host.to_owned()))
}

pub(super) fn client_name(metadata: &ClientMetadata) -> Result<String, Refusal> {
    let Some(name) = metadata.client_name.as_deref() else {
        // RFC 7591 §2: a client without a name is shown by its id.
        let id = metadata.client_id.clone();
        return id.ok_or_else(|| invalid("client_name is missing: it is what the person sees on the phone"));
    };
    if name.trim().is_empty() || name.chars().count() > NAME_MAX || !is_showable(name) {
        return Err(invalid(
            "client_name must be 1 to 100 characters without control or invisible characters",
        ));
    }
    Ok(name.to_owned())
}

pub(super) fn grant_types(metadata: &ClientMetadata, profile: Profile) -> Result<Vec<GrantType>, Refusal> {
    if !profile.has_grants() {
        return match metadata.grant_types.as_deref() {
            None | Some([]) => Ok(Vec::new()),
            Some(_) => Err(invalid(
                "a client of profile x1280 has no grant_types; leave them out",
            )),
        };
    }
    let Some(words) = metadata.grant_types.as_ref() else {
        return Ok(vec![GrantType::Ciba, GrantType::RefreshToken]);
    };
    let mut grants = Vec::with_capacity(GrantType::ALL.len());
    for word in words {
        let grant = GrantType::parse(word).ok_or_else(|| {
            invalid(format!(
                "grant_types may hold {} only; there is no redirect-based sign-in here",
                GrantType::ALL.map(GrantType::as_str).join(", ")
            ))
        })?;
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    if grants.is_empty() {
        return Err(invalid("grant_types is empty; leave it out for CIBA and refresh"));
    }
    Ok(grants)
}

pub(super) fn scope(metadata: &ClientMetadata) -> Result<Option<ScopeList>, Refusal> {
    let wrong = || invalid("scope holds a character that RFC 6749 section 3.3 does not allow");
    let parse = |text: &String| ScopeList::parse(text).map_err(|_| wrong());
    metadata.scope.as_ref().map(parse).transpose()
}

pub(super) fn delivery_mode(metadata: &ClientMetadata) -> Result<DeliveryMode, Refusal> {
    match metadata.backchannel_token_delivery_mode.unwrap_or_default() {
        DeliveryMode::Poll => {}
        DeliveryMode::Ping => {
            return Err(invalid(
                "ping is not served yet; register backchannel_token_delivery_mode poll",
            ));
        }
        // FAPI-CIBA §5.2.2: tokens would travel to a URL instead of to a client that proves itself.
        DeliveryMode::Push => {
            return Err(invalid(
                "push is not served: tokens are only given to a client that proves its key; use poll",
            ));
        }
    }
    if metadata.backchannel_client_notification_endpoint.is_some() {
        return Err(invalid(
            "backchannel_client_notification_endpoint is for ping, which is not served yet; leave it out",
        ));
    }
    Ok(DeliveryMode::Poll)
}

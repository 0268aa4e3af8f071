use openidconnect::IssuerUrl;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::ClientError;
use crate::http::is_loopback;
use crate::words::printable;

/// The provider's description of itself (OpenID Connect Discovery §3) with the members that `openidconnect` leaves to
/// the caller.
///
/// ```
/// use countersign_client::ProviderMetadata;
///
/// let metadata: ProviderMetadata = serde_json::from_value(serde_json::json!({
///     "issuer": "https://idp.example.com/oidc",
///     "authorization_endpoint": "https://idp.example.com/oidc/auth",
///     "token_endpoint": "https://idp.example.com/oidc/token",
///     "jwks_uri": "https://idp.example.com/oidc/jwks",
///     "response_types_supported": ["none"],
///     "subject_types_supported": ["public"],
///     "id_token_signing_alg_values_supported": ["RS256"],
///     "backchannel_authentication_endpoint": "https://idp.example.com/oidc/backchannel",
/// }))?;
/// assert!(metadata.additional_metadata().backchannel_authentication_endpoint.is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type ProviderMetadata = openidconnect::ProviderMetadata<
    CibaProviderMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Members of CIBA Core §4, RFC 7009 and RFC 7662 in a discovery document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CibaProviderMetadata {
    /// Where a sign-in starts (CIBA Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_endpoint: Option<Url>,
    /// `poll`, `ping`, `push` (CIBA Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_modes_supported: Option<Vec<String>>,
    /// Algorithms of signed requests (CIBA Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg_values_supported: Option<Vec<String>>,
    /// RFC 7662 (RFC 8414 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<Url>,
    /// RFC 7009 (RFC 8414 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<Url>,
}

impl openidconnect::AdditionalProviderMetadata for CibaProviderMetadata {}

/// Why a provider's description of itself is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// It speaks of another issuer (OpenID Connect Discovery §4.3): believing it would let one provider speak for
    /// another.
    #[error(
        "the provider calls itself `{found}`, but `{expected}` was asked for; write the issuer as it stands there"
    )]
    OtherIssuer {
        /// The issuer that the caller named.
        expected: String,
        /// The issuer of the document.
        found: String,
    },
    /// An address is not encrypted.
    #[error("`{member}` is `{url}`, which is not encrypted; it must be an https address")]
    Insecure {
        /// The member, or `issuer`.
        member: &'static str,
        /// The address.
        url: String,
    },
}

/// The addresses that are called.
#[derive(Debug, Clone)]
pub(crate) struct Endpoints {
    issuer: String,
    pub(crate) jwks: String,
    token: Option<String>,
    backchannel: Option<String>,
    introspection: Option<String>,
    revocation: Option<String>,
}

impl Endpoints {
    /// Checks what the provider says of itself: the issuer is the one that was asked for, character by character, and no
    /// address can be listened to.
    pub(crate) fn of(issuer: &IssuerUrl, metadata: &ProviderMetadata) -> Result<Self, MetadataError> {
        if metadata.issuer().as_str() != issuer.as_str() {
            return Err(MetadataError::OtherIssuer {
                expected: printable(issuer.as_str()),
                found: printable(metadata.issuer().as_str()),
            });
        }
        let check = Check::new(issuer.url())?;
        let more = metadata.additional_metadata();
        let ciba = more.backchannel_authentication_endpoint.as_ref();
        let token = metadata.token_endpoint().map(openidconnect::TokenUrl::url);
        Ok(Self {
            issuer: issuer.as_str().trim_end_matches('/').to_owned(),
            jwks: check.url("jwks_uri", metadata.jwks_uri().url())?,
            token: check.option("token_endpoint", token)?,
            backchannel: check.option("backchannel_authentication_endpoint", ciba)?,
            introspection: check.option("introspection_endpoint", more.introspection_endpoint.as_ref())?,
            revocation: check.option("revocation_endpoint", more.revocation_endpoint.as_ref())?,
        })
    }

    /// An address of the OnesID surface below the issuer, `{iss}{path}`.
    pub(crate) fn below_issuer(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// An address of the OnesID surface of the host, `{host}{path}`, where `{iss}` is `{host}/oidc` (onesid.md §1).
    pub(crate) fn below_host(&self, path: &str) -> String {
        let host = self.issuer.strip_suffix("/oidc").unwrap_or(&self.issuer);
        format!("{host}{path}")
    }

    pub(crate) fn token(&self) -> Result<&str, ClientError> {
        offered(&self.token, "token_endpoint")
    }

    pub(crate) fn backchannel(&self) -> Result<&str, ClientError> {
        offered(&self.backchannel, "backchannel_authentication_endpoint")
    }

    pub(crate) fn introspection(&self) -> Result<&str, ClientError> {
        offered(&self.introspection, "introspection_endpoint")
    }

    pub(crate) fn revocation(&self) -> Result<&str, ClientError> {
        offered(&self.revocation, "revocation_endpoint")
    }
}

fn offered<'a>(endpoint: &'a Option<String>, what: &'static str) -> Result<&'a str, ClientError> {
    endpoint.as_deref().ok_or(ClientError::NotOffered { what })
}

/// `https`, or `http` to this machine, and the latter only when the issuer is on this machine as well: a provider
/// elsewhere has no business to send us to our own ports.
struct Check {
    local: bool,
}

impl Check {
    fn new(issuer: &Url) -> Result<Self, MetadataError> {
        let check = Self {
            local: is_loopback(issuer),
        };
        check.url("issuer", issuer)?;
        Ok(check)
    }

    fn url(&self, member: &'static str, url: &Url) -> Result<String, MetadataError> {
        let local = self.local && is_loopback(url);
        if url.scheme() == "https" || (local && url.scheme() == "http") {
            Ok(url.as_str().to_owned())
        } else {
            Err(MetadataError::Insecure {
                member,
                url: printable(url.as_str()),
            })
        }
    }

    fn option(&self, member: &'static str, url: Option<&Url>) -> Result<Option<String>, MetadataError> {
        url.map(|url| self.url(member, url)).transpose()
    }
}

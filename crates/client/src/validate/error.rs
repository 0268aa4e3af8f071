use countersign_jose::JwsError;

/// Why a token is not good for us. Completes no sentence with a byte of the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not a bearer token at all (RFC 6750 §2.1), or longer than 16 KiB.
    #[error("the text is not a token")]
    Malformed,
    /// A JWT that cannot be read, or whose signature is not the provider's.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// `typ` names another kind of statement: a receipt or a decision is no token (RFC 8725 §3.11).
    #[error("the token is neither an ID token nor an access token")]
    Type,
    /// `alg` is not one that the key allows; `none` and HMAC are among what no key allows (RFC 8725 §3.1).
    #[error("the token names an algorithm that its key does not allow")]
    Algorithm,
    /// No key of the provider has this `kid`, also not after the keys were fetched anew.
    #[error("no key of the provider has the `kid` of the token")]
    UnknownKid,
    /// There is no `kid`, and the provider has not exactly one key.
    #[error("the token names no key (`kid`), and the provider has not exactly one")]
    NoKid,
    /// Issued by somebody else.
    #[error("the token is not from this provider")]
    Issuer,
    /// Issued for somebody else.
    #[error("the token is not for this client")]
    Audience,
    /// Issued to somebody else (`azp`, OpenID Connect Core §3.1.3.7).
    #[error("the token was issued to another client")]
    AuthorizedParty,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come: `nbf` or `iat` is in the future, so one of the two clocks is wrong.
    #[error("the token is not valid yet; compare this machine's clock with the provider's")]
    NotYetValid,
    /// The provider does not know it, or has ended it.
    #[error("the token is not active")]
    Inactive,
    /// An ID token or a refresh token where an access token is needed.
    #[error("the token is not an access token")]
    NotAnAccessToken,
    /// A call of the provider's own with a scope that is not permitted here (onesid.md §7).
    #[error("the provider's own token has a scope that is not permitted here")]
    ServiceScope,
    /// `at_hash` is not that of the access token beside it.
    #[error("the ID token was not issued together with the access token")]
    AccessTokenHash,
    /// Introspection and identification speak of different persons.
    #[error("the provider contradicts itself about the token")]
    Contradiction,
}

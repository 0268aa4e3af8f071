//! What may be signed: the three statements that a machine makes to its provider (onesid.md §4, §6).

use countersign_jose::{base64url, json};
use countersign_protocol::device_key::DEVICE_KEY_TYP;
use serde_json::{Map, Value};

/// The longest message in bytes; a signed request of ours has about 700.
const MAX_MESSAGE: usize = 32 * 1024;
/// How long a statement may be good for, in seconds (onesid.md §4).
const LIFETIME: i64 = 300;
/// How far the caller's clock may be off, in seconds: it is this machine's own, read a moment ago.
const TOLERANCE: i64 = 60;
/// The longest `jti` in characters, as the provider takes it.
const MAX_JTI: usize = 255;
/// Header members of ours and of the older clients, which repeat the times in the header (onesid.md §4). Everything
/// else changes how a reader looks at the signature (`crit`, `b64`, `jwk`, `jku`, `x5u`, `zip`).
const HEADER_MEMBERS: [&str; 6] = ["alg", "typ", "kid", "iat", "nbf", "exp"];
/// The labels that published clients write. The provider lets the registered key decide and not the label, so an
/// elliptic key may have RS256 over it (onesid.md §4).
const LABELS: [&str; 5] = ["RS256", "ES256", "ES384", "ES512", "ES521"];
/// Where a machine proves itself, after the issuer (onesid.md §4).
const ENDPOINTS: [&str; 6] = [
    "",
    "/token",
    "/token/introspection",
    "/token/revocation",
    "/backchannel",
    "/bc-authorize",
];
/// Where a machine replaces its key. Whoever can sign for it can take the identity away for good.
const DEVICE_KEY: &str = "/device-key";
/// Claims that only an authentication request has (CIBA Core §7.1).
const REQUEST_CLAIMS: [&str; 5] = [
    "login_hint",
    "login_hint_token",
    "id_token_hint",
    "binding_message",
    "scope",
];

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A client assertion (RFC 7523 §3).
    ClientAssertion,
    /// A signed authentication request (CIBA Core §7.1.1).
    RequestObject,
    /// A proof that the machine holds a key, or an assertion for the endpoint that replaces it.
    DeviceKey,
    /// Anything else, signed because the settings say so.
    Anything,
}

impl Kind {
    /// One word, for logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientAssertion => "client_assertion",
            Self::RequestObject => "request_object",
            Self::DeviceKey => "device_key",
            Self::Anything => "anything",
        }
    }
}

/// Whose statements are signed, and when it is.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// `client_id` of `device.yml`.
    pub client_id: &'a str,
    /// `{host}/oidc`.
    pub issuer: &'a str,
    /// Unix seconds.
    pub now: i64,
    /// Whether the caller could read the key anyway: root, or the user that the service runs as.
    pub owner: bool,
}

/// A statement that may be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is for.
    pub kind: Kind,
    /// Its number; the older request objects have none.
    pub jti: Option<String>,
}

/// Why a message is not signed. Never carries a byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Longer than any statement of ours.
    #[error("message is longer than 32 KiB")]
    TooLarge,
    /// Not the first two parts of a JWS.
    #[error(
        "message must be base64url(header).base64url(payload), unpadded, each one JSON object (RFC 7515 §5.1)"
    )]
    NotAMessage,
    /// A header member that is not one of ours.
    #[error("the header may have alg, typ, kid, iat, nbf and exp, and nothing else")]
    Header,
    /// A label that is not one of ours.
    #[error("alg must be RS256, ES256, ES384 or ES512")]
    Algorithm,
    /// Another kind of token.
    #[error("typ is that of another kind of token; for an assertion and a request it is JWT")]
    Type,
    /// Somebody else's.
    #[error("iss, and sub where there is one, must be the client_id of this machine")]
    Party,
    /// For somebody else.
    #[error(
        "aud must be the issuer of this machine's provider, or the address of the endpoint that is called"
    )]
    Audience,
    /// Good for too long, for ever, or not any more.
    #[error("exp must be a whole number of Unix seconds, from now to 300 s ahead")]
    Expiry,
    /// Begins in the future.
    #[error("iat and nbf must be whole numbers of Unix seconds and not in the future")]
    Begin,
    /// Without the number that makes it good for one use.
    #[error("jti must be a string of 1 to 255 characters")]
    Number,
    /// Would replace the key of the machine.
    #[error("only root and the service's own user may sign what replaces this machine's key")]
    DeviceKey,
}

impl StatementError {
    /// One word, for logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotAMessage => "not_a_message",
            Self::Header => "header",
            Self::Algorithm => "alg",
            Self::Type => "typ",
            Self::Party => "iss_sub",
            Self::Audience => "aud",
            Self::Expiry => "exp",
            Self::Begin => "iat_nbf",
            Self::Number => "jti",
            Self::DeviceKey => "device_key",
        }
    }
}

/// Judges the first two parts of a JWS: is it one of the statements that this machine makes to its provider?
///
/// Claims that are not ours are no obstacle: the audience bounds who can read them, and a null counts as absent because
/// published clients send some (onesid.md §4).
///
/// # Errors
/// [`StatementError`] in the order of the checks: form, header, parties, audience, times, number.
pub fn judge(message: &str, rules: &Rules<'_>) -> Result<Statement, StatementError> {
    if message.len() > MAX_MESSAGE {
        return Err(StatementError::TooLarge);
    }
    let (header, payload) = message.split_once('.').ok_or(StatementError::NotAMessage)?;
    let (header, mut claims) = (object(header)?, object(payload)?);
    claims.retain(|_, value| !value.is_null());
    let typ = check_header(&header)?;
    let kind = kind(&typ, &claims, rules)?;
    check_parties(&claims, kind, rules)?;
    check_times(&claims, rules.now)?;
    let jti = check_number(&claims, kind, rules)?;
    if kind == Kind::DeviceKey && !rules.owner {
        return Err(StatementError::DeviceKey);
    }
    Ok(Statement { kind, jti })
}

fn object(part: &str) -> Result<Map<String, Value>, StatementError> {
    let bytes = base64url::decode(part).map_err(|_| StatementError::NotAMessage)?;
    json::parse_object(&bytes).map_err(|_| StatementError::NotAMessage)
}

/// Answers `typ` in lower case, `jwt` when there is none (RFC 7515 §4.1.9).
fn check_header(header: &Map<String, Value>) -> Result<String, StatementError> {
    if header.keys().any(|name| !HEADER_MEMBERS.contains(&name.as_str())) {
        return Err(StatementError::Header);
    }
    let alg = header.get("alg").and_then(Value::as_str);
    if !alg.is_some_and(|alg| LABELS.contains(&alg)) {
        return Err(StatementError::Algorithm);
    }
    match header.get("typ") {
        None => Ok("jwt".to_owned()),
        Some(Value::String(typ)) => {
            let typ = typ.to_ascii_lowercase();
            Ok(typ.strip_prefix("application/").unwrap_or(&typ).to_owned())
        }
        Some(_) => Err(StatementError::Type),
    }
}

/// Type and claims must agree: no statement passes for one of another kind (RFC 8725 §3.11, §3.12).
fn kind(typ: &str, claims: &Map<String, Value>, rules: &Rules<'_>) -> Result<Kind, StatementError> {
    let replaces_the_key = audiences(claims)
        .iter()
        .any(|aud| is_at(aud, rules.issuer, DEVICE_KEY));
    let is_request = REQUEST_CLAIMS.iter().any(|name| claims.contains_key(*name));
    match typ {
        DEVICE_KEY_TYP => Ok(Kind::DeviceKey),
        "jwt" | "client-authentication+jwt" if replaces_the_key && !is_request => Ok(Kind::DeviceKey),
        "jwt" | "oauth-authz-req+jwt" if is_request => Ok(Kind::RequestObject),
        "jwt" | "client-authentication+jwt" if !is_request => Ok(Kind::ClientAssertion),
        _ => Err(StatementError::Type),
    }
}

fn check_parties(claims: &Map<String, Value>, kind: Kind, rules: &Rules<'_>) -> Result<(), StatementError> {
    let is_us = |name| claims.get(name).and_then(Value::as_str) == Some(rules.client_id);
    let audiences = audiences(claims);
    // A proof of a key and the request objects of the older clients name no subject (onesid.md §6.2).
    let may_lack_sub = match kind {
        Kind::RequestObject => short_form(&audiences, rules),
        Kind::DeviceKey => true,
        Kind::ClientAssertion | Kind::Anything => false,
    };
    let sub_is_right = is_us("sub") || may_lack_sub && !claims.contains_key("sub");
    if !is_us("iss") || !sub_is_right {
        return Err(StatementError::Party);
    }
    let known = |aud: &&str| {
        let endpoints = ENDPOINTS.iter().any(|path| is_at(aud, rules.issuer, path));
        endpoints || kind == Kind::DeviceKey && is_at(aud, rules.issuer, DEVICE_KEY)
    };
    if audiences.is_empty() || !audiences.iter().all(known) {
        return Err(StatementError::Audience);
    }
    Ok(())
}

/// Whether a request is for the endpoint of the older clients, whose requests have neither `sub` nor `jti`.
fn short_form(audiences: &[&str], rules: &Rules<'_>) -> bool {
    audiences
        .iter()
        .all(|aud| is_at(aud, rules.issuer, "/bc-authorize"))
}

/// `aud`, one string or several; anything else in it makes it empty (RFC 7519 §4.1.3).
fn audiences(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => {
            let texts: Option<Vec<&str>> = many.iter().map(Value::as_str).collect();
            texts.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn is_at(aud: &str, issuer: &str, path: &str) -> bool {
    aud.strip_prefix(issuer) == Some(path)
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), StatementError> {
    let exp = claims.get("exp").and_then(Value::as_i64);
    let soon = now.saturating_add(LIFETIME + TOLERANCE);
    if !exp.is_some_and(|exp| exp > now && exp <= soon) {
        return Err(StatementError::Expiry);
    }
    for name in ["iat", "nbf"] {
        if let Some(begin) = claims.get(name) {
            // A statement dated ahead could be kept for a time when its maker is not a caller any more.
            let begin = begin.as_i64().ok_or(StatementError::Begin)?;
            if begin > now.saturating_add(TOLERANCE) {
                return Err(StatementError::Begin);
            }
        }
    }
    Ok(())
}

fn check_number(
    claims: &Map<String, Value>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<String>, StatementError> {
    match claims.get("jti") {
        Some(Value::String(jti)) if (1..=MAX_JTI).contains(&jti.len()) => Ok(Some(jti.clone())),
        None if kind == Kind::RequestObject && short_form(&audiences(claims), rules) => Ok(None),
        _ => Err(StatementError::Number),
    }
}

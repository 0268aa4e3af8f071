//! Signed authentication requests (CIBA Core §7.1.1): from a claimed request to one that the client's key vouches for.

use super::assertion::verify_signature;
use super::audience::Audiences;
use super::authenticate::Endpoint;
use super::profile::{Profile, RequestObjectPolicy};
use super::{AuthenticatedClient, Client};
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::policy::Policy;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_jose::UnverifiedJws;
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_protocol::token::JwtClaims;
use serde::Deserialize;

/// A request whose signature and claims hold, or one that came as plain parameters from a client that may do so.
#[derive(Debug, Clone)]
pub struct VerifiedRequest {
    /// The parameters; nothing outside the signed request is among them.
    pub parameters: AuthenticationRequest,
    /// Whether the client's key vouches for the parameters.
    pub signed: bool,
    jti: Option<SpentOnce>,
}

#[derive(Debug, Clone)]
struct SpentOnce {
    client_id: ClientId,
    jti: String,
    expires_at: Timestamp,
}

impl VerifiedRequest {
    /// Marks the request as used.
    ///
    /// # Errors
    /// `invalid_request`: the same signed request came before.
    pub fn spend(&self, tx: &mut dyn Writing) -> Outcome<()> {
        if let Some(SpentOnce {
            client_id,
            jti,
            expires_at,
        }) = &self.jti
            && !tx.assertions_mut().spend(client_id, jti, *expires_at)?
        {
            return Err(Refusal::invalid_request(
                "the signed request was used before; sign a new one with a new jti",
            )
            .into());
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct RequestClaims {
    #[serde(flatten)]
    jwt: JwtClaims,
    #[serde(flatten)]
    parameters: AuthenticationRequest,
    client_id: Option<String>,
    request: Option<serde_json::Value>,
    request_uri: Option<serde_json::Value>,
}

/// Takes the request as the client's profile allows it: signed, or as plain parameters.
///
/// # Errors
/// `invalid_request`: CIBA Core §13 has no other code for a request object that is refused.
pub fn verify(
    caller: &AuthenticatedClient,
    request: Option<&str>,
    plain: AuthenticationRequest,
    endpoint: Endpoint,
    audiences: Audiences<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<VerifiedRequest, Refusal> {
    let client = &caller.client;
    match (request, client.registration.profile.request_object()) {
        (Some(request), _) => verify_signed(client, request, endpoint, audiences, policy, now),
        (None, RequestObjectPolicy::WhenRegistered) if client.registration.request_object_alg.is_none() => {
            Ok(VerifiedRequest {
                parameters: plain,
                signed: false,
                jti: None,
            })
        }
        (None, _) => Err(Refusal::invalid_request(
            "this client must send its parameters in a signed JWT as the parameter `request` (CIBA Core, section 7.1.1)",
        )),
    }
}

fn verify_signed(
    client: &Client,
    request: &str,
    endpoint: Endpoint,
    audiences: Audiences<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<VerifiedRequest, Refusal> {
    if request.bytes().filter(|byte| *byte == b'.').count() == 4 {
        return Err(Refusal::invalid_request(
            "request is encrypted; CIBA requests are signed only, send a JWS",
        ));
    }
    let jws = UnverifiedJws::parse(request)
        .map_err(|error| Refusal::invalid_request(format!("request cannot be read: {error}")))?;
    check_type(jws.header().typ())?;
    let verified = verify_signature(&jws, client, client.registration.request_object_alg)
        .map_err(|wrong| Refusal::invalid_request(format!("request: {wrong}")))?;
    let claims: RequestClaims = verified.claims().map_err(|error| {
        Refusal::invalid_request(format!("the claims of request cannot be read: {error}"))
    })?;
    // RFC 9101 §4: a request inside the request would carry parameters past the signature.
    if claims.request.is_some() || claims.request_uri.is_some() {
        return Err(Refusal::invalid_request(
            "request must not contain request or request_uri",
        ));
    }
    if claims
        .client_id
        .as_deref()
        .is_some_and(|id| id != client.id.as_str())
    {
        return Err(Refusal::invalid_request(
            "client_id inside request must be the client that authenticated",
        ));
    }
    let short_form = client.registration.profile == Profile::OnesId && endpoint == Endpoint::BcAuthorize;
    check_parties(&claims.jwt, client, audiences)?;
    let expires_at = check_times(&claims.jwt, short_form, policy, now)?;
    let jti = check_jti(claims.jwt.jti, short_form)?;
    let jti = jti.map(|jti| SpentOnce {
        client_id: client.id.clone(),
        jti: format!("request {jti}"),
        expires_at,
    });
    Ok(VerifiedRequest {
        parameters: claims.parameters,
        signed: true,
        jti,
    })
}

/// RFC 9101 §10.8 and RFC 8725 §3.11: another kind of token is not taken for a request.
fn check_type(typ: Option<&str>) -> Result<(), Refusal> {
    let known = ["jwt", "oauth-authz-req+jwt"];
    match typ.map(str::to_ascii_lowercase) {
        Some(typ) if !known.contains(&typ.trim_start_matches("application/")) => Err(
            Refusal::invalid_request("typ of request must be JWT or oauth-authz-req+jwt"),
        ),
        _ => Ok(()),
    }
}

fn check_parties(claims: &JwtClaims, client: &Client, audiences: Audiences<'_>) -> Result<(), Refusal> {
    if claims.iss.as_deref() != Some(client.id.as_str()) {
        return Err(Refusal::invalid_request("iss of request must be the client_id"));
    }
    let aud = claims
        .aud
        .as_ref()
        .ok_or_else(|| Refusal::invalid_request("aud of request is missing; send the issuer"))?;
    if audiences.any_in(aud) {
        Ok(())
    } else {
        Err(Refusal::invalid_request(format!(
            "aud of request must be one of {audiences}"
        )))
    }
}

/// CIBA Core §7.1.1 wants `iat`, `nbf`, `exp` and `jti`; only the short form of the legacy endpoint may leave all but
/// `exp` out (onesid.md C2), since the assertion beside it is used once.
fn check_times(
    claims: &JwtClaims,
    short_form: bool,
    policy: &Policy,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let tolerance = policy.clock_tolerance;
    let exp = claims
        .exp
        .ok_or_else(|| Refusal::invalid_request("exp of request is missing"))?;
    let expires_at = Timestamp::from_unix(exp);
    if now >= expires_at + tolerance {
        return Err(Refusal::invalid_request(
            "request has expired; check the clock and sign a new one",
        ));
    }
    for (name, value) in [("iat", claims.iat), ("nbf", claims.nbf)] {
        match value {
            None if !short_form => {
                return Err(Refusal::invalid_request(format!("{name} of request is missing")));
            }
            Some(at) if Timestamp::from_unix(at) > now + tolerance => {
                return Err(Refusal::invalid_request(format!(
                    "{name} of request is in the future; check the clock"
                )));
            }
            _ => {}
        }
    }
    // Without iat and jti nothing but its short life keeps a copied request from being sent again.
    if short_form && expires_at > now + Profile::LONGEST_REUSE + tolerance {
        return Err(Refusal::invalid_request(
            "request is valid for too long; exp may be 5 minutes ahead at most on this endpoint",
        ));
    }
    // FAPI-CIBA §5.2.2: a request lives an hour at most, counted from nbf, and nbf is not older than that.
    let begins = claims.nbf.or(claims.iat).map_or(now, Timestamp::from_unix);
    let longest = policy.lifetime.client_assertion + tolerance;
    if expires_at > begins + longest || now > begins + longest {
        return Err(Refusal::invalid_request(
            "request is valid for too long; exp may be 60 minutes after nbf at most",
        ));
    }
    Ok(expires_at + tolerance)
}

fn check_jti(jti: Option<String>, short_form: bool) -> Result<Option<String>, Refusal> {
    match jti {
        None if short_form => Ok(None),
        Some(jti) if !jti.is_empty() && jti.len() <= 200 => Ok(Some(jti)),
        _ => Err(Refusal::invalid_request(
            "jti of request must be a string of 1 to 200 characters",
        )),
    }
}

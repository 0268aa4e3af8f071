//! The calls, each in the crate's own types.

use openidconnect::core::{
    CoreErrorResponseType, CoreIdToken, CoreIdTokenVerifier, CoreRevocableToken, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AsyncHttpClient as _, Nonce, RefreshToken, StandardErrorResponse, http, url,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::Call;
use crate::outcome::{Failure, Stage};
use crate::provider::Session;

/// The grant type of CIBA (CIBA Core §10.1).
const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// Makes the call and gives the client's own answer as JSON.
pub(crate) async fn call(session: &Session, call: &Call) -> Result<Value, Failure> {
    match call {
        Call::DeviceToken => device_token(session).await,
        Call::CibaStatus { auth_req_id } => ciba_status(session, auth_req_id).await,
        Call::ValidateIdToken {
            id_token,
            access_token,
        } => validate(session, id_token, access_token.as_deref()),
        Call::Introspect { token } => introspect(session, token).await,
        Call::Refresh { token } => refresh(session, token).await,
        Call::Revoke { token } => revoke(session, token).await,
    }
}

fn shown(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::of(Stage::Call, "Serialize", &error))
}

async fn device_token(session: &Session) -> Result<Value, Failure> {
    let mut request = session.client.exchange_client_credentials();
    for (name, value) in session.proof()? {
        request = request.add_extra_param(name, value);
    }
    shown(
        &request
            .request_async(&session.transport)
            .await
            .map_err(Failure::requested)?,
    )
}

/// The crate has no such grant: the form is written here, and its own types read the answer.
async fn ciba_status(session: &Session, auth_req_id: &str) -> Result<Value, Failure> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", CIBA);
    form.append_pair("auth_req_id", auth_req_id);
    form.append_pair("client_id", session.client_id());
    form.extend_pairs(session.proof()?);
    let request = http::Request::post(session.token_endpoint.as_str())
        .header(http::header::ACCEPT, "application/json")
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.finish().into_bytes())
        .map_err(|error| Failure::of(Stage::Call, "Request", &error))?;
    let answer = session.transport.call(request).await;
    let answer = answer.map_err(|error| Failure::of(Stage::Call, "Request", &error))?;
    let parse = |error: serde_json::Error| Failure::of(Stage::Call, "Parse", &error);
    if answer.status() == http::StatusCode::OK {
        let tokens: CoreTokenResponse = serde_json::from_slice(answer.body()).map_err(parse)?;
        return shown(&tokens);
    }
    let refusal: StandardErrorResponse<CoreErrorResponseType> =
        serde_json::from_slice(answer.body()).map_err(parse)?;
    Err(Failure::answered(&refusal))
}

/// OpenID Connect Core §3.1.3.7 as the crate does it. A nonce belongs to redirects, so that there is none.
fn validate(session: &Session, id_token: &str, access_token: Option<&str>) -> Result<Value, Failure> {
    let failed =
        |kind| move |error: &(dyn std::error::Error + 'static)| Failure::of(Stage::Call, kind, error);
    let id_token: CoreIdToken = id_token.parse().map_err(|error| failed("Parse")(&error))?;
    let verifier = session.client.id_token_verifier();
    let claims = id_token
        .claims(&verifier, |nonce: Option<&Nonce>| {
            nonce.map_or(Ok(()), |_| Err("there is a nonce that nobody sent".to_owned()))
        })
        .map_err(|error| failed("ClaimsVerificationError")(&error))?;
    let same = access_token
        .map(|token| hash(&id_token, &verifier, token))
        .transpose()?;
    let same = same.map(|hash| claims.access_token_hash() == Some(&hash));
    Ok(json!({ "claims": shown(claims)?, "at_hash_matches": same }))
}

/// The `at_hash` of an access token (OpenID Connect Core §3.1.3.6).
fn hash(
    id_token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    token: &str,
) -> Result<AccessTokenHash, Failure> {
    let failed =
        |error: &(dyn std::error::Error + 'static)| Failure::of(Stage::Call, "AccessTokenHash", error);
    let algorithm = id_token.signing_alg().map_err(|error| failed(&error))?;
    let key = id_token.signing_key(verifier).map_err(|error| failed(&error))?;
    AccessTokenHash::from_token(&AccessToken::new(token.to_owned()), algorithm, key)
        .map_err(|error| failed(&error))
}

async fn introspect(session: &Session, token: &str) -> Result<Value, Failure> {
    let token = AccessToken::new(token.to_owned());
    let mut request = session.client.introspect(&token);
    for (name, value) in session.proof()? {
        request = request.add_extra_param(name, value);
    }
    shown(
        &request
            .request_async(&session.transport)
            .await
            .map_err(Failure::requested)?,
    )
}

async fn refresh(session: &Session, token: &str) -> Result<Value, Failure> {
    let token = RefreshToken::new(token.to_owned());
    let mut request = session.client.exchange_refresh_token(&token);
    for (name, value) in session.proof()? {
        request = request.add_extra_param(name, value);
    }
    shown(
        &request
            .request_async(&session.transport)
            .await
            .map_err(Failure::requested)?,
    )
}

async fn revoke(session: &Session, token: &str) -> Result<Value, Failure> {
    let token = CoreRevocableToken::RefreshToken(RefreshToken::new(token.to_owned()));
    let request = session.client.revoke_token(token);
    let mut request = request.map_err(|error| Failure::of(Stage::Call, "ConfigurationError", &error))?;
    for (name, value) in session.proof()? {
        request = request.add_extra_param(name, value);
    }
    request
        .request_async(&session.transport)
        .await
        .map_err(Failure::requested)?;
    Ok(Value::Null)
}

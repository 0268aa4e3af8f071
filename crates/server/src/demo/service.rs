//! The service's side of CIBA, over plain HTTP. Its signatures are made by `countersign-device -o SIGN`, so the private
//! key stays where the machine keeps it.

use super::Told;
use super::stage::Stage;
use countersign_core::entropy::Entropy;
use countersign_core::time::Clock;
use countersign_jose::{Algorithm, JwkSet, PublicKey, UnverifiedJws, base64url};
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use serde_json::{Value, json};
use std::time::Duration;

/// Whether a URL answers 200.
pub(super) async fn answers(url: &str) -> bool {
    match client() {
        Ok(client) => client
            .get(url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success()),
        Err(_) => false,
    }
}

pub(super) fn client() -> Told<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .map_err(|error| format!("no HTTP client can be made: {error}"))
}

/// The service: a machine that registered.
pub(super) struct Service {
    http: reqwest::Client,
    issuer: String,
    /// Its client id.
    pub(super) client_id: String,
    folders: [String; 4],
}

/// An answer: status and JSON.
pub(super) type Answer = (u16, Value);

impl Service {
    pub(super) fn new(host: &str, client_id: String, keys: &str, config: &str) -> Told<Self> {
        let folders = ["-kd", keys, "-cd", config].map(str::to_owned);
        Ok(Self {
            http: client()?,
            issuer: format!("{host}/oidc"),
            client_id,
            folders,
        })
    }

    /// Signs a JWT with the machine's own program (RFC 7515 §5.1).
    fn sign(&self, stage: &Stage, further: &Value) -> Told<String> {
        let now = crate::system::SystemClock.now().unix();
        let entropy: &dyn Entropy = &crate::system::SystemEntropy;
        let jti = entropy.bytes::<16>();
        let mut claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.issuer,
            "jti": base64url::encode(&jti), "iat": now, "nbf": now, "exp": now + 300,
        });
        if let (Some(claims), Some(further)) = (claims.as_object_mut(), further.as_object()) {
            claims.extend(further.clone());
        }
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let input = format!(
            "{}.{}",
            part(&json!({ "alg": "RS256", "typ": "JWT" })),
            part(&claims)
        );
        let mut arguments = vec!["-o", "SIGN", "-m", &input];
        arguments.extend(self.folders.iter().map(String::as_str));
        let signature = stage.run_unseen("countersign-device", &arguments)?;
        Ok(format!("{input}.{signature}"))
    }

    /// Posts a form with `private_key_jwt` (RFC 7523 §2.2).
    async fn post(&self, stage: &Stage, path: &str, fields: &[(&str, &str)]) -> Told<Answer> {
        let assertion = self.sign(stage, &json!({}))?;
        let mut form = vec![
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        form.extend(fields);
        let answer = self
            .http
            .post(format!("{}{path}", self.issuer))
            .form(&form)
            .send()
            .await;
        read(answer).await
    }

    /// Gets the machine's own token with its own program (onesid.md §5.1).
    pub(super) fn token(&self, stage: &mut Stage) -> Told<String> {
        let mut arguments = vec!["-o", "GET_ACCESS_TOKEN"];
        arguments.extend(self.folders.iter().map(String::as_str));
        let answer = stage.run_json("countersign-device", &arguments)?;
        let token = answer.get("access_token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| "the machine got no token".to_owned())
    }

    /// Posts JSON with the machine's own token.
    pub(super) async fn post_json(&self, token: &str, path: &str, body: Option<&Value>) -> Told<Answer> {
        let request = self
            .http
            .post(format!("{}{path}", self.issuer))
            .bearer_auth(token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        read(request.send().await).await
    }

    /// Reads with the machine's own token.
    pub(super) async fn get(&self, token: &str, path: &str) -> Told<Answer> {
        read(
            self.http
                .get(format!("{}{path}", self.issuer))
                .bearer_auth(token)
                .send()
                .await,
        )
        .await
    }

    /// Asks for a sign-in (CIBA Core §7).
    pub(super) async fn ask(&self, stage: &Stage, parameters: &Value) -> Told<Answer> {
        let request = self.sign(stage, parameters)?;
        self.post(stage, "/backchannel", &[("request", &request)]).await
    }

    /// Polls once (CIBA Core §10.1).
    pub(super) async fn poll(&self, stage: &Stage, auth_req_id: &str) -> Told<Answer> {
        let grant = ("grant_type", countersign_protocol::ciba::GRANT_TYPE);
        self.post(stage, "/token", &[grant, ("auth_req_id", auth_req_id)])
            .await
    }

    /// Refreshes (RFC 6749 §6).
    pub(super) async fn refresh(&self, stage: &Stage, refresh_token: &str) -> Told<Answer> {
        self.post(
            stage,
            "/token",
            &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
        )
        .await
    }

    /// Introspects (RFC 7662).
    pub(super) async fn introspect(&self, stage: &Stage, token: &str) -> Told<Answer> {
        self.post(stage, "/token/introspection", &[("token", token)])
            .await
    }

    /// Validates an ID token as OpenID Connect Core §3.1.3.7 asks: the signature by the published key that its `kid`
    /// names, then issuer, audience and time.
    pub(super) async fn validate(&self, id_token: &str) -> Told<Value> {
        let (status, keys) = read(self.http.get(format!("{}/jwks", self.issuer)).send().await).await?;
        if status != 200 {
            return Err(format!("the key set answered {status}"));
        }
        verified(&keys, id_token, Algorithm::Rs256, &self.issuer, &self.client_id)
    }
}

/// The claims of a token, if a key of a published set signed it for us and it is still good.
pub(super) fn verified(
    keys: &Value,
    token: &str,
    algorithm: Algorithm,
    issuer: &str,
    audience: &str,
) -> Told<Value> {
    let keys = JwkSet::parse(keys).map_err(|error| format!("the key set cannot be read: {error}"))?;
    let jws = UnverifiedJws::parse(token).map_err(|error| format!("the token cannot be read: {error}"))?;
    let key = jws
        .header()
        .kid()
        .and_then(|kid| keys.find(kid))
        .ok_or("the token's kid is not in the key set")?;
    let key = PublicKey::from_jwk(key).map_err(|error| format!("the key cannot be used: {error}"))?;
    let verified = jws
        .verify(&key, algorithm)
        .map_err(|error| format!("the signature does not hold: {error}"))?;
    let claims: Value = verified
        .claims()
        .map_err(|error| format!("the claims cannot be read: {error}"))?;
    let now = crate::system::SystemClock.now().unix();
    let holds = |member: &str, value: &str| claims.get(member).and_then(Value::as_str) == Some(value);
    let in_time = claims
        .get("exp")
        .and_then(Value::as_i64)
        .is_some_and(|exp| now < exp);
    if holds("iss", issuer) && holds("aud", audience) && in_time {
        Ok(claims)
    } else {
        Err("issuer, audience or time of the token are wrong".to_owned())
    }
}

pub(super) async fn read(answer: reqwest::Result<reqwest::Response>) -> Told<Answer> {
    let answer = answer.map_err(|error| format!("the provider does not answer: {error}"))?;
    let status = answer.status().as_u16();
    let body = answer
        .json()
        .await
        .map_err(|error| format!("the provider did not answer JSON: {error}"))?;
    Ok((status, body))
}

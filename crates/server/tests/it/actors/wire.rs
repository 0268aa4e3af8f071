//! Plain HTTP: what a service, a phone's app or an operator's tool sends by itself.

use countersign_core::time::Timestamp;
use countersign_jose::{JwkSet, PublicKey, UnverifiedJws};
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use countersign_testkit::Party;
use reqwest::redirect;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The grant type of CIBA (CIBA Core §10.1).
pub(crate) const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// Published clients give up after 3 s (onesid.md §15); a debug build beside other tests gets more.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The time, by which tokens are signed and judged.
#[expect(
    clippy::disallowed_methods,
    reason = "the server is another process with the clock of this machine"
)]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// An HTTP client that follows nothing, asks no proxy and keeps no connection, which a killed server would have cut.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .tls_certs_only([])
        .build()
        .unwrap()
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// Sends a request and reads its JSON; an empty body is `null`.
    pub(crate) async fn to(request: reqwest::RequestBuilder) -> Self {
        let answer = request.timeout(TIMEOUT).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{status} without JSON ({error}): {text}"))
        };
        Self { status, body }
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub(crate) fn succeeds(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Asserts status and code of a refusal, and that it has a description (onesid.md C10).
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.body["error"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(
            self.body["error_description"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{}",
            self.body
        );
    }
}

/// Who calls: a client with its key.
pub(crate) struct Caller {
    /// The client and its key.
    pub(crate) party: Party,
    /// The base URL of the provider.
    pub(crate) host: String,
    /// The connections.
    pub(crate) http: reqwest::Client,
}

impl Caller {
    /// A client of a provider.
    pub(crate) fn new(party: Party, host: &str) -> Self {
        Self {
            party,
            host: host.to_owned(),
            http: client(),
        }
    }

    /// `{host}/oidc`.
    pub(crate) fn issuer(&self) -> String {
        format!("{}/oidc", self.host)
    }

    /// The fields of `private_key_jwt` with a new assertion (onesid.md §4).
    pub(crate) fn proof(&self) -> [(&'static str, String); 3] {
        [
            ("client_id", self.party.client_id.clone()),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE.to_owned()),
            ("client_assertion", self.party.assertion(&self.issuer(), now())),
        ]
    }

    /// Posts a form with a new assertion to a path under the issuer.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let proof = self.proof();
        let mut form: Vec<(&str, &str)> = proof
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        form.extend_from_slice(fields);
        Answer::to(self.http.post(format!("{}{path}", self.issuer())).form(&form)).await
    }

    /// The client's own access token (onesid.md §5.1).
    pub(crate) async fn token(&self) -> String {
        let answer = self
            .post("/token", &[("grant_type", "client_credentials")])
            .await
            .succeeds(200);
        text(&answer, "access_token")
    }

    /// Asks for something at the root of the host with a bearer token.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        Answer::to(self.http.get(format!("{}{path}", self.host)).bearer_auth(token)).await
    }

    /// Posts JSON at the root of the host with a bearer token.
    pub(crate) async fn post_json(&self, path: &str, token: &str, body: &Value) -> Answer {
        Answer::to(
            self.http
                .post(format!("{}{path}", self.host))
                .bearer_auth(token)
                .json(body),
        )
        .await
    }

    /// Asks a person to sign in (onesid.md §6.1).
    pub(crate) async fn ask(&self, username: &str, further: &Value) -> Answer {
        let mut parameters = json!({ "scope": "openid offline_access profile", "login_hint": username, "binding_message": "W4SCT" });
        parameters
            .as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        self.ask_with(&parameters).await
    }

    /// Asks with exactly these parameters in the signed request.
    pub(crate) async fn ask_with(&self, parameters: &Value) -> Answer {
        let request = self.party.request_object(&self.issuer(), now(), parameters);
        self.post("/backchannel", &[("request", &request)]).await
    }

    /// Asks and gives the `auth_req_id`.
    pub(crate) async fn asked(&self, username: &str) -> String {
        text(&self.ask(username, &json!({})).await.succeeds(200), "auth_req_id")
    }

    /// Polls once (onesid.md §5.2).
    pub(crate) async fn poll(&self, auth_req_id: &str) -> Answer {
        self.post("/token", &[("grant_type", CIBA), ("auth_req_id", auth_req_id)])
            .await
    }

    /// Refreshes (onesid.md §5.3).
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.post(
            "/token",
            &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
        )
        .await
    }

    /// Introspects (onesid.md §8).
    pub(crate) async fn introspect(&self, token: &str) -> Value {
        self.post("/token/introspection", &[("token", token)])
            .await
            .succeeds(200)
    }

    /// Whether a token lives.
    pub(crate) async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await["active"].as_bool().unwrap()
    }

    /// Validates an ID token by the published keys (OpenID Connect Core §3.1.3.7) and gives its claims.
    pub(crate) async fn validate_id_token(&self, token: &str) -> Value {
        let keys = Answer::to(self.http.get(format!("{}/jwks", self.issuer())))
            .await
            .succeeds(200);
        let keys = JwkSet::parse(&keys).unwrap();
        let jws = UnverifiedJws::parse(token).unwrap();
        let key = PublicKey::from_jwk(keys.find(jws.header().kid().unwrap()).unwrap()).unwrap();
        let claims: Value = jws
            .verify(&key, key.natural_algorithm())
            .unwrap()
            .claims()
            .unwrap();
        assert_eq!(claims["iss"], self.issuer());
        assert_eq!(claims["aud"], self.party.client_id);
        assert!(claims["exp"].as_i64().unwrap() > now().unix());
        claims
    }
}

/// A member that is a text.
#[track_caller]
pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("there is no text {member} in {value}"))
        .to_owned()
}

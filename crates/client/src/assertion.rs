//! What the client signs: proof that it is itself, and what it asks for.

use countersign_jose::{MAX_COMPACT_LEN, base64url};
use countersign_protocol::ciba::OneOrMany;
use countersign_protocol::token::JwtClaims;
use serde::Serialize;

use crate::client::OpenIdconnectClient;
use crate::entropy;
use crate::error::ClientError;

/// How long a signed statement is good for, in seconds (onesid.md §4).
const LIFETIME: i64 = 300;

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl OpenIdconnectClient {
    /// A client assertion for `private_key_jwt` (RFC 7523 §3). Its audience is the issuer, which every endpoint of a
    /// provider takes and no other provider does.
    pub(crate) async fn client_assertion(&self) -> Result<String, ClientError> {
        self.sign_claims(&self.fresh_claims()?).await
    }

    /// `iss`, `sub`, `aud`, `jti` and the times of one statement: every one has a `jti` of its own.
    pub(crate) fn fresh_claims(&self) -> Result<JwtClaims, ClientError> {
        let configuration = self.configuration();
        let (now, client_id) = (configuration.clock.now().as_second(), self.client_id().as_str());
        Ok(JwtClaims {
            iss: Some(client_id.to_owned()),
            sub: Some(client_id.to_owned()),
            aud: Some(OneOrMany::One(self.issuer_url().as_str().to_owned())),
            jti: Some(entropy::uuid(&*configuration.entropy)?.to_string()),
            iat: Some(now),
            nbf: Some(now),
            exp: Some(now.saturating_add(LIFETIME)),
        })
    }

    /// Signs claims as a compact JWS (RFC 7515 §5.1) with `typ: JWT`.
    pub(crate) async fn sign_claims(&self, claims: &impl Serialize) -> Result<String, ClientError> {
        let signer = self.signer();
        let header = Header {
            typ: "JWT",
            alg: signer.algorithm().name(),
            kid: signer.key_id(),
        };
        let mut token = format!("{}.{}", encode(&header)?, encode(claims)?);
        let signature = signer.sign(token.as_bytes()).await?;
        token.push('.');
        token.push_str(&base64url::encode(&signature));
        if token.len() > MAX_COMPACT_LEN {
            return Err(ClientError::Misuse("what is to be signed is too long"));
        }
        Ok(token)
    }
}

fn encode(value: &impl Serialize) -> Result<String, ClientError> {
    serde_json::to_vec(value)
        .map(|text| base64url::encode(&text))
        .map_err(|_| ClientError::Misuse("what is to be signed cannot be written as JSON"))
}

//! Tokens that carry their own proof.

use countersign_jose::{Algorithm, UnverifiedJws, base64url, hash};
use countersign_protocol::ScopeList;
use countersign_protocol::ciba::OneOrMany;
use countersign_protocol::token::SubjectType;
use serde_json::{Map, Value};

use super::claims::Claims;
use super::{TokenError, TokenKind, ValidatedToken, time};
use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::secret::{AccessToken, IdToken};

/// What the provider names as `resource` when it calls in its own name (onesid.md §7).
const PROVIDER_ITSELF: &str = "idp-server";

/// A token with the provider's signature, in time and from our provider; whether it is for us is not asked yet.
struct Authentic {
    kind: TokenKind,
    algorithm: Algorithm,
    claims: Claims,
    all: Map<String, Value>,
}

impl OpenIdconnectClient {
    pub(super) async fn validate_jwt(&self, token: &str) -> Result<ValidatedToken, ClientError> {
        let token = self.authenticate(token).await?;
        match token.kind {
            TokenKind::IdToken => self.id_token(token),
            _ => self.access_token(token),
        }
    }

    pub(super) async fn validate_id_token_with(
        &self,
        id_token: &IdToken,
        access_token: &AccessToken,
    ) -> Result<ValidatedToken, ClientError> {
        let token = self.authenticate(id_token).await?;
        if token.kind != TokenKind::IdToken {
            return Err(TokenError::Type.into());
        }
        if let Some(at_hash) = &token.claims.at_hash
            && *at_hash != half_hash(token.algorithm, access_token.secret())
        {
            return Err(TokenError::AccessTokenHash.into());
        }
        self.id_token(token)
    }

    /// Kind, key, signature, issuer, time: what holds for every JWT.
    async fn authenticate(&self, token: &str) -> Result<Authentic, ClientError> {
        let unverified = UnverifiedJws::parse(token).map_err(TokenError::from)?;
        let kind = kind_of(unverified.header().typ())?;
        let (key, algorithm) = self.key_for(unverified.header()).await?;
        let verified = unverified.verify(&key, algorithm).map_err(TokenError::from)?;
        let claims: Claims = verified.claims().map_err(TokenError::from)?;
        if claims.iss != self.issuer_url().as_str() {
            return Err(TokenError::Issuer.into());
        }
        let configuration = self.configuration();
        let (now, leeway) = (configuration.clock.now(), configuration.leeway);
        time::check(Some(claims.exp), claims.nbf, Some(claims.iat), now, leeway)?;
        Ok(Authentic {
            kind,
            algorithm,
            claims,
            all: verified.claims().map_err(TokenError::from)?,
        })
    }

    /// OpenID Connect Core §3.1.3.7: for us, and issued to us.
    fn id_token(&self, token: Authentic) -> Result<ValidatedToken, ClientError> {
        let us = self.client_id().as_str();
        let audience = audience(token.claims.aud.as_ref());
        if !audience.iter().any(|aud| aud == us) {
            return Err(TokenError::Audience.into());
        }
        let issued_to_us = match &token.claims.azp {
            Some(azp) => azp == us,
            None => audience.len() == 1,
        };
        if !issued_to_us {
            return Err(TokenError::AuthorizedParty.into());
        }
        Ok(validated(token, TokenKind::IdToken, SubjectType::User, audience))
    }

    /// RFC 9068 §4, with the provider's own calls of onesid.md §7.
    fn access_token(&self, token: Authentic) -> Result<ValidatedToken, ClientError> {
        let audience = audience(token.claims.aud.as_ref());
        if !audience.iter().any(|aud| self.is_us(aud)) {
            return Err(TokenError::Audience.into());
        }
        let resource = token.claims.resource.as_ref();
        if resource.is_some_and(|resource| resource.contains(PROVIDER_ITSELF)) {
            let scope = token.claims.scope.as_deref().unwrap_or_default();
            let permitted = &self.configuration().service_scopes;
            if !permitted.iter().any(|permitted| permitted == scope) {
                return Err(TokenError::ServiceScope.into());
            }
            return Ok(validated(
                token,
                TokenKind::ServiceToken,
                SubjectType::Device,
                audience,
            ));
        }
        // RFC 9068 §2.2: a client that acts for itself is its own subject.
        let for_itself = token.claims.client_id.as_deref() == Some(token.claims.sub.as_str());
        let entity = if for_itself {
            SubjectType::Device
        } else {
            SubjectType::User
        };
        Ok(validated(token, TokenKind::JwtAccessToken, entity, audience))
    }

    /// Whether an audience is this client, or a resource that it answers for.
    pub(super) fn is_us(&self, audience: &str) -> bool {
        let audiences = &self.configuration().audiences;
        audience == self.client_id().as_str() || audiences.iter().any(|ours| ours == audience)
    }
}

/// RFC 9068 §2.1 and RFC 7519 §5.1, where `application/` may be left out and case does not count.
fn kind_of(typ: Option<&str>) -> Result<TokenKind, TokenError> {
    let typ = typ.unwrap_or("JWT").to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "jwt" => Ok(TokenKind::IdToken),
        "at+jwt" => Ok(TokenKind::JwtAccessToken),
        _ => Err(TokenError::Type),
    }
}

fn audience(aud: Option<&OneOrMany>) -> Vec<String> {
    aud.map(|aud| aud.iter().map(str::to_owned).collect())
        .unwrap_or_default()
}

fn validated(
    token: Authentic,
    kind: TokenKind,
    entity: SubjectType,
    audience: Vec<String>,
) -> ValidatedToken {
    let claims = token.claims;
    ValidatedToken {
        kind,
        entity,
        subject: claims.sub,
        username: claims.username.or(claims.preferred_username),
        client_id: claims.client_id.or(claims.azp),
        scope: ScopeList::parse(claims.scope.as_deref().unwrap_or_default()).unwrap_or_default(),
        audience,
        issued_at: Some(claims.iat),
        expires_at: Some(claims.exp),
        idp_role: claims.idp_role,
        acr: claims.acr,
        amr: claims.amr.unwrap_or_default(),
        auth_time: claims.auth_time,
        claims: token.all,
    }
}

/// OpenID Connect Core §3.1.3.6: the left half of the hash that belongs to the algorithm of the ID token.
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let token = token.as_bytes();
    let digest = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => hash::sha256(token).to_vec(),
        Algorithm::Es384 => hash::sha384(token).to_vec(),
        Algorithm::Es512 | Algorithm::EdDsa => hash::sha512(token).to_vec(),
    };
    base64url::encode(digest.get(..digest.len() / 2).unwrap_or_default())
}

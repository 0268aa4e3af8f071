//! Tokens that only the provider can read.

use countersign_protocol::ScopeList;
use countersign_protocol::token::{IdentifyAnswer, SubjectType};
use reqwest::StatusCode;
use serde_json::Map;

use super::{TokenError, TokenKind, ValidatedToken, time};
use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::introspection::Introspection;

impl OpenIdconnectClient {
    /// Introspection says whether the token is alive and for whom, identification whom it speaks for (onesid.md §8).
    pub(super) async fn validate_opaque(&self, token: &str) -> Result<ValidatedToken, ClientError> {
        let introspection = self.introspect(token).await?;
        self.check_introspection(&introspection)?;
        let bearer = self.bearer_of(token, &introspection).await?;
        if let (Some(sub), Some(bearer)) = (&introspection.sub, &bearer)
            && (bearer.subject_type != SubjectType::User || *sub != bearer.subject)
        {
            return Err(TokenError::Contradiction.into());
        }
        let kind = match (&introspection.sub, &bearer) {
            (Some(_), _) => TokenKind::UserAccessToken,
            (None, Some(bearer)) if bearer.subject_type == SubjectType::User => TokenKind::PhoneAccessToken,
            (None, _) => TokenKind::DeviceAccessToken,
        };
        validated(kind, introspection, bearer)
    }

    /// RFC 7662 §4: alive, an access token, from our provider, for us, in time.
    fn check_introspection(&self, answer: &Introspection) -> Result<(), TokenError> {
        if !answer.active {
            return Err(TokenError::Inactive);
        }
        // A refresh token is alive as well, and must open nothing.
        let token_type = answer.token_type.as_deref().unwrap_or("Bearer");
        if !token_type.eq_ignore_ascii_case("Bearer") {
            return Err(TokenError::NotAnAccessToken);
        }
        let issuer = self.issuer_url().as_str();
        if answer.iss.as_deref().is_some_and(|iss| iss != issuer) {
            return Err(TokenError::Issuer);
        }
        if let Some(aud) = &answer.aud
            && !aud.iter().any(|aud| self.is_us(aud))
        {
            return Err(TokenError::Audience);
        }
        let configuration = self.configuration();
        let (now, leeway) = (configuration.clock.now(), configuration.leeway);
        time::check(answer.exp, answer.nbf, answer.iat, now, leeway)
    }

    /// Asked only for what introspection did not say. A provider without this endpoint (it is not a standard one) has to
    /// say at least who the person is.
    async fn bearer_of(
        &self,
        token: &str,
        introspection: &Introspection,
    ) -> Result<Option<IdentifyAnswer>, ClientError> {
        if introspection.sub.is_some() && introspection.username.is_some() {
            return Ok(None);
        }
        match self.identify(token).await {
            Ok(bearer) => Ok(Some(bearer)),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) && introspection.sub.is_some() => {
                Ok(None)
            }
            // Alive a moment ago, and refused now: it ended in between.
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                Err(TokenError::Inactive.into())
            }
            Err(error) => Err(error),
        }
    }
}

fn validated(
    kind: TokenKind,
    introspection: Introspection,
    bearer: Option<IdentifyAnswer>,
) -> Result<ValidatedToken, ClientError> {
    let (subject, username) = match bearer {
        Some(bearer) => (Some(bearer.subject), bearer.username),
        None => (None, None),
    };
    let entity = match kind {
        TokenKind::DeviceAccessToken => SubjectType::Device,
        _ => SubjectType::User,
    };
    Ok(ValidatedToken {
        kind,
        entity,
        subject: introspection.sub.or(subject).ok_or(TokenError::Contradiction)?,
        username: introspection.username.or(username),
        client_id: introspection.client_id,
        scope: ScopeList::parse(introspection.scope.as_deref().unwrap_or_default()).unwrap_or_default(),
        audience: introspection
            .aud
            .map(|aud| aud.iter().map(str::to_owned).collect())
            .unwrap_or_default(),
        issued_at: introspection.iat,
        expires_at: introspection.exp,
        idp_role: introspection.idp_role,
        acr: None,
        amr: Vec::new(),
        auth_time: None,
        claims: Map::new(),
    })
}

//! The credential of a service, `serviceVds` (X.1280 profile §1, §7).

use super::Service;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::keys::{KeyPurpose, need};
use crate::provider::Provider;
use crate::x1280::ServiceId;
use crate::x1280::trust::{AnchorUsage, verified};
use countersign_jose::Algorithm;
use countersign_protocol::ErrorCode;
use countersign_vds::{Content, ServiceClaims};

/// Issues the credential of a service; `iat` and `exp` are its `vds_issued_at` and `vds_expires_at`.
///
/// # Errors
/// The store or the library fails.
pub(super) async fn issue(provider: &Provider, service: &Service) -> Outcome<String> {
    let key = need::signer(provider, KeyPurpose::Credential, Algorithm::Es256).await?;
    let words = service.allowed_scopes.iter().map(ToString::to_string);
    let claims = ServiceClaims {
        name: Some(service.name.clone()),
        url: service.origins.first().map(|origin| origin.as_str().to_owned()),
        logo_url: service.logo_url.clone(),
        scopes: words.collect(),
        audience: Some(service.audience.clone()),
        ..ServiceClaims::new(service.id.as_str())
    };
    let text = countersign_vds::issue(
        &Content::Service(claims),
        provider.host.as_str(),
        service.vds_issued_at.unix(),
        Some(service.vds_expires_at.unix()),
        key.kid.as_bytes(),
        &key.private,
    );
    Ok(text.map_err(|error| Fault::new("the credential of a service cannot be issued").with_source(error))?)
}

/// The service that shows its credential, disabled or not.
///
/// # Errors
/// `invalid_service`: the credential is none, is not trusted, has ended or was replaced, or its service is unknown.
pub async fn verify_vds(provider: &Provider, text: &str) -> Outcome<Service> {
    let trusted = verified(provider, text, AnchorUsage::Service)
        .await
        .map_err(as_invalid_service)?;
    let Content::Service(claims) = trusted.vds.content() else {
        return Err(invalid("serviceVds is not the credential of a service").into());
    };
    let id = ServiceId::parse(&claims.service_id).ok_or_else(unknown)?;
    let service = provider
        .store
        .read(move |tx| Ok(tx.services().by_id(&id)?))
        .await?;
    let service = service.ok_or_else(unknown)?;
    // A rotation ends what we issued before. Credentials of other issuers end by their own time alone.
    if trusted.ours && trusted.vds.issued_at() != Some(service.vds_issued_at.unix()) {
        return Err(invalid("serviceVds was replaced by a newer one; use that").into());
    }
    Ok(service)
}

fn as_invalid_service(failure: Failure) -> Failure {
    match failure {
        Failure::Refusal(refusal) => invalid(refusal.description).into(),
        fault @ Failure::Fault(_) => fault,
    }
}

fn unknown() -> Refusal {
    invalid("serviceVds names a service that is not known here")
}

fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidService, description)
}

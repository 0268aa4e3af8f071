//! A service as operators write and read it over HTTP (X.1280 profile §7).

use super::{AddedService, NewService, ResponseKey, Rotated, Rotation, Service, WebOrigin};
use crate::failure::Refusal;
use crate::time::Timestamp;
use crate::x1280::lifetime::Lifetime;
use countersign_protocol::x1280::{
    RotationPart, ServiceHandover, ServiceRequest, ServiceStatus, StoredService,
};

impl TryFrom<ServiceRequest> for NewService {
    type Error = Refusal;

    fn try_from(request: ServiceRequest) -> Result<Self, Refusal> {
        let lifetime = request.expires.as_deref().map(Lifetime::parse).transpose()?;
        Ok(Self {
            name: request.name,
            logo_url: request.logo_url,
            privacy_url: request.privacy_url,
            allowed_scopes: request.allowed_scopes,
            default_scopes: request.default_scopes,
            origins: request.origins,
            audience: request.audience,
            claim_style: request.claim_style,
            consent_required: request.consent_required,
            jwks: request.jwks,
            lifetime: lifetime.unwrap_or_default(),
        })
    }
}

impl From<Option<RotationPart>> for Rotation {
    fn from(only: Option<RotationPart>) -> Self {
        match only {
            None => Self::Both,
            Some(RotationPart::Credential) => Self::Credential,
            Some(RotationPart::ResponseKey) => Self::ResponseKey,
        }
    }
}

impl From<AddedService> for ServiceHandover {
    fn from(added: AddedService) -> Self {
        Rotated {
            service: added.service,
            service_vds: Some(added.service_vds),
            response_key: Some(added.response_key),
        }
        .into()
    }
}

impl From<Rotated> for ServiceHandover {
    fn from(rotated: Rotated) -> Self {
        let service = rotated.service;
        let expires_at = rotated
            .service_vds
            .is_some()
            .then(|| service.vds_expires_at.rfc3339());
        Self {
            service_id: service.id.to_string(),
            service_vds: rotated.service_vds,
            service_vds_expires_at: expires_at,
            response_key: rotated.response_key.as_ref().map(revealed),
        }
    }
}

fn revealed(key: &ResponseKey) -> String {
    key.reveal().as_str().to_owned()
}

impl From<Service> for StoredService {
    fn from(service: Service) -> Self {
        Self {
            service_id: service.id.to_string(),
            name: service.name,
            status: match service.disabled_at {
                None => ServiceStatus::Enabled,
                Some(_) => ServiceStatus::Disabled,
            },
            audience: service.audience,
            allowed_scopes: service.allowed_scopes,
            default_scopes: service.default_scopes,
            origins: service.origins.iter().map(origin).collect(),
            claim_style: service.claim_style,
            consent_required: service.consent_required,
            logo_url: service.logo_url,
            privacy_url: service.privacy_url,
            service_vds_issued_at: service.vds_issued_at.rfc3339(),
            service_vds_expires_at: service.vds_expires_at.rfc3339(),
            created_at: service.created_at.rfc3339(),
            disabled_at: service.disabled_at.map(Timestamp::rfc3339),
        }
    }
}

fn origin(origin: &WebOrigin) -> String {
    origin.as_str().to_owned()
}

//! An application as operators write and read it over HTTP (onesid.md §9).

use super::add::NewApplication;
use super::{Application, ApplicationType};
use crate::failure::{Fault, Refusal};
use crate::id::DeviceId;
use crate::store::Reading;
use countersign_protocol::application::{
    ApplicationDevice, ApplicationMetadata, ApplicationRequest, StoredApplication,
};

impl TryFrom<ApplicationRequest> for NewApplication {
    type Error = Refusal;

    fn try_from(request: ApplicationRequest) -> Result<Self, Refusal> {
        let kind = ApplicationType::parse(&request.kind).ok_or_else(unknown_type)?;
        let device = request.device.unwrap_or_default();
        let metadata = request.metadata;
        Ok(Self {
            name: request.name,
            kind,
            hostname: metadata.hostname,
            client_identifier: metadata.client_identifier,
            description: metadata.description,
            client_id: device.client_id,
            device_id: device.id.map(DeviceId),
            verification_mode: metadata.verification_mode,
            is_hidden: metadata.is_hidden,
            is_dependent: metadata.is_dependent,
            is_enabled: request.is_enabled,
        })
    }
}

fn unknown_type() -> Refusal {
    let words = ApplicationType::ALL.map(ApplicationType::as_str).join(", ");
    Refusal::invalid_request(format!("type must be one of {words}"))
}

/// The application with both names of its device.
pub(super) fn stored(tx: &dyn Reading, application: Application) -> Result<StoredApplication, Fault> {
    Ok(StoredApplication {
        id: application.id.0,
        created_at: application.created_at.rfc3339(),
        application: request(tx, application)?,
    })
}

/// What an operator would have to say to get this application.
pub(super) fn request(tx: &dyn Reading, application: Application) -> Result<ApplicationRequest, Fault> {
    let device = match application.client_id {
        Some(client) => Some(ApplicationDevice {
            id: tx.devices().by_client(&client)?.map(|device| device.id.0),
            client_id: Some(client.to_string()),
        }),
        None => None,
    };
    Ok(ApplicationRequest {
        name: application.name,
        kind: application.kind.as_str().to_owned(),
        metadata: ApplicationMetadata {
            hostname: application.hostname,
            is_dependent: application.is_dependent,
            client_identifier: application.client_identifier,
            description: application.description,
            is_hidden: application.is_hidden,
            verification_mode: application.verification_mode,
        },
        device,
        is_enabled: application.disabled_at.is_none(),
    })
}

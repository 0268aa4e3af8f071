//! Services.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::store::ServiceStore;
use countersign_core::x1280::service::WebOrigin;
use countersign_core::x1280::{Service, ServiceId};
use countersign_protocol::x1280::{ClaimStyle, IdentityScope};
use rusqlite::params;

impl Entity for Service {
    const TABLE: &'static str = "services";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: fields.text_as(ServiceId::parse)?,
            name: fields.text()?,
            logo_url: fields.optional_text()?,
            privacy_url: fields.optional_text()?,
            allowed_scopes: fields.text_as(scopes)?,
            default_scopes: fields.text_as(scopes)?,
            origins: Vec::new(),
            audience: fields.text()?,
            claim_style: fields.text_as(ClaimStyle::parse)?,
            consent_required: fields.flag()?,
            vds_issued_at: fields.time()?,
            vds_expires_at: fields.time()?,
            response_key_version: fields.count()?,
            created_at: fields.time()?,
            disabled_at: fields.optional_time()?,
        })
    }
}

impl Entity for WebOrigin {
    const TABLE: &'static str = "service_origins";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        fields.text_as(WebOrigin::parse)
    }
}

/// Words with a space between; a list without a word is none that anybody could have registered.
fn scopes(text: &str) -> Option<Vec<IdentityScope>> {
    text.split(' ').map(IdentityScope::parse).collect()
}

fn words(scopes: &[IdentityScope]) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

impl Tx<'_> {
    /// The origins are rows of their own, in their order.
    fn with_origins(&self, mut service: Service) -> Result<Service, Fault> {
        service.origins = self.all(sql!("x1280/service_origins"), params![service.id.as_str()])?;
        Ok(service)
    }
}

impl ServiceStore for Tx<'_> {
    fn by_id(&self, id: &ServiceId) -> Result<Option<Service>, Fault> {
        let found = self.one(sql!("x1280/service_by_id"), params![id.as_str()])?;
        found.map(|service| self.with_origins(service)).transpose()
    }

    fn list(&self) -> Result<Vec<Service>, Fault> {
        let found = self.all(sql!("x1280/service_list"), [])?;
        found
            .into_iter()
            .map(|service| self.with_origins(service))
            .collect()
    }

    fn origin_known(&self, origin: &str) -> Result<bool, Fault> {
        let known: Option<WebOrigin> = self.one(sql!("x1280/service_origin_known"), params![origin])?;
        Ok(known.is_some())
    }

    fn insert(&mut self, service: &Service) -> Result<(), Fault> {
        self.change(
            sql!("x1280/service_insert"),
            params![
                service.id.as_str(),
                service.name,
                service.logo_url,
                service.privacy_url,
                words(&service.allowed_scopes),
                words(&service.default_scopes),
                service.audience,
                service.claim_style.as_str(),
                service.consent_required,
                service.vds_issued_at.millis(),
                service.vds_expires_at.millis(),
                service.response_key_version,
                service.created_at.millis(),
            ],
        )?;
        for (position, origin) in (0_i64..).zip(&service.origins) {
            self.change(
                sql!("x1280/service_insert_origin"),
                params![service.id.as_str(), position, origin.as_str()],
            )?;
        }
        Ok(())
    }

    fn rotate(&mut self, before: &Service, after: &Service) -> Result<bool, Fault> {
        self.wins(
            sql!("x1280/service_rotate"),
            params![
                after.vds_issued_at.millis(),
                after.vds_expires_at.millis(),
                after.response_key_version,
                before.id.as_str(),
                before.vds_issued_at.millis(),
                before.response_key_version,
            ],
        )
    }
}

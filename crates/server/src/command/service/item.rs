//! A service as an operator sees it.

use crate::command::moment;
use crate::output::{BAD, Cell, GOOD, Table, plain};
use anstyle::Style;
use countersign_core::x1280::Service;
use countersign_core::x1280::service::{AddedService, ResponseKey, Rotated};
use countersign_protocol::x1280::{ClaimStyle, IdentityScope};
use serde::{Serialize, Serializer};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// What a service is handed over, shown once: `{serviceId, serviceVds, serviceVdsExpiresAt, responseKey}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HandedOver<'s> {
    service_id: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_vds: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_vds_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "revealed")]
    response_key: Option<Zeroizing<String>>,
    #[serde(skip)]
    name: &'s str,
}

#[expect(clippy::ref_option, reason = "serde hands over the field by reference")]
fn revealed<S: Serializer>(key: &Option<Zeroizing<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(|key| key.as_str()).serialize(serializer)
}

impl<'s> HandedOver<'s> {
    /// Of a new service.
    pub(super) fn added(added: &'s AddedService) -> Self {
        Self {
            service_id: added.service.id.as_str(),
            service_vds: Some(&added.service_vds),
            service_vds_expires_at: Some(moment(added.service.vds_expires_at)),
            response_key: Some(added.response_key.reveal()),
            name: &added.service.name,
        }
    }

    /// What was replaced.
    pub(super) fn rotated(rotated: &'s Rotated) -> Self {
        let vds = rotated.service_vds.as_deref();
        Self {
            service_id: rotated.service.id.as_str(),
            service_vds: vds,
            service_vds_expires_at: vds.map(|_| moment(rotated.service.vds_expires_at)),
            response_key: rotated.response_key.as_ref().map(ResponseKey::reveal),
            name: &rotated.service.name,
        }
    }

    /// For people.
    pub(super) fn describe(&self) -> String {
        let mut text = format!("{} is {}.\n\n", plain(self.name), self.service_id);
        if let (Some(vds), Some(end)) = (self.service_vds, &self.service_vds_expires_at) {
            let _infallible = write!(
                text,
                "Its credential, serviceVds of its requests, good until {end}:\n\n  {vds}\n\n"
            );
        }
        if let Some(key) = &self.response_key {
            let _infallible = write!(
                text,
                "Its response key, 32 bytes in base64url; only our answers have a hash made with it:\n\n  {}\n\n",
                key.as_str()
            );
        }
        text.push_str("Hand them to the service and to nobody else; they are not shown again.");
        text
    }
}

/// What is known of a service.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    service_id: String,
    name: String,
    status: &'static str,
    audience: String,
    allowed_scopes: Vec<IdentityScope>,
    default_scopes: Vec<IdentityScope>,
    origins: Vec<String>,
    claim_style: ClaimStyle,
    consent_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_url: Option<String>,
    service_vds_issued_at: String,
    service_vds_expires_at: String,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
}

impl From<&Service> for Item {
    fn from(service: &Service) -> Self {
        let origins = service.origins.iter().map(|origin| origin.as_str().to_owned());
        Self {
            service_id: service.id.to_string(),
            name: service.name.clone(),
            status: if service.disabled_at.is_some() {
                "disabled"
            } else {
                "enabled"
            },
            audience: service.audience.clone(),
            allowed_scopes: service.allowed_scopes.clone(),
            default_scopes: service.default_scopes.clone(),
            origins: origins.collect(),
            claim_style: service.claim_style,
            consent_required: service.consent_required,
            logo_url: service.logo_url.clone(),
            privacy_url: service.privacy_url.clone(),
            service_vds_issued_at: moment(service.vds_issued_at),
            service_vds_expires_at: moment(service.vds_expires_at),
            created_at: moment(service.created_at),
            disabled_at: service.disabled_at.map(moment),
        }
    }
}

impl Item {
    fn style(&self) -> Style {
        if self.disabled_at.is_some() { BAD } else { GOOD }
    }

    /// For people.
    pub(super) fn describe(&self) -> String {
        let style = self.style();
        let or_dash = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
        format!(
            "{style}{}{style:#}  {}\nid             {}\naudience       {}\nallowed        {}\ndefault        {}\n\
             origins        {}\nclaim style    {}\nmust consent   {}\nlogo           {}\nprivacy        {}\n\
             credential     from {} until {}\ncreated        {}",
            self.status,
            plain(&self.name),
            self.service_id,
            self.audience,
            words(&self.allowed_scopes),
            words(&self.default_scopes),
            if self.origins.is_empty() {
                "-".to_owned()
            } else {
                self.origins.join(" ")
            },
            self.claim_style.as_str(),
            if self.consent_required { "yes" } else { "no" },
            or_dash(&self.logo_url),
            or_dash(&self.privacy_url),
            self.service_vds_issued_at,
            self.service_vds_expires_at,
            self.created_at,
        )
    }
}

fn words(scopes: &[IdentityScope]) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

/// Services for people.
pub(super) fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        ["ID", "STATUS", "NAME", "AUDIENCE", "ALLOWED", "CREATED"],
        "There are no services yet; register one with `countersign service add`.",
    );
    for item in items {
        table.row([
            Cell::from(&item.service_id),
            Cell::styled(item.status, item.style()),
            Cell::from(&item.name),
            Cell::from(&item.audience),
            Cell::from(words(&item.allowed_scopes)),
            Cell::from(&item.created_at),
        ]);
    }
    table.text()
}

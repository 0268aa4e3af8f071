//! Adding an application.

use super::{Application, ApplicationType, holder, members};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::{ApplicationId, DeviceId};
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_protocol::approval::VerificationMode;

/// What an operator says of a new application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// Its name, shown to people.
    pub name: String,
    /// Its type.
    pub kind: ApplicationType,
    /// Its host name, without scheme, perhaps with a port.
    pub hostname: Option<String>,
    /// A stable name that clients look it up by.
    pub client_identifier: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// The client that holds its key.
    pub client_id: Option<String>,
    /// The device whose client holds its key; another name for the same thing as `client_id`.
    pub device_id: Option<DeviceId>,
    /// How strongly decisions are tied to its screen.
    pub verification_mode: Option<VerificationMode>,
    /// Left out of pickers.
    pub is_hidden: bool,
    /// Depends on another application.
    pub is_dependent: bool,
    /// In use from the beginning; a disabled one refuses sign-ins until somebody enables it.
    pub is_enabled: bool,
}

impl NewApplication {
    /// An enabled application with a name and a type, and nothing else.
    pub fn new(name: impl Into<String>, kind: ApplicationType) -> Self {
        Self {
            name: name.into(),
            kind,
            hostname: None,
            client_identifier: None,
            description: None,
            client_id: None,
            device_id: None,
            verification_mode: None,
            is_hidden: false,
            is_dependent: false,
            is_enabled: true,
        }
    }

    /// The application as it will be stored, but for its client, which only the store can confirm.
    ///
    /// # Errors
    /// `invalid_request`, naming what to change.
    pub(super) fn checked(&self, id: ApplicationId, now: Timestamp) -> Result<Application, Refusal> {
        let optional = |member: &Option<String>, check: fn(&str) -> Result<String, Refusal>| {
            member.as_deref().map(check).transpose()
        };
        Ok(Application {
            id,
            kind: self.kind,
            name: members::name(&self.name)?,
            hostname: optional(&self.hostname, members::hostname)?,
            client_identifier: optional(&self.client_identifier, members::client_identifier)?,
            description: optional(&self.description, members::description)?,
            client_id: None,
            verification_mode: self.verification_mode,
            is_hidden: self.is_hidden,
            is_dependent: self.is_dependent,
            created_at: now,
            disabled_at: (!self.is_enabled).then_some(now),
            removed_at: None,
        })
    }
}

/// Adds an application. `by` is a username, or `cli`.
///
/// A device of some roles becomes a bare application when it is approved (onesid.md §2). What an operator says of such
/// a device completes that one: a second beside it would leave open which of them a sign-in is for.
///
/// # Errors
/// `invalid_request`, naming what to change; `conflict`: the host name or the client identifier is taken.
pub async fn add(provider: &Provider, new: NewApplication, by: &str) -> Outcome<Application> {
    let now = provider.clock.now();
    let application = new.checked(ApplicationId::new(provider.entropy.as_ref()), now)?;
    let (by, audit) = (by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let client_id = holder::find(&*tx, new.client_id.as_deref(), new.device_id)?;
            let application = Application {
                client_id,
                ..application
            };
            let application = insert_or_complete(tx, application)?;
            let event = AuditEvent::new(
                now,
                actor(&by),
                "application.add",
                format!("application:{}", application.id),
            )
            .with("name", &application.name)
            .with("hostname", &application.hostname)
            .with("client", &application.client_id);
            chain::record(tx, &audit, event)?;
            Ok(application)
        })
        .await
}

fn insert_or_complete(tx: &mut dyn Writing, application: Application) -> Outcome<Application> {
    let bare = match &application.client_id {
        Some(client) => tx.applications().by_client(client)?.filter(Application::is_bare),
        None => None,
    };
    let (stored, application) = match bare {
        Some(bare) => {
            let complete = Application {
                id: bare.id,
                created_at: bare.created_at,
                ..application
            };
            (tx.applications_mut().update(&complete)?, complete)
        }
        None => (tx.applications_mut().insert(&application)?, application),
    };
    if stored {
        Ok(application)
    } else {
        Err(taken().into())
    }
}

pub(super) fn taken() -> Refusal {
    Refusal::conflict("another application has this host name or this client identifier")
}

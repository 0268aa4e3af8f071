//! Changing an application by a JSON merge patch (RFC 7396).

use super::add::{NewApplication, taken};
use super::list::required;
use super::{Application, holder, wire};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::store::Reading;
use crate::time::Timestamp;
use countersign_protocol::application::ApplicationRequest;
use countersign_protocol::merge_patch;
use serde_json::{Map, Value};

/// Members of the document that a patch may name; `None` stands for the document itself.
const MEMBERS: [(Option<&str>, &[&str]); 3] = [
    (None, &["name", "type", "metadata", "device", "isEnabled"]),
    (
        Some("metadata"),
        &[
            "hostname",
            "isDependent",
            "clientIdentifier",
            "description",
            "isHidden",
            "verificationMode",
        ],
    ),
    (Some("device"), &["id", "clientId"]),
];

/// Changes an application, by id, client identifier or host name: `patch` is applied to what
/// [`list::stored`](super::list::stored) tells of it, without `id` and `createdAt`. `by` is a username, or `cli`.
///
/// # Errors
/// `not_found`; `invalid_request`, naming what to change: a name that an application does not have is one of them, or
/// a slip of the pen would change nothing and say that all is well; `conflict`: the host name or the client identifier
/// is taken.
pub async fn change(
    provider: &Provider,
    text: &str,
    patch: Map<String, Value>,
    by: &str,
) -> Outcome<Application> {
    check_names(&patch)?;
    let now = provider.clock.now();
    let (text, by, audit) = (text.to_owned(), by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let current = required(&*tx, &text)?;
            let changed = patched(&*tx, &current, patch, now)?;
            if !tx.applications_mut().update(&changed)? {
                return Err(taken().into());
            }
            let subject = format!("application:{}", changed.id);
            let event = AuditEvent::new(now, actor(&by), "application.change", subject)
                .with("hostname", &changed.hostname)
                .with("client", &changed.client_id)
                .with("changed", differences(&current, &changed).join(" "));
            chain::record(tx, &audit, event)?;
            Ok(changed)
        })
        .await
}

fn check_names(patch: &Map<String, Value>) -> Result<(), Refusal> {
    for (member, known) in MEMBERS {
        let object = match member.map(|member| (member, patch.get(member))) {
            None => Some(patch),
            Some((_, None | Some(Value::Null))) => None,
            Some((_, Some(Value::Object(object)))) => Some(object),
            // An array would be read as the members in their order.
            Some((member, Some(_))) => {
                return Err(Refusal::invalid_request(format!("{member} must be an object")));
            }
        };
        let names = object.into_iter().flat_map(Map::keys);
        if let Some(unknown) = names.into_iter().find(|name| !known.contains(&name.as_str())) {
            let unknown: String = unknown.chars().take(40).collect();
            let place = member.unwrap_or("an application");
            let known = known.join(", ");
            return Err(Refusal::invalid_request(format!(
                "{unknown} is no member of {place} that can be changed; these are: {known}"
            )));
        }
    }
    // The default of an absent isEnabled is true: taking it away would switch an application on.
    if patch.get("isEnabled").is_some_and(Value::is_null) {
        return Err(Refusal::invalid_request("isEnabled must be true or false"));
    }
    Ok(())
}

fn patched(
    tx: &dyn Reading,
    current: &Application,
    patch: Map<String, Value>,
    now: Timestamp,
) -> Outcome<Application> {
    let mut document = document(tx, current)?;
    forget_other_name(&mut document, &patch);
    merge_patch::apply(&mut document, patch);
    let request: ApplicationRequest = serde_json::from_value(Value::Object(document)).map_err(|error| {
        Refusal::invalid_request(format!("the patched application does not fit: {error}"))
    })?;
    let new = NewApplication::try_from(request)?;
    let changed = new.checked(current.id, now)?;
    Ok(Application {
        client_id: holder::find(tx, new.client_id.as_deref(), new.device_id)?,
        created_at: current.created_at,
        disabled_at: changed.disabled_at.map(|at| current.disabled_at.unwrap_or(at)),
        ..changed
    })
}

fn document(tx: &dyn Reading, current: &Application) -> Result<Map<String, Value>, Failure> {
    let request = wire::request(tx, current.clone())?;
    match serde_json::to_value(request) {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err(Fault::new("an application is written as a JSON object").into()),
        Err(error) => Err(Fault::new("writing JSON").with_source(error).into()),
    }
}

/// `id` and `clientId` are two names of one device: a patch that sends one of them means that device, whatever the
/// other name was before.
fn forget_other_name(document: &mut Map<String, Value>, patch: &Map<String, Value>) {
    let named = patch.get("device").and_then(Value::as_object);
    let named = named.filter(|named| named.values().any(|name| !name.is_null()));
    let device = document.get_mut("device").and_then(Value::as_object_mut);
    if let (Some(named), Some(device)) = (named, device) {
        device.retain(|name, _| named.contains_key(name));
    }
}

/// The members that a change changed, for the audit log.
fn differences(old: &Application, new: &Application) -> Vec<&'static str> {
    [
        ("name", old.name != new.name),
        ("type", old.kind != new.kind),
        ("hostname", old.hostname != new.hostname),
        ("isDependent", old.is_dependent != new.is_dependent),
        ("clientIdentifier", old.client_identifier != new.client_identifier),
        ("description", old.description != new.description),
        ("isHidden", old.is_hidden != new.is_hidden),
        ("verificationMode", old.verification_mode != new.verification_mode),
        ("device", old.client_id != new.client_id),
        (
            "isEnabled",
            old.disabled_at.is_some() != new.disabled_at.is_some(),
        ),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

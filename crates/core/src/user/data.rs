//! A person's personal data: sealed at rest, shown to nobody but the operator who keeps it and the applications that
//! the person consents to.

use super::find::required;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::UserId;
use crate::keys::Sealer;
use crate::provider::Provider;
use crate::time::Timestamp;
use countersign_protocol::consent::ClaimName;
use std::str::FromStr as _;
use zeroize::Zeroizing;

/// The longest value, in characters.
const MAX_CHARS: usize = 500;

/// One value of a person as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedDatum {
    /// The person.
    pub user_id: UserId,
    /// Which value.
    pub name: ClaimName,
    /// The value's UTF-8 bytes under the sealing key, bound to person and name: moved to another row it does not open.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub updated_at: Timestamp,
}

impl SealedDatum {
    /// Opens the value.
    ///
    /// # Errors
    /// The sealing key is another one, or the row is damaged.
    pub fn open(&self, sealer: &Sealer) -> Result<Value, Fault> {
        let bytes = sealer.open(&purpose(self.user_id, self.name), &self.sealed)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Fault::corrupt("user_data", self.user_id, "the value is not UTF-8"))?;
        Ok(Value(Zeroizing::new(text.to_owned())))
    }
}

/// An opened value. No `Debug`, no `PartialEq`: it can be put into an answer and nowhere else.
pub struct Value(Zeroizing<String>);

impl Value {
    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes a value as an operator writes it, without the spaces around it.
    fn parse(name: ClaimName, text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        // The value itself is never repeated: a refusal ends up in terminals and logs.
        if text.is_empty() || text.chars().count() > MAX_CHARS || text.chars().any(char::is_control) {
            return Err(Refusal::invalid_request(format!(
                "{name} must be 1 to {MAX_CHARS} characters on one line; to take a value away, remove it"
            )));
        }
        if is_date(name) && !is_full_date(text) {
            return Err(Refusal::invalid_request(format!(
                "{name} must be a day as YYYY-MM-DD"
            )));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

const fn is_date(name: ClaimName) -> bool {
    matches!(
        name,
        ClaimName::DateOfBirth | ClaimName::IdentityDocumentIssueDate | ClaimName::IdentityDocumentExpiryDate
    )
}

/// `full-date` of RFC 3339 §5.6; the parser alone would also take a time behind it.
fn is_full_date(text: &str) -> bool {
    text.len() == 10 && jiff::civil::Date::from_str(text).is_ok()
}

fn purpose(user: UserId, name: ClaimName) -> String {
    format!("user data {user} {name}")
}

/// Writes values of a person, by username or id. Answers the names.
///
/// # Errors
/// `not_found`; `invalid_request`: no value at all, a name twice, or a value that cannot be one.
pub async fn set(
    provider: &Provider,
    user: &str,
    values: &[(ClaimName, Zeroizing<String>)],
    by: &str,
) -> Outcome<Vec<ClaimName>> {
    let names: Vec<ClaimName> = values.iter().map(|(name, _)| *name).collect();
    refuse_repeated(&names)?;
    let parsed = values
        .iter()
        .map(|(name, text)| Ok((*name, Value::parse(*name, text)?)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    let now = provider.clock.now();
    let user_id = super::find::find(provider, user).await?.id;
    let data = parsed
        .iter()
        .map(|(name, value)| seal(provider, user_id, *name, value, now))
        .collect::<Result<Vec<_>, Fault>>()?;
    let audit = provider.audit_key();
    let event = AuditEvent::new(now, actor(by), "user.set_data", format!("user:{user_id}"));
    let event = event.with("names", &names);
    provider
        .store
        .write(move |tx| {
            for datum in &data {
                tx.user_data_mut().put(datum)?;
            }
            chain::record(tx, &audit, event)
        })
        .await?;
    Ok(names)
}

fn seal(
    provider: &Provider,
    user_id: UserId,
    name: ClaimName,
    value: &Value,
    now: Timestamp,
) -> Result<SealedDatum, Fault> {
    let plain = value.reveal().as_bytes();
    let sealed = provider
        .sealer
        .seal(&purpose(user_id, name), &*provider.entropy, plain)?;
    Ok(SealedDatum {
        user_id,
        name,
        sealed,
        updated_at: now,
    })
}

/// Every value of a person, by username or id. That somebody looked is in the audit log.
///
/// # Errors
/// `not_found`; a value that does not open.
pub async fn show(provider: &Provider, user: &str, by: &str) -> Outcome<Vec<(ClaimName, Value)>> {
    let (now, audit) = (provider.clock.now(), provider.audit_key());
    let (user, by) = (user.to_owned(), by.to_owned());
    let data = provider
        .store
        .write(move |tx| {
            let user = required(tx, &user)?;
            let event = AuditEvent::new(now, actor(&by), "user.show_data", format!("user:{}", user.id));
            chain::record(tx, &audit, event)?;
            Ok(tx.user_data().of_user(user.id)?)
        })
        .await?;
    let values = data.iter().map(|datum| {
        let value = datum.open(&provider.sealer)?;
        Ok((datum.name, value))
    });
    Ok(values.collect::<Result<_, Fault>>()?)
}

/// Removes values of a person, by username or id. Answers those that were there.
///
/// # Errors
/// `not_found`: no such person; `invalid_request`: no name at all, or a name twice.
pub async fn remove(
    provider: &Provider,
    user: &str,
    names: &[ClaimName],
    by: &str,
) -> Outcome<Vec<ClaimName>> {
    refuse_repeated(names)?;
    let (now, audit) = (provider.clock.now(), provider.audit_key());
    let (user, by, names) = (user.to_owned(), by.to_owned(), names.to_vec());
    provider
        .store
        .write(move |tx| {
            let user = required(tx, &user)?;
            let mut removed = Vec::new();
            for name in names {
                if tx.user_data_mut().remove(user.id, name)? {
                    removed.push(name);
                }
            }
            let event = AuditEvent::new(now, actor(&by), "user.remove_data", format!("user:{}", user.id));
            chain::record(tx, &audit, event.with("names", &removed))?;
            Ok(removed)
        })
        .await
}

fn refuse_repeated(names: &[ClaimName]) -> Result<(), Refusal> {
    if names.is_empty() {
        return Err(Refusal::invalid_request("name at least one value"));
    }
    let repeated = names
        .iter()
        .enumerate()
        .find(|(index, name)| names.iter().take(*index).any(|earlier| earlier == *name));
    match repeated {
        Some((_, name)) => Err(Refusal::invalid_request(format!("{name} is named twice"))),
        None => Ok(()),
    }
}

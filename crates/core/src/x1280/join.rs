//! The person and the phone of an enrolment (X.1280 profile §5): made new, or joined when they are here already.

use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::authenticator::Authenticator;
use crate::authenticator::enrol::{CLIENT_ID_ALPHABET, metadata};
use crate::client::{ClientKind, ClientRecord};
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{AuthenticatorId, ClientId, UserId};
use crate::provider::Provider;
use crate::store::{Reading, Writing};
use crate::text::{Username, showable};
use crate::time::Timestamp;
use crate::user::{IdpRole, User};
use countersign_jose::PublicKey;
use countersign_vds::PersonClaims;

/// What phones that enrol here run on, as far as we are told.
const PLATFORM: &str = "X.1280";
/// The characters of a made username; 12 of them carry 60 bits.
const USERNAME_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
/// The longest name that is shown, in characters.
const NAME_MAX: usize = 100;

/// The phone and the person, in case both are new: made outside the transaction.
pub(super) struct Newcomer {
    phone: AuthenticatorId,
    client: ClientId,
    metadata: String,
    phone_name: String,
    user: UserId,
    username: String,
    user_name: Option<String>,
}

/// Who the enrolment belongs to.
pub(super) struct Joined {
    pub(super) phone: Authenticator,
    pub(super) user: User,
}

impl Newcomer {
    /// Draws ids and takes over names, those only that can be shown as they are.
    ///
    /// # Errors
    /// The key cannot be registered.
    pub(super) fn new(
        provider: &Provider,
        device_id: &str,
        key: &PublicKey,
        person: &PersonClaims,
    ) -> Outcome<Self> {
        let phone_name = showable(device_id, NAME_MAX);
        let client = provider.entropy.text(CLIENT_ID_ALPHABET, 21);
        let metadata = metadata(&client, &phone_name, key)?;
        let client = ClientId::parse(&client).ok_or_else(|| Fault::new("a client id that is none"))?;
        let names = [person.given_name.as_deref(), person.family_name.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().map(str::trim).collect();
        let user_name = showable(names.join(" ").trim(), NAME_MAX);
        Ok(Self {
            phone: AuthenticatorId::new(&*provider.entropy),
            client,
            metadata,
            phone_name,
            user: UserId::new(&*provider.entropy),
            // Services are told usernames: one that is made of the credential would tell what nobody granted.
            username: format!("person-{}", provider.entropy.text(USERNAME_ALPHABET, 12)),
            user_name: (!user_name.is_empty()).then_some(user_name),
        })
    }

    /// Finds or makes the phone and its person. `owner` is the person whom the credential was issued to, `proven`
    /// whether the phone proved that it holds its key.
    ///
    /// # Errors
    /// `invalid_request`: phone and credential belong to two people, to one who is disabled, or the phone is known and
    /// proved nothing; or the phone is new and the person reads or does what operators do.
    pub(super) fn join(
        self,
        tx: &mut dyn Writing,
        audit_key: &AuditKey,
        thumbprint: &str,
        proven: bool,
        owner: Option<UserId>,
        now: Timestamp,
    ) -> Outcome<Joined> {
        if let Some(phone) = tx.authenticators().living_by_thumbprint(thumbprint)? {
            return known_phone(&*tx, phone, proven, owner);
        }
        let user = match owner {
            Some(owner) => person_without_rights(&*tx, owner)?,
            None => self.add_person(tx, audit_key, now)?,
        };
        let phone = self.add_phone(tx, audit_key, &user, thumbprint, now)?;
        Ok(Joined { phone, user })
    }

    fn add_person(&self, tx: &mut dyn Writing, audit_key: &AuditKey, now: Timestamp) -> Outcome<User> {
        let organisation = tx.organisations().list()?.into_iter().next();
        let organisation = organisation
            .ok_or_else(|| Fault::new("there is no organisation for a new person; make one first"))?;
        let username = format!("{}@{}", self.username, organisation.label());
        let user = User {
            id: self.user,
            organisation_id: organisation.id,
            username: Username::parse(&username).ok_or_else(|| Fault::new("a username that is none"))?,
            role: IdpRole::User,
            name: self.user_name.clone(),
            created_at: now,
            disabled_at: None,
        };
        tx.users_mut().insert(&user)?;
        let event = AuditEvent::new(now, "system", "user.add", format!("user:{}", user.id))
            .with("username", user.username.as_str())
            .with("role", user.role.as_str());
        record(tx, audit_key, event)?;
        Ok(user)
    }

    fn add_phone(
        self,
        tx: &mut dyn Writing,
        audit_key: &AuditKey,
        user: &User,
        thumbprint: &str,
        now: Timestamp,
    ) -> Outcome<Authenticator> {
        let client = ClientRecord {
            id: self.client.clone(),
            kind: ClientKind::Authenticator {
                authenticator_id: self.phone,
                user_id: user.id,
            },
            metadata: self.metadata,
            created_at: now,
            disabled_at: None,
        };
        let phone = Authenticator {
            id: self.phone,
            client_id: self.client,
            user_id: user.id,
            name: self.phone_name,
            platform: PLATFORM.to_owned(),
            thumbprint: thumbprint.to_owned(),
            enrolled_at: now,
            revoked_at: None,
        };
        tx.clients_mut().insert(&client)?;
        tx.authenticators_mut().insert(&phone)?;
        let event = AuditEvent::new(
            now,
            format!("user:{}", user.id),
            "authenticator.enrol",
            format!("authenticator:{}", phone.id),
        )
        .with("thumbprint", thumbprint)
        .with("invited_by", "credential");
        record(tx, audit_key, event)?;
        Ok(phone)
    }
}

/// A phone that is known by its key. Without proof anybody who saw its public key could put a credential on it.
fn known_phone(
    tx: &dyn Reading,
    phone: Authenticator,
    proven: bool,
    owner: Option<UserId>,
) -> Outcome<Joined> {
    if !proven {
        return Err(Refusal::invalid_request(
            "this key is that of a phone that is known here; send challenge and proofBase64",
        )
        .into());
    }
    if owner.is_some_and(|owner| owner != phone.user_id) {
        return Err(
            Refusal::invalid_request("the phone and the credential belong to two different people").into(),
        );
    }
    let user = living_person(tx, phone.user_id)?;
    Ok(Joined { phone, user })
}

fn living_person(tx: &dyn Reading, id: UserId) -> Outcome<User> {
    let user = tx.users().by_id(id)?.filter(|user| user.disabled_at.is_none());
    Ok(user.ok_or_else(|| Refusal::invalid_request("the person of this credential is disabled"))?)
}

/// A person whom a new phone may join by a credential alone. Whoever sees the text of a credential that is on no phone
/// can enrol it, for as long as it is valid: nobody is to become an operator that way.
fn person_without_rights(tx: &dyn Reading, id: UserId) -> Outcome<User> {
    let user = living_person(tx, id)?;
    if user.role.may_read() {
        return Err(Refusal::invalid_request(
            "the credential belongs to an operator of this provider; enrol the phone by an invitation first",
        )
        .into());
    }
    Ok(user)
}

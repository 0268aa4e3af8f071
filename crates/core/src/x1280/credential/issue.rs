//! Issuing a credential to a person (X.1280 profile §6).

use super::{Credential, CredentialOrigin, members};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::keys::{KeyPurpose, RingKey, need};
use crate::provider::Provider;
use crate::time::Timestamp;
use crate::user::find;
use crate::x1280::TokenId;
use crate::x1280::lifetime::Lifetime;
use countersign_jose::Algorithm;
use countersign_vds::{Content, PersonClaims, VdsError};

/// What an operator says of a person. What is absent cannot be told to a service.
///
/// No `Debug`: it is personal data.
#[derive(Default)]
pub struct NewCredential {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Day of birth, `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// Nationality, ISO 3166-1 alpha-3.
    pub nationality: Option<String>,
    /// Number of the identity document.
    pub document_number: Option<String>,
    /// How well the person was identified: 1, 2 or 3.
    pub trust_level: Option<u8>,
    /// A JPEG, PNG or WebP picture of a few KiB.
    pub photo: Option<Vec<u8>>,
    /// How long it is good.
    pub lifetime: Lifetime,
    /// The person here that it is for, by username or id; when absent, its enrolment makes a person.
    pub user: Option<String>,
}

/// A credential, to be handed to its person.
pub struct Issued {
    /// HC1 text. Whoever holds it can read it, and enrol it first.
    pub credential: String,
    /// Its id.
    pub token_id: TokenId,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Issues a credential. Of what it says nothing is kept here: the person shows it when a phone enrols it.
///
/// # Errors
/// `invalid_request`, naming what to change; `not_found`: no such person.
pub async fn issue(provider: &Provider, new: NewCredential, by: &str) -> Outcome<Issued> {
    let now = provider.clock.now();
    let token_id = TokenId::new(&*provider.entropy);
    let expires_at = new.lifetime.end(now)?;
    let user = match &new.user {
        Some(user) => Some(find::find(provider, user).await?.id),
        None => None,
    };
    let person = person(&token_id, new, now)?;
    let key = need::signer(provider, KeyPurpose::Credential, Algorithm::Es256).await?;
    let credential = written(provider, person, &key, now, expires_at)?;
    let row = Credential {
        token_id: token_id.clone(),
        origin: Some(CredentialOrigin {
            issuer: provider.host.as_str().to_owned(),
            key: key.kid.clone(),
            expires_at: Some(expires_at),
        }),
        user_id: user,
        sealed_claims: None,
        recorded_at: now,
        revoked: None,
    };
    let event = AuditEvent::new(
        now,
        actor(by),
        "credential.issue",
        format!("credential:{token_id}"),
    )
    .with("user", user)
    .with("expires_at", expires_at.rfc3339());
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            if !tx.credentials_mut().put(&row)? {
                return Err(Fault::new("a new id of a credential was drawn twice; this is a bug").into());
            }
            chain::record(tx, &audit, event)
        })
        .await?;
    Ok(Issued {
        credential,
        token_id,
        expires_at,
    })
}

fn person(token_id: &TokenId, new: NewCredential, now: Timestamp) -> Result<PersonClaims, Refusal> {
    let name = |member: &str, text: Option<String>| text.map(|text| members::name(member, &text)).transpose();
    let person = PersonClaims {
        given_name: name("given name", new.given_name)?,
        family_name: name("family name", new.family_name)?,
        date_of_birth: new
            .date_of_birth
            .map(|text| members::date_of_birth(&text, now))
            .transpose()?,
        nationality: new
            .nationality
            .map(|text| members::nationality(&text))
            .transpose()?,
        document_number: new
            .document_number
            .map(|text| members::document_number(&text))
            .transpose()?,
        photo: new.photo.map(members::photo).transpose()?,
        trust_level: new.trust_level.map(members::trust_level).transpose()?,
        ..PersonClaims::new(token_id.as_str())
    };
    // The enrolment may have to name a person by it.
    if person.given_name.is_none() && person.family_name.is_none() {
        return Err(Refusal::invalid_request(
            "a credential needs a given name or a family name",
        ));
    }
    Ok(person)
}

fn written(
    provider: &Provider,
    person: PersonClaims,
    key: &RingKey,
    now: Timestamp,
    expires_at: Timestamp,
) -> Outcome<String> {
    let has_photo = person.photo.is_some();
    let text = countersign_vds::issue(
        &Content::Person(person),
        provider.host.as_str(),
        now.unix(),
        Some(expires_at.unix()),
        key.kid.as_bytes(),
        &key.private,
    );
    text.map_err(|error| match error {
        VdsError::TextTooLong if has_photo => Failure::from(Refusal::invalid_request(
            "the photo is too large: about 5 KB fit into a credential",
        )),
        error => Fault::new("a credential cannot be issued")
            .with_source(error)
            .into(),
    })
}

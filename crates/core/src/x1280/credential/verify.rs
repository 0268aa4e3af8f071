//! Looking whether a credential is good.

use super::{Credential, CredentialOrigin};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::time::Timestamp;
use crate::x1280::TokenId;
use crate::x1280::trust::{AnchorUsage, Trusted, verified};
use countersign_vds::{Container, Content, PersonClaims};

/// A person's credential that is good at this moment: somebody whom we believe vouches for it, its time has come and is
/// not over, and nobody has revoked it.
#[derive(Debug)]
pub struct VerifiedCredential {
    /// Its id.
    pub token_id: TokenId,
    /// The container that it came in.
    pub container: Container,
    /// Who vouches for it.
    pub origin: CredentialOrigin,
    /// Whether that is this provider.
    pub ours: bool,
    /// When it was issued, if it says so.
    pub issued_at: Option<Timestamp>,
    /// What it says.
    pub person: PersonClaims,
    /// What was known of it before, for example the person that it was issued to.
    pub known: Option<Credential>,
}

/// Verifies a person's credential in any of its forms.
///
/// # Errors
/// `invalid_request`: it cannot be read, is not trusted, or its time has not come or is over; `conflict`: it is revoked.
pub async fn verify(provider: &Provider, text: &str) -> Outcome<VerifiedCredential> {
    let Trusted {
        vds,
        issuer,
        key,
        ours,
    } = verified(provider, text, AnchorUsage::Person).await?;
    let (container, issued_at) = (vds.container(), vds.issued_at().map(Timestamp::from_unix));
    let expires_at = vds.expires_at().map(Timestamp::from_unix);
    let person = person(vds.into_content())?;
    let token_id = TokenId::parse(&person.token_id).ok_or_else(|| {
        Refusal::invalid_request(
            "the id of the credential must be 1 to 128 printable ASCII characters without quotes, backslash and bar",
        )
    })?;
    let sought = token_id.clone();
    let known = provider
        .store
        .read(move |tx| Ok(tx.credentials().by_id(&sought)?))
        .await?;
    if let Some(known) = &known {
        refuse_revoked(known)?;
        refuse_namesake(known, &issuer)?;
    }
    Ok(VerifiedCredential {
        token_id,
        container,
        origin: CredentialOrigin {
            issuer,
            key,
            expires_at,
        },
        ours,
        issued_at,
        person,
        known,
    })
}

fn person(content: Content) -> Result<PersonClaims, Refusal> {
    match content {
        Content::Person(person) => Ok(person),
        Content::Service(_) => Err(Refusal::invalid_request(
            "this is the credential of a service and not the credential of a person",
        )),
        // A seal of ISO 22376 has values without names; which is which, its manifest says.
        Content::Other(_) => Err(Refusal::invalid_request(
            "this credential is genuine, but it does not say in a way that is known here who its person is",
        )),
    }
}

fn refuse_revoked(known: &Credential) -> Result<(), Refusal> {
    match known.revoked {
        Some(_) => Err(Refusal::conflict("this credential is revoked")),
        None => Ok(()),
    }
}

/// Issuers choose ids by themselves: one must not take over the person of another's.
fn refuse_namesake(known: &Credential, issuer: &str) -> Result<(), Refusal> {
    let other = known
        .origin
        .as_ref()
        .is_some_and(|origin| origin.issuer != issuer);
    if other {
        return Err(Refusal::invalid_request(
            "a credential of another issuer has the same id; the issuer has to issue a new one",
        ));
    }
    Ok(())
}

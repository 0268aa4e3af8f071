//! A mutual sign-in and a credential, in words: who asks, what of the credential it gets, and what it does not get.

use std::collections::BTreeSet;

use countersign_protocol::approval::{ApprovalItem, MutualShown};
use countersign_protocol::x1280::{IdentityClaim, IdentityScope};
use jiff::Timestamp;

use super::item::{WARNING, proof};
use super::neutralise;
use crate::Credential;

/// What a credential holds itself; the other claims are worked out of these.
const HELD: [IdentityClaim; 7] = [
    IdentityClaim::GivenName,
    IdentityClaim::FamilyName,
    IdentityClaim::DateOfBirth,
    IdentityClaim::Nationality,
    IdentityClaim::DocumentNumber,
    IdentityClaim::Photo,
    IdentityClaim::TrustLevel,
];

/// The claim in words.
#[must_use]
pub fn identity_claim(claim: IdentityClaim) -> &'static str {
    match claim {
        IdentityClaim::GivenName => "given name",
        IdentityClaim::FamilyName => "family name",
        IdentityClaim::DateOfBirth => "date of birth",
        IdentityClaim::Nationality => "nationality",
        IdentityClaim::DocumentNumber => "document number",
        IdentityClaim::Photo => "photo",
        IdentityClaim::TrustLevel => "trust level",
        IdentityClaim::AgeOver18 => "whether you are 18 or older",
        IdentityClaim::AgeOver21 => "whether you are 21 or older",
        IdentityClaim::AgeOver25 => "whether you are 25 or older",
        IdentityClaim::AgeRange => "your age as a range",
        IdentityClaim::IsEuCitizen => "whether you are a citizen of the European Union",
        IdentityClaim::NameInitial => "your initials",
    }
}

/// The lines that only a mutual sign-in has.
pub(super) fn lines(
    item: &ApprovalItem,
    mutual: &MutualShown,
    held: Option<&Credential>,
) -> Vec<(&'static str, String)> {
    let service = &mutual.service;
    // Both say it; a doubt of either is a doubt.
    let verified = service.verified && item.application.verified;
    let host = match item.application.host.as_str() {
        "" => String::new(),
        host => format!(" ({})", neutralise(host)),
    };
    let mut lines = vec![(
        "Service",
        format!("{}{host}, {}", neutralise(&service.name), proof(verified)),
    )];
    if !verified {
        lines.push((
            "",
            format!(
                "{WARNING}It has only named itself: approve nothing that you did not begin there{WARNING:#}"
            ),
        ));
    }
    lines.extend(service.logo_url.as_deref().map(|url| ("Logo", neutralise(url))));
    lines.extend(
        service
            .privacy_url
            .as_deref()
            .map(|url| ("Privacy", neutralise(url))),
    );
    lines.push(("Credential", credential_line(mutual, held)));
    let scopes = item.scopes.as_deref().unwrap_or_default();
    let labels = std::iter::once("Asks for").chain(std::iter::repeat(""));
    lines.extend(labels.zip(scopes.iter().map(|scope| scope_line(scope, held))));
    lines.push(("Will not get", kept_back(scopes, held)));
    lines
}

fn credential_line(mutual: &MutualShown, held: Option<&Credential>) -> String {
    let id = neutralise(&mutual.token_id);
    match held {
        Some(credential) => format!("{id}, of {}", holder(credential)),
        None => format!("{id}, which is not on this phone: it can deny, not approve"),
    }
}

/// A scope as `--grant` takes it, and what it gives.
fn scope_line(word: &str, held: Option<&Credential>) -> String {
    let shown = neutralise(word);
    let Some(scope) = IdentityScope::parse(word) else {
        return format!("{shown}  (not known to this program)");
    };
    let tells = |claim: &IdentityClaim| held.is_none_or(|credential| credential.tells(*claim));
    let claims: Vec<&str> = scope.claims().filter(tells).map(identity_claim).collect();
    if claims.is_empty() {
        format!("{shown}  (nothing: your credential does not say)")
    } else {
        format!("{shown}  ({})", claims.join(", "))
    }
}

/// What the credential holds and nobody asked for; everything that one can hold where it is not at hand.
fn kept_back(scopes: &[String], held: Option<&Credential>) -> String {
    let asked: BTreeSet<IdentityClaim> = scopes
        .iter()
        .filter_map(|scope| IdentityScope::parse(scope))
        .flat_map(IdentityScope::claims)
        .collect();
    let kept: Vec<&str> = HELD
        .into_iter()
        .filter(|claim| !asked.contains(claim))
        .filter(|claim| held.is_none_or(|credential| credential.tells(*claim)))
        .map(identity_claim)
        .collect();
    if kept.is_empty() {
        format!("{WARNING}nothing: it asks for all of it{WARNING:#}")
    } else {
        kept.join(", ")
    }
}

/// Whose a credential says it is, its id, and how long it is good. Nobody has verified it here.
#[must_use]
pub fn describe_credential(credential: &Credential) -> String {
    format!(
        "{}, {}, {}",
        neutralise(credential.token_id()),
        holder(credential),
        until(credential)
    )
}

fn holder(credential: &Credential) -> String {
    let holder = credential.holder();
    if holder.is_empty() {
        "nobody named".to_owned()
    } else {
        neutralise(&holder)
    }
}

fn until(credential: &Credential) -> String {
    match credential.expires_at().map(Timestamp::from_second) {
        None => "without an end".to_owned(),
        Some(Ok(end)) => format!("good until {end}"),
        Some(Err(_)) => "good until an unknown time".to_owned(),
    }
}

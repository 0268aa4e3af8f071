//! `countersign credential verify`.

use crate::command::{moment, moment_or_dash};
use crate::output::{GOOD, plain};
use countersign_core::x1280::credential::VerifiedCredential;
use countersign_protocol::x1280::{ClaimStyle, IdentityClaim};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Whether an argument is a credential itself and not the name of a file: too long for one, or it says what it is.
pub(super) fn is_credential(argument: &str) -> bool {
    argument.starts_with("HC1:") || argument.len() > 255
}

/// What a credential says, and who vouches for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    token_id: String,
    container: &'static str,
    issuer: String,
    key: String,
    /// Whether this provider issued it.
    ours: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    claims: Map<String, Value>,
}

impl From<&VerifiedCredential> for Item {
    fn from(verified: &VerifiedCredential) -> Self {
        let known = verified.known.as_ref();
        Self {
            token_id: verified.token_id.to_string(),
            container: verified.container.name(),
            issuer: verified.origin.issuer.clone(),
            key: verified.origin.key.clone(),
            ours: verified.ours,
            issued_at: verified.issued_at.map(moment),
            expires_at: verified.origin.expires_at.map(moment),
            user_id: known.and_then(|known| known.user_id).map(|user| user.to_string()),
            claims: claims(verified),
        }
    }
}

/// The claims that the credential holds, under their names in an identity; of a photo its size.
fn claims(verified: &VerifiedCredential) -> Map<String, Value> {
    use IdentityClaim as Claim;
    let person = &verified.person;
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let photo = person
        .photo
        .as_ref()
        .map(|photo| format!("{} bytes", photo.len()));
    let told = [
        (Claim::GivenName, text(&person.given_name)),
        (Claim::FamilyName, text(&person.family_name)),
        (Claim::DateOfBirth, text(&person.date_of_birth)),
        (Claim::Nationality, text(&person.nationality)),
        (Claim::DocumentNumber, text(&person.document_number)),
        (Claim::TrustLevel, person.trust_level.map(Value::from)),
        (Claim::Photo, photo.map(Value::from)),
    ];
    let named =
        |(claim, value): (Claim, Option<Value>)| Some((claim.name(ClaimStyle::Snake).to_owned(), value?));
    told.into_iter().filter_map(named).collect()
}

impl Item {
    /// For people.
    pub(super) fn describe(&self) -> String {
        let end = self.expires_at.as_deref();
        let mut text = format!(
            "{GOOD}The credential is good.{GOOD:#}\n\
             id         {}\nissuer     {}{}\nkey        {}\ncontainer  {}\nissued     {}\nexpires    {}\n",
            self.token_id,
            plain(&self.issuer),
            if self.ours { ", this provider" } else { "" },
            plain(&self.key),
            self.container,
            self.issued_at.clone().unwrap_or_else(|| moment_or_dash(None)),
            end.unwrap_or("never"),
        );
        for (name, value) in &self.claims {
            let value = value.as_str().map_or_else(|| value.to_string(), plain);
            let _infallible = writeln!(text, "  {name}: {value}");
        }
        text
    }
}

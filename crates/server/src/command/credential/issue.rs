//! `countersign credential issue`.

use crate::command::service::lifetime;
use crate::command::{input, moment};
use crate::failure::Failed;
use crate::output::{is_terminal, qr};
use countersign_core::x1280::credential::{Issued, NewCredential};
use countersign_core::x1280::lifetime::Lifetime;
use serde::Serialize;
use std::path::PathBuf;

/// What is said of a person.
#[derive(clap::Args)]
pub(super) struct New {
    /// Given name
    #[arg(long, value_name = "NAME")]
    given_name: String,
    /// Family name
    #[arg(long, value_name = "NAME")]
    family_name: String,
    /// Day of birth
    #[arg(long, value_name = "YYYY-MM-DD")]
    date_of_birth: String,
    /// Nationality, three letters of ISO 3166-1, such as FRA
    #[arg(long, value_name = "CODE")]
    nationality: String,
    /// Number of the identity document
    #[arg(long, value_name = "NUMBER")]
    document_number: Option<String>,
    /// How well the person was identified
    #[arg(long, value_name = "1|2|3", value_parser = clap::value_parser!(u8).range(1..=3))]
    trust_level: Option<u8>,
    /// How long it is good, such as 2y, 90d or 1y 6mo
    #[arg(long, value_name = "TIME", default_value = "2y", value_parser = lifetime)]
    expires: Lifetime,
    /// A JPEG, PNG or WebP picture of a few kilobytes
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,
    /// The person here that it is for [default: its enrolment adds a person]
    #[arg(long, value_name = "NAME@ORG|ID")]
    user: Option<String>,
}

/// Personal data does not belong into a debug print.
impl std::fmt::Debug for New {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("New").finish_non_exhaustive()
    }
}

impl New {
    /// With the picture of the file.
    pub(super) fn read(self) -> Result<NewCredential, Failed> {
        Ok(NewCredential {
            given_name: Some(self.given_name),
            family_name: Some(self.family_name),
            date_of_birth: Some(self.date_of_birth),
            nationality: Some(self.nationality),
            document_number: self.document_number,
            trust_level: self.trust_level,
            photo: self.photo.as_deref().map(input::bytes).transpose()?,
            lifetime: self.expires,
            user: self.user,
        })
    }
}

/// A credential, shown once: `{credential, tokenId, expiresAt}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'i> {
    credential: &'i str,
    token_id: &'i str,
    expires_at: String,
}

impl<'i> From<&'i Issued> for Item<'i> {
    fn from(issued: &'i Issued) -> Self {
        Self {
            credential: &issued.credential,
            token_id: issued.token_id.as_str(),
            expires_at: moment(issued.expires_at),
        }
    }
}

impl Item<'_> {
    /// For people. The picture is left out where nobody scans it, and for a credential that no QR code can hold.
    pub(super) fn describe(&self) -> String {
        let picture = qr(self.credential)
            .filter(|_| is_terminal())
            .map_or_else(String::new, |qr| format!("\n{qr}\n"));
        format!(
            "Credential {}, good until {}:\n\n  {}\n{picture}\n\
             Enrol with: countersign-authenticator enroll --credential '{}'\n\
             Hand it to its person and to nobody else: the first phone that enrols it answers as them.",
            self.token_id, self.expires_at, self.credential, self.credential
        )
    }
}

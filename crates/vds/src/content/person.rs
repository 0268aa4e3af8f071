use std::fmt;

use serde::{Deserialize, Serialize};

use super::read::Members;
use crate::VdsError;

/// The members that make a map a person's. `exp` is not among them: every credential may have one.
pub(super) const NAMES: [&str; 8] = ["gn", "fn", "dob", "nat", "doc", "tid", "photo", "tl"];

/// The claims about a person (x1280.md §6), under the names that they have in the credential when serialized.
///
/// `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonClaims {
    /// `tid`: the id of the credential, 1 to 256 visible ASCII characters.
    #[serde(rename = "tid")]
    pub token_id: String,
    /// `gn`: the given name.
    #[serde(rename = "gn", default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// `fn`: the family name.
    #[serde(rename = "fn", default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// `dob`: the date of birth as the issuer wrote it, an ISO 8601 date if it is to tell an age.
    #[serde(rename = "dob", default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// `nat`: the nationality, ISO 3166-1 alpha-3.
    #[serde(rename = "nat", default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// `doc`: the number of the identity document.
    #[serde(rename = "doc", default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// `photo`: a picture, as the bytes of its file; base64url where the format is text (JSON).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "photo")]
    pub photo: Option<Vec<u8>>,
    /// `tl`: how well the person was identified, 1, 2 or 3.
    #[serde(rename = "tl", default, skip_serializing_if = "Option::is_none")]
    pub trust_level: Option<u8>,
}

impl PersonClaims {
    /// A person of whom nothing is known but the id.
    #[must_use]
    pub fn new(token_id: impl Into<String>) -> Self {
        Self {
            token_id: token_id.into(),
            given_name: None,
            family_name: None,
            date_of_birth: None,
            nationality: None,
            document_number: None,
            photo: None,
            trust_level: None,
        }
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, VdsError> {
        Ok(Self {
            token_id: members.id("tid")?,
            given_name: members.text("gn")?,
            family_name: members.text("fn")?,
            date_of_birth: members.text("dob")?,
            nationality: members.text("nat")?,
            document_number: members.text("doc")?,
            photo: members.bytes("photo")?,
            trust_level: members.trust_level("tl")?,
        })
    }
}

impl fmt::Debug for PersonClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonClaims")
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

mod photo {
    use countersign_jose::base64url;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Called for a photo that is there only: an absent one is skipped.
    #[expect(clippy::ref_option, reason = "serde hands over the field by reference")]
    pub(super) fn serialize<S: Serializer>(
        photo: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match photo {
            Some(bytes) if serializer.is_human_readable() => {
                serializer.serialize_str(&base64url::encode(bytes))
            }
            Some(bytes) => serializer.serialize_bytes(bytes),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| base64url::decode(&text).map_err(D::Error::custom))
            .transpose()
    }
}

//! The claims of the `idtoken` object (X.1280 profile §4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a service wants the claims about age spelled: the quick start and the newer documentation of the published
/// service disagree (X.1280 profile §4), so a service registers the one that its code reads.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ClaimStyle {
    /// `age_over_18`.
    #[default]
    Snake,
    /// `ageOver18`.
    Camel,
}

impl ClaimStyle {
    /// Every style.
    pub const ALL: [Self; 2] = [Self::Snake, Self::Camel];

    /// The style's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Snake => "snake",
            Self::Camel => "camel",
        }
    }

    /// Reads the style's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.as_str() == word)
    }
}

/// One row for each claim, so that its two spellings and its variant cannot disagree.
macro_rules! identity_claims {
    ($($(#[$doc:meta])* $variant:ident $snake:literal $camel:literal)*) => {
        /// A claim that the `idtoken` object may hold beside `tokenId`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum IdentityClaim {
            $($(#[$doc])* $variant,)*
        }

        impl IdentityClaim {
            /// Every claim, in the order of the profile.
            pub const ALL: [Self; [$($snake),*].len()] = [$(Self::$variant),*];

            /// The claim's name in a style; all but the claims about age are spelled the same in both.
            #[must_use]
            pub const fn name(self, style: ClaimStyle) -> &'static str {
                match (self, style) {
                    $((Self::$variant, ClaimStyle::Snake) => $snake,
                    (Self::$variant, ClaimStyle::Camel) => $camel,)*
                }
            }
        }
    };
}

identity_claims! {
    /// Given name.
    GivenName "givenName" "givenName"
    /// Family name.
    FamilyName "familyName" "familyName"
    /// Day of birth, `YYYY-MM-DD`.
    DateOfBirth "dateOfBirth" "dateOfBirth"
    /// Nationality, ISO 3166 alpha-3.
    Nationality "nationality" "nationality"
    /// Number of the identity document.
    DocumentNumber "documentNumber" "documentNumber"
    /// The portrait, Base64.
    Photo "photoBase64" "photoBase64"
    /// How well the issuer knew the person: 1, 2 or 3.
    TrustLevel "trustLevel" "trustLevel"
    /// Whether the person is 18 or older today, in UTC.
    AgeOver18 "age_over_18" "ageOver18"
    /// Whether the person is 21 or older today, in UTC.
    AgeOver21 "age_over_21" "ageOver21"
    /// Whether the person is 25 or older today, in UTC.
    AgeOver25 "age_over_25" "ageOver25"
    /// One of `0-12 13-17 18-24 25-34 35-49 50-64 65+`.
    AgeRange "ageRange" "ageRange"
    /// Whether the nationality is that of a member state of the European Union.
    IsEuCitizen "isEuCitizen" "isEuCitizen"
    /// The initials, such as `J. D.`.
    NameInitial "nameInitial" "nameInitial"
}

#[cfg(test)]
mod tests {
    use super::{ClaimStyle, IdentityClaim};

    #[test]
    fn only_claims_about_age_are_spelled_differently() {
        for claim in IdentityClaim::ALL {
            let snake = claim.name(ClaimStyle::Snake);
            let differs = snake != claim.name(ClaimStyle::Camel);
            assert_eq!(differs, snake.starts_with("age_over_"), "{snake}");
        }
    }

    #[test]
    fn a_style_is_read_as_it_is_written() {
        for style in ClaimStyle::ALL {
            assert_eq!(ClaimStyle::parse(style.as_str()), Some(style));
            assert_eq!(serde_json::to_value(style).unwrap(), style.as_str());
        }
        assert_eq!(ClaimStyle::parse("Camel"), None);
    }
}

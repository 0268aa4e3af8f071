//! What a service may ask for (X.1280 profile §4): a closed list.

use super::IdentityClaim;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// One row for each scope, so that its word and its variant cannot disagree.
macro_rules! identity_scopes {
    ($($(#[$doc:meta])* $variant:ident $word:literal)*) => {
        /// A scope of the identity surface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum IdentityScope {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl IdentityScope {
            /// Every scope, in the order of the profile.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The scope as it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

identity_scopes! {
    /// Given name and family name.
    Name "identity:name"
    /// Given name.
    GivenName "identity:given_name"
    /// Family name.
    FamilyName "identity:family_name"
    /// Day of birth.
    DateOfBirth "identity:date_of_birth"
    /// Nationality.
    Nationality "identity:nationality"
    /// Number of the identity document.
    Document "identity:document"
    /// Portrait.
    Photo "identity:photo"
    /// How well the issuer knew the person.
    TrustLevel "identity:trust_level"
    /// Whether 18 or older, and nothing else about the age.
    AgeOver18 "identity:age_over_18"
    /// Whether 21 or older.
    AgeOver21 "identity:age_over_21"
    /// Whether 25 or older.
    AgeOver25 "identity:age_over_25"
    /// A range of ages.
    AgeRange "identity:age_range"
    /// Whether a citizen of the European Union.
    IsEuCitizen "identity:is_eu_citizen"
    /// Initials.
    NameInitial "identity:name_initial"
    /// Name and trust level.
    Basic "identity:basic"
    /// Whether 18 or older, and the name.
    AgeVerification "identity:age_verification"
    /// Name, day of birth, nationality, document and trust level.
    Full "identity:full"
    /// All of [`IdentityScope::Full`] and the portrait.
    FullWithPhoto "identity:full_with_photo"
}

impl IdentityScope {
    /// Reads a wire word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// The plain scopes that a composite scope stands for; a plain scope stands for itself. One level deep.
    #[must_use]
    pub const fn expand(self) -> &'static [Self] {
        match self {
            Self::Basic => &[Self::Name, Self::TrustLevel],
            Self::AgeVerification => &[Self::AgeOver18, Self::Name],
            Self::Full => &[
                Self::Name,
                Self::DateOfBirth,
                Self::Nationality,
                Self::Document,
                Self::TrustLevel,
            ],
            Self::FullWithPhoto => &[
                Self::Name,
                Self::DateOfBirth,
                Self::Nationality,
                Self::Document,
                Self::TrustLevel,
                Self::Photo,
            ],
            Self::Name => &[Self::Name],
            Self::GivenName => &[Self::GivenName],
            Self::FamilyName => &[Self::FamilyName],
            Self::DateOfBirth => &[Self::DateOfBirth],
            Self::Nationality => &[Self::Nationality],
            Self::Document => &[Self::Document],
            Self::Photo => &[Self::Photo],
            Self::TrustLevel => &[Self::TrustLevel],
            Self::AgeOver18 => &[Self::AgeOver18],
            Self::AgeOver21 => &[Self::AgeOver21],
            Self::AgeOver25 => &[Self::AgeOver25],
            Self::AgeRange => &[Self::AgeRange],
            Self::IsEuCitizen => &[Self::IsEuCitizen],
            Self::NameInitial => &[Self::NameInitial],
        }
    }

    /// Whether it stands for several plain scopes.
    #[must_use]
    pub const fn is_composite(self) -> bool {
        self.expand().len() > 1
    }

    /// The claims that the scope releases, each once.
    pub fn claims(self) -> impl Iterator<Item = IdentityClaim> {
        self.expand()
            .iter()
            .flat_map(|scope| scope.plain_claims().iter().copied())
    }

    const fn plain_claims(self) -> &'static [IdentityClaim] {
        use IdentityClaim as Claim;
        match self {
            Self::Name => &[Claim::GivenName, Claim::FamilyName],
            Self::GivenName => &[Claim::GivenName],
            Self::FamilyName => &[Claim::FamilyName],
            Self::DateOfBirth => &[Claim::DateOfBirth],
            Self::Nationality => &[Claim::Nationality],
            Self::Document => &[Claim::DocumentNumber],
            Self::Photo => &[Claim::Photo],
            Self::TrustLevel => &[Claim::TrustLevel],
            Self::AgeOver18 => &[Claim::AgeOver18],
            Self::AgeOver21 => &[Claim::AgeOver21],
            Self::AgeOver25 => &[Claim::AgeOver25],
            Self::AgeRange => &[Claim::AgeRange],
            Self::IsEuCitizen => &[Claim::IsEuCitizen],
            Self::NameInitial => &[Claim::NameInitial],
            // Composite: its parts have the claims.
            Self::Basic | Self::AgeVerification | Self::Full | Self::FullWithPhoto => &[],
        }
    }
}

impl fmt::Display for IdentityScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClaimStyle, IdentityClaim};
    use super::IdentityScope;

    #[test]
    fn every_scope_is_read_as_it_is_written_and_nothing_else_is() {
        for scope in IdentityScope::ALL {
            assert_eq!(IdentityScope::parse(scope.as_str()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        for word in [
            "",
            "name",
            "identity:",
            "identity:Name",
            "identity:age_over_16",
            "openid",
        ] {
            assert_eq!(IdentityScope::parse(word), None, "{word}");
        }
    }

    #[test]
    fn composites_stand_for_plain_scopes_one_level_deep() {
        let composites = IdentityScope::ALL
            .into_iter()
            .filter(|scope| scope.is_composite());
        let words: Vec<_> = composites.map(IdentityScope::as_str).collect();
        assert_eq!(
            words,
            [
                "identity:basic",
                "identity:age_verification",
                "identity:full",
                "identity:full_with_photo"
            ]
        );
        for scope in IdentityScope::ALL {
            for part in scope.expand() {
                assert_eq!(part.expand(), [*part], "{scope}");
            }
        }
    }

    #[test]
    fn a_scope_releases_the_claims_of_the_table() {
        let names = |scope: IdentityScope| {
            let names = scope.claims().map(|claim| claim.name(ClaimStyle::Snake));
            names.collect::<Vec<_>>().join(" ")
        };
        for (scope, claims) in [
            (IdentityScope::Name, "givenName familyName"),
            (IdentityScope::Basic, "givenName familyName trustLevel"),
            (IdentityScope::AgeVerification, "age_over_18 givenName familyName"),
            (
                IdentityScope::Full,
                "givenName familyName dateOfBirth nationality documentNumber trustLevel",
            ),
            (
                IdentityScope::FullWithPhoto,
                "givenName familyName dateOfBirth nationality documentNumber trustLevel photoBase64",
            ),
            (IdentityScope::Document, "documentNumber"),
        ] {
            assert_eq!(names(scope), claims);
        }
    }

    #[test]
    fn every_claim_is_released_by_a_plain_scope() {
        for claim in IdentityClaim::ALL {
            let released = IdentityScope::ALL
                .into_iter()
                .any(|scope| !scope.is_composite() && scope.claims().any(|released| released == claim));
            assert!(released, "{claim:?}");
        }
    }
}

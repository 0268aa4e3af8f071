//! A credential (VDS) as its holder sees it (X.1280 profile §6).

use std::fmt;

use countersign_protocol::x1280::IdentityClaim;
use countersign_vds::{Content, PersonClaims, UnverifiedVds};
use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::{Error, Host};

/// A person's credential. Nobody has verified it here: the phone has no issuer's key, the provider verifies it when it
/// is enrolled.
#[derive(Clone)]
pub struct Credential {
    text: Zeroizing<String>,
    issuer: Option<String>,
    expires_at: Option<i64>,
    person: PersonClaims,
}

impl Credential {
    /// Reads a credential in any of its forms.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is none, or not that of a person.
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let claimed = UnverifiedVds::parse(text)
            .and_then(|credential| credential.claimed())
            .map_err(|error| Error::usage(format!("{error}; copy all of it, from HC1: to its end")))?;
        let (issuer, expires_at) = (claimed.issuer().map(str::to_owned), claimed.expires_at());
        let Content::Person(person) = claimed.into_content() else {
            return Err(Error::usage("this credential is not that of a person"));
        };
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            issuer,
            expires_at,
            person,
        })
    }

    /// The credential as it was given: whoever has it can read it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its id, by which services ask for it.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.person.token_id
    }

    /// Whose it says it is; empty when it names nobody.
    #[must_use]
    pub fn holder(&self) -> String {
        let names = [&self.person.given_name, &self.person.family_name];
        let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        names.join(" ")
    }

    /// Who it says has issued it.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// When it ends, Unix seconds; `None` when it has no end.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The provider that issued it, if its issuer is the address of one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the issuer is no provider's address: somebody has to say where to enrol.
    pub fn provider(&self) -> Result<Host, Error> {
        let issuer = self.issuer().and_then(|issuer| Host::parse(issuer).ok());
        issuer.ok_or_else(|| {
            Error::usage(
                "the credential does not say where to enrol it; give the provider's address with --server",
            )
        })
    }

    /// Whether it can tell a claim: ages come from the day of birth, citizenship from the nationality.
    #[must_use]
    pub fn tells(&self, claim: IdentityClaim) -> bool {
        use IdentityClaim as Claim;
        let person = &self.person;
        match claim {
            Claim::GivenName => person.given_name.is_some(),
            Claim::FamilyName => person.family_name.is_some(),
            Claim::NameInitial => person.given_name.is_some() || person.family_name.is_some(),
            // Of half a date, or of a code that is none, the provider tells nothing.
            Claim::DateOfBirth | Claim::AgeOver18 | Claim::AgeOver21 | Claim::AgeOver25 | Claim::AgeRange => {
                person.date_of_birth.as_deref().is_some_and(is_date)
            }
            Claim::Nationality | Claim::IsEuCitizen => person.nationality.as_deref().is_some_and(is_alpha_3),
            Claim::DocumentNumber => person.document_number.is_some(),
            Claim::Photo => person.photo.is_some(),
            Claim::TrustLevel => person.trust_level.is_some(),
        }
    }
}

/// `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    text.len() == 10 && Date::strptime("%Y-%m-%d", text).is_ok()
}

/// The form of ISO 3166-1 alpha-3.
fn is_alpha_3(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Shows the id only: the rest is personal data.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("token_id", &self.token_id())
            .finish_non_exhaustive()
    }
}

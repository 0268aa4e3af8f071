//! What a service is told about a person (X.1280 profile §4): the claims of the granted scopes and no others, reckoned
//! from the credential on the day of the sign-in.

use super::age;
use countersign_protocol::ScopeList;
use countersign_protocol::x1280::{ClaimStyle, IdentityClaim, IdentityScope};
use countersign_vds::PersonClaims;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// The member states of the European Union, ISO 3166-1 alpha-3, as they stand since 1 February 2020.
pub const EU_MEMBERS: [&str; 27] = [
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "IRL",
    "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
];

/// What is told.
#[derive(Default)]
pub struct Told {
    /// The scopes of which something can be told: only these count as granted.
    pub scope: ScopeList,
    /// The members of `idtoken` beside `tokenId`. A claim that the credential does not hold is left out, never null.
    pub claims: Map<String, Value>,
}

/// Reckons what the granted scopes tell about a person on a day. A scope of which nothing can be told is not granted,
/// so that a service does not take silence for an answer.
#[must_use]
pub fn tell(granted: &ScopeList, person: &PersonClaims, style: ClaimStyle, today: Date) -> Told {
    let mut told = Told::default();
    for scope in granted.iter().filter_map(IdentityScope::parse) {
        let known = |claim: IdentityClaim| Some((claim.name(style).to_owned(), value(claim, person, today)?));
        let claims: Vec<(String, Value)> = scope.claims().filter_map(known).collect();
        if !claims.is_empty() {
            told.scope.insert(scope.as_str());
            told.claims.extend(claims);
        }
    }
    told
}

/// The value of one claim; `None` when the credential does not say.
fn value(claim: IdentityClaim, person: &PersonClaims, today: Date) -> Option<Value> {
    let text = |text: &Option<String>| filled(text.as_deref()).map(Value::from);
    let years = || age::years(born(person)?, today);
    match claim {
        IdentityClaim::GivenName => text(&person.given_name),
        IdentityClaim::FamilyName => text(&person.family_name),
        IdentityClaim::DateOfBirth => born(person).map(|date| date.to_string().into()),
        IdentityClaim::Nationality => nationality(person).map(Value::from),
        IdentityClaim::DocumentNumber => text(&person.document_number),
        IdentityClaim::Photo => photo(person).map(Value::from),
        IdentityClaim::TrustLevel => person.trust_level.map(Value::from),
        IdentityClaim::AgeOver18 => years().map(|years| (years >= 18).into()),
        IdentityClaim::AgeOver21 => years().map(|years| (years >= 21).into()),
        IdentityClaim::AgeOver25 => years().map(|years| (years >= 25).into()),
        IdentityClaim::AgeRange => years().map(|years| age::range(years).into()),
        IdentityClaim::IsEuCitizen => nationality(person).map(|code| EU_MEMBERS.contains(&code).into()),
        IdentityClaim::NameInitial => initials(person).map(Value::from),
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn born(person: &PersonClaims) -> Option<Date> {
    age::date_of_birth(person.date_of_birth.as_deref()?)
}

/// Anything but an alpha-3 code is left out: of `FR` or `French` a service would make a citizen of nowhere.
fn nationality(person: &PersonClaims) -> Option<&str> {
    let code = person.nationality.as_deref()?;
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

fn photo(person: &PersonClaims) -> Option<String> {
    use base64::Engine as _;
    let photo = person.photo.as_ref().filter(|photo| !photo.is_empty())?;
    Some(base64::engine::general_purpose::STANDARD.encode(photo))
}

/// `J. D.`: the first letters of given and family name. A person with one name has one initial.
fn initials(person: &PersonClaims) -> Option<String> {
    let initial = |name: &Option<String>| {
        let first = filled(name.as_deref())?.chars().find(|c| c.is_alphabetic())?;
        Some(format!("{}.", first.to_uppercase()))
    };
    let initials: Vec<String> = [&person.given_name, &person.family_name]
        .into_iter()
        .filter_map(initial)
        .collect();
    (!initials.is_empty()).then(|| initials.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn marie() -> PersonClaims {
        PersonClaims {
            given_name: Some("Marie".to_owned()),
            family_name: Some("Dupont".to_owned()),
            date_of_birth: Some("2000-02-29".to_owned()),
            nationality: Some("FRA".to_owned()),
            document_number: Some("X-1".to_owned()),
            photo: Some(vec![0xff, 0xd8, 0xff]),
            trust_level: Some(2),
            ..PersonClaims::new("token-1")
        }
    }

    fn told_on(day: &str, scopes: &str, person: &PersonClaims, style: ClaimStyle) -> (String, Value) {
        let told = tell(
            &ScopeList::parse(scopes).unwrap(),
            person,
            style,
            day.parse().unwrap(),
        );
        (told.scope.to_string(), Value::Object(told.claims))
    }

    fn told(scopes: &str, person: &PersonClaims) -> (String, Value) {
        told_on("2026-11-21", scopes, person, ClaimStyle::Snake)
    }

    #[test]
    fn each_scope_tells_what_the_table_of_the_profile_says() {
        for (scope, claims) in [
            (
                "identity:name",
                json!({ "givenName": "Marie", "familyName": "Dupont" }),
            ),
            ("identity:given_name", json!({ "givenName": "Marie" })),
            ("identity:family_name", json!({ "familyName": "Dupont" })),
            ("identity:date_of_birth", json!({ "dateOfBirth": "2000-02-29" })),
            ("identity:nationality", json!({ "nationality": "FRA" })),
            ("identity:document", json!({ "documentNumber": "X-1" })),
            ("identity:photo", json!({ "photoBase64": "/9j/" })),
            ("identity:trust_level", json!({ "trustLevel": 2 })),
            ("identity:age_over_18", json!({ "age_over_18": true })),
            ("identity:age_over_21", json!({ "age_over_21": true })),
            ("identity:age_over_25", json!({ "age_over_25": true })),
            ("identity:age_range", json!({ "ageRange": "25-34" })),
            ("identity:is_eu_citizen", json!({ "isEuCitizen": true })),
            ("identity:name_initial", json!({ "nameInitial": "M. D." })),
            (
                "identity:basic",
                json!({ "givenName": "Marie", "familyName": "Dupont", "trustLevel": 2 }),
            ),
            (
                "identity:age_verification",
                json!({ "age_over_18": true, "givenName": "Marie", "familyName": "Dupont" }),
            ),
            (
                "identity:full",
                json!({ "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "2000-02-29",
                    "nationality": "FRA", "documentNumber": "X-1", "trustLevel": 2 }),
            ),
            (
                "identity:full_with_photo",
                json!({ "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "2000-02-29",
                    "nationality": "FRA", "documentNumber": "X-1", "trustLevel": 2, "photoBase64": "/9j/" }),
            ),
        ] {
            assert_eq!(told(scope, &marie()), (scope.to_owned(), claims));
        }
        // No scope of the closed list is missing above.
        assert_eq!(IdentityScope::ALL.len(), 18);
    }

    #[test]
    fn only_the_ages_change_their_spelling_with_the_style() {
        let (_, claims) = told_on(
            "2026-11-21",
            "identity:age_over_18 identity:age_over_21 identity:age_over_25 identity:age_range identity:name",
            &marie(),
            ClaimStyle::Camel,
        );
        assert_eq!(
            claims,
            json!({ "ageOver18": true, "ageOver21": true, "ageOver25": true, "ageRange": "25-34",
                "givenName": "Marie", "familyName": "Dupont" })
        );
    }

    #[test]
    fn what_the_credential_does_not_hold_is_left_out_and_never_null() {
        let person = PersonClaims {
            family_name: None,
            ..marie()
        };
        assert_eq!(
            told("identity:name identity:name_initial", &person),
            (
                "identity:name identity:name_initial".to_owned(),
                json!({ "givenName": "Marie", "nameInitial": "M." })
            )
        );
        let blank = PersonClaims {
            family_name: Some("  ".to_owned()),
            ..marie()
        };
        assert_eq!(told("identity:family_name", &blank), (String::new(), json!({})));
    }

    #[test]
    fn a_scope_of_which_nothing_can_be_told_is_not_granted() {
        let all: Vec<&str> = IdentityScope::ALL
            .into_iter()
            .map(IdentityScope::as_str)
            .collect();
        assert_eq!(
            told(&all.join(" "), &PersonClaims::new("token-1")),
            (String::new(), json!({}))
        );
        let no_date = PersonClaims {
            date_of_birth: None,
            ..marie()
        };
        assert_eq!(
            told(
                "identity:age_over_18 identity:nationality identity:age_range",
                &no_date
            ),
            ("identity:nationality".to_owned(), json!({ "nationality": "FRA" }))
        );
    }

    #[test]
    fn a_birthday_on_29_february_counts_from_1_march() {
        let child = PersonClaims {
            date_of_birth: Some("2008-02-29".to_owned()),
            ..marie()
        };
        let of_age = |day| {
            let (_, claims) = told_on(day, "identity:age_over_18", &child, ClaimStyle::Snake);
            claims["age_over_18"].clone()
        };
        assert_eq!(of_age("2026-02-28"), false);
        assert_eq!(of_age("2026-03-01"), true);
    }

    #[test]
    fn half_a_date_tells_no_age_and_no_birthday() {
        for dob in ["2000", "2000-02", "2001-02-29", "tomorrow"] {
            let person = PersonClaims {
                date_of_birth: Some(dob.to_owned()),
                ..marie()
            };
            let (scope, claims) = told(
                "identity:date_of_birth identity:age_over_18 identity:age_range",
                &person,
            );
            assert_eq!((scope.as_str(), claims), ("", json!({})), "{dob}");
        }
        let unborn = PersonClaims {
            date_of_birth: Some("2026-11-22".to_owned()),
            ..marie()
        };
        assert_eq!(told("identity:age_over_18", &unborn), (String::new(), json!({})));
    }

    #[test]
    fn the_union_has_27_members_and_others_are_none() {
        let mut members = EU_MEMBERS.to_vec();
        members.dedup();
        assert_eq!(members.len(), 27);
        assert!(
            members.is_sorted(),
            "sorted, so that one that is written twice is seen"
        );
        let citizen = |code: &str| {
            let person = PersonClaims {
                nationality: Some(code.to_owned()),
                ..marie()
            };
            told("identity:is_eu_citizen", &person).1
        };
        assert_eq!(citizen("HRV"), json!({ "isEuCitizen": true }));
        for outside in ["GBR", "CHE", "NOR", "THA"] {
            assert_eq!(citizen(outside), json!({ "isEuCitizen": false }), "{outside}");
        }
        for no_code in ["FR", "fra", "France", ""] {
            assert_eq!(citizen(no_code), json!({}), "{no_code}");
        }
    }

    #[test]
    fn initials_are_letters_of_any_script() {
        let initials = |given: &str, family: &str| {
            let person = PersonClaims {
                given_name: Some(given.to_owned()),
                family_name: Some(family.to_owned()),
                ..marie()
            };
            told("identity:name_initial", &person).1
        };
        assert_eq!(initials("jean-luc", "d'Arc"), json!({ "nameInitial": "J. D." }));
        assert_eq!(initials("Émile", "Öz"), json!({ "nameInitial": "É. Ö." }));
        assert_eq!(initials("สมชาย", "ดีมาก"), json!({ "nameInitial": "ส. ด." }));
        assert_eq!(initials("'", "-"), json!({}));
    }
}

//! `countersign service add`.

use crate::command::input;
use crate::failure::Failed;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::service::NewService;
use countersign_protocol::x1280::{ClaimStyle, IdentityScope};
use std::path::PathBuf;

/// What is said of a new service.
#[derive(Debug, clap::Args)]
pub(super) struct New {
    /// Its name, shown to people
    #[arg(long)]
    name: String,
    /// What it may ask for; once for each scope
    #[arg(long = "allowed-scope", value_name = "SCOPE", required = true, num_args = 1.., value_delimiter = ',',
        value_parser = scope_parser())]
    allowed_scopes: Vec<String>,
    /// What it asks for when its request names nothing [default: the allowed scopes]
    #[arg(long = "default-scope", value_name = "SCOPE", num_args = 1.., value_delimiter = ',',
        value_parser = scope_parser(), hide_possible_values = true)]
    default_scopes: Vec<String>,
    /// A web page that may ask in its name: scheme, host and perhaps port; once for each
    #[arg(long = "origin", value_name = "URL", num_args = 1..)]
    origins: Vec<String>,
    /// `aud` of the identities that are made for it
    #[arg(long, value_name = "AUD")]
    audience: String,
    /// How it wants claims about age spelled: `age_over_18` or `ageOver18`
    #[arg(long = "claim-style", value_name = "STYLE", default_value = "snake", value_parser = style_parser())]
    claim_style: ClaimStyle,
    /// A phone must say which scopes it grants; saying nothing is not a yes to all
    #[arg(long)]
    consent_required: bool,
    /// Its picture
    #[arg(long = "logo", value_name = "URL")]
    logo_url: Option<String>,
    /// What it says about what it does with data
    #[arg(long = "privacy", value_name = "URL")]
    privacy_url: Option<String>,
    /// Its public keys (RFC 7517), to prove itself with serviceAssertion
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// How long its credential is good, such as 2y, 90d or 1y 6mo
    #[arg(long, value_name = "TIME", default_value = "2y", value_parser = lifetime)]
    expires: Lifetime,
}

impl New {
    /// With the keys of the file.
    pub(super) fn read(self) -> Result<NewService, Failed> {
        Ok(NewService {
            name: self.name,
            logo_url: self.logo_url,
            privacy_url: self.privacy_url,
            allowed_scopes: self.allowed_scopes,
            default_scopes: self.default_scopes,
            origins: self.origins,
            audience: self.audience,
            claim_style: self.claim_style,
            consent_required: self.consent_required,
            jwks: self.jwks.as_deref().map(input::json).transpose()?,
            lifetime: self.expires,
        })
    }
}

fn scope_parser() -> PossibleValuesParser {
    PossibleValuesParser::new(IdentityScope::ALL.map(IdentityScope::as_str))
}

fn style_parser() -> impl clap::builder::TypedValueParser<Value = ClaimStyle> {
    PossibleValuesParser::new(ClaimStyle::ALL.map(ClaimStyle::as_str))
        .try_map(|word| ClaimStyle::parse(&word).ok_or("no such style"))
}

/// Reads a lifetime, for clap.
pub(in crate::command) fn lifetime(text: &str) -> Result<Lifetime, String> {
    Lifetime::parse(text).map_err(|refusal| refusal.description.into_owned())
}

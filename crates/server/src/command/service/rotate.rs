//! `countersign service rotate`.

use super::add::lifetime;
use crate::command::CLI;
use crate::failure::Failed;
use countersign_core::Provider;
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::service::{Rotated, Rotation, rotate};

/// What is replaced.
#[derive(Debug, clap::Args)]
pub(super) struct Replace {
    /// Its id, or its name
    #[arg(value_name = "ID|NAME")]
    service: String,
    /// Replace one of the two and leave the other in force
    #[arg(long, value_name = "WHAT")]
    only: Option<Only>,
    /// How long the new credential is good, such as 2y, 90d or 1y 6mo
    #[arg(long, value_name = "TIME", default_value = "2y", value_parser = lifetime)]
    expires: Lifetime,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Only {
    /// The credential, for example because it is about to end
    Credential,
    /// The key of the response hashes
    ResponseKey,
}

impl Replace {
    /// Replaces it.
    pub(super) async fn run(self, provider: &Provider) -> Result<Rotated, Failed> {
        let what = match self.only {
            None => Rotation::Both,
            Some(Only::Credential) => Rotation::Credential,
            Some(Only::ResponseKey) => Rotation::ResponseKey,
        };
        Ok(rotate(provider, &self.service, what, self.expires, CLI).await?)
    }
}

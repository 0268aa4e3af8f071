//! What every operator command takes.

use crate::data::DataDir;
use crate::failure::Failed;
use crate::open::Opened;
use crate::output;
use serde::Serialize;
use std::path::PathBuf;

/// Where the provider is, and how to answer.
#[derive(Debug, clap::Args)]
pub(crate) struct Operator {
    /// Data directory of the provider
    #[arg(long, global = true, value_name = "DIR", env = "COUNTERSIGN_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Configuration file [default: countersign.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Operator {
    /// The data directory.
    pub(crate) fn data(&self) -> Result<DataDir, Failed> {
        self.data.as_ref().map(DataDir::new).ok_or_else(|| {
            Failed::usage("say which provider: --data DIR, or the environment variable COUNTERSIGN_DATA")
        })
    }

    /// Opens the provider, beside a running server.
    pub(crate) async fn open(&self) -> Result<Opened, Failed> {
        Opened::open(&self.data()?, self.config.as_deref()).await
    }

    /// Prints a result as JSON or, for people, as text.
    pub(crate) fn show(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failed> {
        output::show(self.json, value, text)
    }
}

//! `countersign config`: the configuration, checked and explained.

use crate::cli::Operator;
use crate::config::{Config, reference};
use crate::failure::Failed;
use crate::output::{self, WAITING};
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  countersign config example > countersign.toml
  countersign config check --data ./data
  countersign config check --config ./countersign.toml --json";

/// The configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    at: Operator,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check the file and the environment, and print what is in force
    Check,
    /// Print a complete file with every setting explained
    Example,
    /// Print the reference in Markdown
    Reference,
}

/// Runs `countersign config`.
pub(crate) fn run(args: &Args) -> Result<(), Failed> {
    match args.command {
        Command::Check => check(&args.at),
        Command::Example => output::say(&reference::example()),
        Command::Reference => output::say(&reference::markdown()),
    }
}

fn check(at: &Operator) -> Result<(), Failed> {
    let config = match (&at.data, &at.config) {
        (None, Some(file)) => Config::load(file)?,
        (_, file) => at.data()?.load(file.as_deref())?,
    };
    let warnings = config.warnings();
    for warning in &warnings {
        output::note(&format!("{WAITING}warning:{WAITING:#} {warning}"));
    }
    let answer = json!({
        "file": config.file.display().to_string(),
        "issuer": config.host.issuer(),
        "warnings": warnings,
        "settings": config.settings,
    });
    at.show(&answer, || {
        format!(
            "# {} and the environment, in force:\n{}",
            config.file.display(),
            reference::in_force(&config.settings)
        )
    })
}

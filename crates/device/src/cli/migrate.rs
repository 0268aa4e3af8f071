//! MIGRATE: the files of the tool before this one.

use countersign_device::{Answers, Migration, MigrationError};
use serde::Serialize;

use super::args::Args;
use super::error::CliError;
use super::output;

/// A line of `--json`, one for each file.
#[derive(Serialize)]
struct Line<'a> {
    path: String,
    what: &'a str,
}

pub(crate) fn run(args: &Args) -> Result<(), CliError> {
    let answers = Answers {
        host: args.address.as_deref().map(str::parse).transpose()?,
        domain: args.domain.clone(),
        title: args.title.clone(),
        location: args.location.clone(),
        role: args.role,
    };
    let migration = Migration::plan(&args.folders()?, &answers)?;
    if !args.check {
        migration.apply().map_err(MigrationError::from)?;
    }
    for step in migration.steps() {
        if args.json {
            output::json(&Line {
                path: step.path.display().to_string(),
                what: step.what,
            })?;
        } else {
            output::line(&step.to_string())?;
        }
    }
    match (args.json, migration.has_nothing_to_do(), args.check) {
        (true, ..) => Ok(()),
        (false, true, _) => output::line("There is nothing to migrate."),
        (false, false, true) => output::line("Nothing was changed; leave out --check to do it."),
        (false, false, false) => output::line("Migrated. Look at the result with countersign-device doctor."),
    }
}

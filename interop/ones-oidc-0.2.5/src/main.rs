//! The published `ones-oidc` 0.2.5 as a program: one call a process, one JSON object on standard output.
//! What every version shares is in `../common`; what only this one does is in `edition.rs`.

use std::process::ExitCode;

#[path = "../../common/driver.rs"]
mod driver;
mod edition;

fn main() -> ExitCode {
    driver::main()
}

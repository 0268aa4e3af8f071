//! The published `ones-oidc` 0.3.7 as a program: one call a process, one JSON object on standard output.
//! What every version shares is in `../common`; what the 0.3 versions do alike is in `edition_0_3.rs` there.

use std::process::ExitCode;

#[path = "../../common/driver.rs"]
mod driver;
#[path = "../../common/edition_0_3.rs"]
mod edition;

fn main() -> ExitCode {
    driver::main()
}

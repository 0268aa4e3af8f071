//! `cargo xtask test`: formatting, lints, dependency rules and every test.

use crate::step::{self, Outcome};
use crate::{check_deps, demo, generate, packages};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leave out the published clients of other people (interop/), which take minutes to build, and all that runs with Node
    #[arg(long)]
    without_interop: bool,
}

/// The examples that tests run with Node.
const EXAMPLES: [&str; 2] = ["x1280-browser", "x1280-node"];

/// The published crate's versions that sign in to the running server.
pub(crate) const ONES_OIDC: [&str; 5] = ["0.2.1", "0.2.5", "0.2.6", "0.3.7", "0.3.9"];

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    lint()?;
    demo::build(false)?;
    if !arguments.without_interop {
        build_interop()?;
        install_examples()?;
    }
    let mut tests = step::cargo();
    tests.args(["test", "--locked", "--workspace"]);
    if arguments.without_interop {
        // The tests say that they were left out; they never pass in silence.
        tests.env("COUNTERSIGN_WITHOUT_INTEROP", "1");
    }
    step::run("every test of the workspace", &mut tests)?;
    if !arguments.without_interop && packages::npm_is_here() {
        packages::test()?;
    }
    step::run(
        "the documentation of every crate",
        step::cargo()
            .args(["doc", "--locked", "--workspace", "--no-deps", "--quiet"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    check_story()
}

/// Plays the story as a newcomer sees it, and compares its record with the one that is committed.
fn check_story() -> Outcome {
    let fresh = step::target().join("flows");
    let mut story = demo::program("countersign", false);
    step::run(
        "the main job, as a newcomer sees it",
        story.args(["demo", "--once", "--transcript"]).arg(&fresh),
    )?;
    let committed = pages(&step::root().join(generate::FLOWS))?;
    // Other pages of the folder are recorded and compared by tests.
    if pages(&fresh)?
        .iter()
        .all(|(name, page)| committed.get(name) == Some(page))
    {
        Ok(())
    } else {
        Err(format!(
            "{} is not what happens any more; run `cargo xtask gen` and commit it",
            generate::FLOWS
        ))
    }
}

/// The pages of a directory by name.
fn pages(directory: &Path) -> Result<BTreeMap<OsString, String>, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", directory.display());
    std::fs::read_dir(directory)
        .map_err(unreadable)?
        .map(|entry| {
            let entry = entry.map_err(unreadable)?;
            Ok((
                entry.file_name(),
                std::fs::read_to_string(entry.path()).map_err(unreadable)?,
            ))
        })
        .collect()
}

/// Formatting, lints, dependency rules.
pub(crate) fn lint() -> Outcome {
    step::run("formatting", step::cargo().args(["fmt", "--all", "--check"]))?;
    check_deps::run()?;
    step::run(
        "lints",
        step::cargo().args([
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// Builds the drivers of the published clients: four versions of a Rust crate, each with a lock of its own, and a
/// Python environment.
fn build_interop() -> Outcome {
    let target = step::root().join("interop/target");
    for version in ONES_OIDC {
        let mut build = step::cargo();
        build.args([
            "build",
            "--locked",
            "--quiet",
            "--manifest-path",
            &format!("interop/ones-oidc-{version}/Cargo.toml"),
        ]);
        build.arg("--target-dir").arg(&target);
        // The published crate links OpenSSL. Without its headers it is compiled from source, which takes longer.
        if !has_openssl() {
            build.args(["--features", "vendored-openssl"]);
        }
        step::run(&format!("the published client ones-oidc {version}"), &mut build)?;
    }
    let venv = target.join("venv");
    if !venv.join("bin/pip").exists() {
        step::run(
            "a Python environment (on Debian it needs the package python3-venv)",
            Command::new("python3").args(["-m", "venv"]).arg(&venv),
        )?;
    }
    let requirements = step::root().join("interop/python/requirements.txt");
    let mut install = Command::new(venv.join("bin/pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(requirements);
    step::run("the Python clients", &mut install)
}

fn has_openssl() -> bool {
    succeeds("pkg-config", &["--exists", "openssl"])
}

/// Installs what the locks of the examples pin. Without npm the tests say that the examples did not run; in CI that
/// is a failure here already.
fn install_examples() -> Outcome {
    if !packages::npm_is_here() {
        eprintln!("==> npm is not here: neither the examples nor the TypeScript packages will be tested");
        return Ok(());
    }
    for example in EXAMPLES {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(step::root().join("examples").join(example));
        step::run(&format!("the packages of examples/{example}"), &mut npm)?;
    }
    Ok(())
}

/// Whether a program is there and content.
fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut probe = Command::new(program);
    probe.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

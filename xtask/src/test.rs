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

/// What the library for services leaves to the choice of its users.
const FEATURES: &str = "countersign-client/axum";

/// What tests run with Node: two examples, and a provider that is not ours.
const NODE: [&str; 3] = [
    "examples/x1280-browser",
    "examples/x1280-node",
    "interop/oidc-provider",
];

/// The published crate's versions that sign in to the running server.
pub(crate) const ONES_OIDC: [&str; 5] = ["0.2.1", "0.2.5", "0.2.6", "0.3.7", "0.3.9"];

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    lint()?;
    demo::build(false)?;
    if !arguments.without_interop {
        build_interop()?;
        install_node()?;
    }
    let mut tests = step::cargo();
    tests.args(["test", "--locked", "--workspace", "--features", FEATURES]);
    if arguments.without_interop {
        // The tests say that they were left out; they never pass in silence.
        tests.env("COUNTERSIGN_WITHOUT_INTEROP", "1");
    }
    step::run("every test of the workspace", &mut tests)?;
    test_tpm()?;
    if !arguments.without_interop && packages::npm_is_here() {
        packages::test()?;
    }
    step::run(
        "the documentation of every crate",
        step::cargo()
            .args(["doc", "--locked", "--workspace", "--no-deps", "--quiet"])
            .args(["--features", FEATURES])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    check_story()
}

/// The machine's program once more with keys in a TPM, where the TPM2 software stack is there to build with. In CI it
/// has to be there.
fn test_tpm() -> Outcome {
    if !succeeds("pkg-config", &["--exists", "tss2-esys"]) {
        let absent = "keys in a TPM were not tested: pkg-config finds no tss2-esys (Debian: libtss2-dev)";
        return match std::env::var_os("CI") {
            Some(_) => Err(absent.to_owned()),
            None => {
                eprintln!("==> {absent}");
                Ok(())
            }
        };
    }
    let device = [
        "--locked",
        "-p",
        "countersign-device",
        "--features",
        "tpm",
        "--all-targets",
    ];
    step::run(
        "lints of keys in a TPM",
        step::cargo()
            .arg("clippy")
            .args(device)
            .args(["--quiet", "--", "-D", "warnings"]),
    )?;
    step::run("keys in a TPM", step::cargo().arg("test").args(device))
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
            "--features",
            FEATURES,
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// Builds the drivers of the published clients: Rust crates, each with a lock of its own, and a Python environment.
fn build_interop() -> Outcome {
    let target = step::root().join("interop/target");
    for version in ONES_OIDC {
        let mut build = driver(&format!("ones-oidc-{version}"), &target);
        // The published crate links OpenSSL. Without its headers it is compiled from source, which takes longer.
        if !has_openssl() {
            build.args(["--features", "vendored-openssl"]);
        }
        step::run(&format!("the published client ones-oidc {version}"), &mut build)?;
    }
    step::run(
        "the published client openidconnect 4",
        &mut driver("openidconnect-4", &target),
    )?;
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

/// The build of a driver in Rust, which has a workspace and a lock of its own.
fn driver(name: &str, target: &Path) -> Command {
    let mut build = step::cargo();
    let manifest = format!("interop/{name}/Cargo.toml");
    build.args(["build", "--locked", "--quiet", "--manifest-path", &manifest]);
    build.arg("--target-dir").arg(target);
    build
}

fn has_openssl() -> bool {
    succeeds("pkg-config", &["--exists", "openssl"])
}

/// Installs what the locks of the Node programs pin. Without npm the tests say that these did not run; in CI that is a
/// failure here already.
fn install_node() -> Outcome {
    if !packages::npm_is_here() {
        eprintln!("==> npm is not here: neither what needs Node nor the TypeScript packages will be tested");
        return Ok(());
    }
    for folder in NODE {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(step::root().join(folder));
        step::run(&format!("the packages of {folder}"), &mut npm)?;
    }
    Ok(())
}

/// Whether a program is there and content.
fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut probe = Command::new(program);
    probe.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

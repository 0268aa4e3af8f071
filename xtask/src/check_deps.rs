//! Arrows point down only (docs/architecture.md): every edge between our crates stands in one table, and what we do
//! not want in the house is named with its reason.

use crate::step::{self, Outcome};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeSet;

/// Which of our crates a crate may depend on. Development dependencies are free: tests may look at everything.
const ARROWS: [(&str, &[&str]); 13] = [
    ("protocol", &[]),
    ("jose", &[]),
    ("vds", &["jose"]),
    ("core", &["protocol", "jose", "vds"]),
    ("store-sqlite", &["core", "protocol", "jose"]),
    ("notify", &["core", "protocol", "jose"]),
    ("http", &["core", "protocol", "jose"]),
    (
        "server",
        &[
            "http",
            "notify",
            "store-sqlite",
            "core",
            "protocol",
            "jose",
            "vds",
        ],
    ),
    ("client", &["protocol", "jose"]),
    ("device", &["client", "protocol", "jose"]),
    ("authenticator", &["protocol", "jose", "vds"]),
    (
        "testkit",
        &["core", "store-sqlite", "notify", "protocol", "jose", "vds"],
    ),
    ("xtask", &["core", "store-sqlite", "notify", "protocol", "jose"]),
];

/// Crates of others that one of ours must not link, and why.
const KEPT_OUT: [(&str, &[&str], &str); 3] = [
    (
        "core",
        &["axum", "hyper", "tokio", "rusqlite", "reqwest", "aws-lc-rs"],
        "core knows no HTTP, SQL, runtime or cryptography library",
    ),
    (
        "protocol",
        &["axum", "hyper", "tokio", "rusqlite", "reqwest", "aws-lc-rs"],
        "protocol parses and decides nothing",
    ),
    (
        "http",
        &["rusqlite", "reqwest", "aws-lc-rs"],
        "http reaches the store and the keys through core",
    ),
];

/// Crates that nobody may bring in, at any depth.
const BANNED: [(&str, &str); 3] = [
    (
        "openssl-sys",
        "one cryptography library, built from source: aws-lc",
    ),
    ("ring", "one cryptography library: aws-lc"),
    ("native-tls", "TLS is rustls"),
];

const PREFIX: &str = "countersign-";

pub(crate) fn run() -> Outcome {
    eprintln!("==> dependency rules");
    let metadata = MetadataCommand::new()
        .current_dir(step::root())
        .other_options(["--locked".to_owned()])
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let mut broken: Vec<String> = metadata
        .workspace_packages()
        .into_iter()
        .flat_map(broken_arrows)
        .collect();
    broken.extend(banned()?);
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!("dependency rules are broken:\n  {}", broken.join("\n  ")))
    }
}

fn broken_arrows(package: &Package) -> Vec<String> {
    let name = package.name.trim_start_matches(PREFIX);
    let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| *room == name) else {
        return vec![format!(
            "{name} is a new room: give it its arrows in xtask/src/check_deps.rs"
        )];
    };
    let normal = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development);
    let kept_out = KEPT_OUT.iter().find(|(room, ..)| *room == name);
    normal
        .filter_map(|dependency| match dependency.name.strip_prefix(PREFIX) {
            Some(room) if !allowed.contains(&room) => Some(format!(
                "{name} must not depend on {room}: arrows point down only"
            )),
            Some(_) => None,
            None => kept_out
                .filter(|(_, crates, _)| crates.contains(&dependency.name.as_str()))
                .map(|(_, _, why)| format!("{name} must not depend on {}: {why}", dependency.name)),
        })
        .collect()
}

/// Looks at what is really built: Cargo.lock also names what a disabled feature would bring.
fn banned() -> Result<Vec<String>, String> {
    let tree = step::cargo()
        .args([
            "tree",
            "--locked",
            "--workspace",
            "--edges",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    if !tree.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&tree.stderr)));
    }
    let built = String::from_utf8_lossy(&tree.stdout);
    let built: BTreeSet<&str> = built.lines().filter_map(|line| line.split(' ').next()).collect();
    Ok(BANNED
        .iter()
        .filter(|(name, _)| built.contains(name))
        .map(|(name, why)| format!("{name} is linked (cargo tree -i {name} shows by whom): {why}"))
        .collect())
}

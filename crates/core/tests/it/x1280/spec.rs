//! `docs/specs/x1280.md` says the truth: every test and every file that it names is there, it has every clause of the
//! Recommendation and every section that the code cites.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn profile() -> String {
    std::fs::read_to_string(workspace().join("docs/specs/x1280.md")).unwrap()
}

/// What stands in backquotes within a line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether one of the files that a module may stand in has the test: `tests/it` before `src`.
fn is_test(krate: &str, modules: &[&str], name: &str) -> bool {
    let module = modules.join("/");
    ["tests/it", "src"].iter().any(|folder| {
        let path = workspace().join(format!("crates/{krate}/{folder}/{module}.rs"));
        std::fs::read_to_string(path).is_ok_and(|source| has_test(&source, name))
    })
}

fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    lines.windows(2).any(|two| {
        two[0].starts_with("#[") && two[0].contains("test") && {
            let function = two[1].trim_start_matches("async ");
            function.starts_with(&format!("fn {name}("))
        }
    })
}

#[test]
fn every_test_and_file_that_the_profile_names_exists() {
    let profile = profile();
    let (mut tests, mut files) = (BTreeSet::new(), BTreeSet::new());
    for text in quoted(&profile) {
        if text.starts_with("crates/") && !text.contains('<') {
            assert!(workspace().join(text).is_file(), "{text} is no file");
            files.insert(text);
        }
        if let [krate, modules @ .., name] = text.split("::").collect::<Vec<_>>().as_slice()
            && !modules.is_empty()
            && *krate != "crate"
        {
            assert!(is_test(krate, modules, name), "{text} is no test");
            tests.insert(text);
        }
    }
    assert!(tests.len() > 80, "the page was not read: {} tests", tests.len());
    assert!(files.len() > 20, "the page was not read: {} files", files.len());
}

#[test]
fn every_clause_of_the_recommendation_has_a_row_with_a_test() {
    let profile = profile();
    for clause in [
        "7.1", "7.2", "7.3", "8.1", "8.2", "8.3", "8.4", "8.5", "9.1", "9.2",
    ] {
        let row = profile
            .lines()
            .find(|line| line.starts_with(&format!("| {clause} ")));
        let row = row.unwrap_or_else(|| panic!("clause {clause} has no row"));
        assert!(
            row.contains("::") || row.contains("(#threats)"),
            "clause {clause} has no test"
        );
    }
    let threats = profile.split("### Threats").nth(1).unwrap();
    let threats = threats.split("\n## ").next().unwrap();
    let rows: Vec<&str> = threats
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
        .collect();
    assert!(rows.len() > 8, "{}", rows.len());
    assert!(rows.iter().all(|row| row.contains("::")), "a threat has no test");
}

#[test]
fn every_section_that_the_code_cites_is_there() {
    let profile = profile();
    for (number, title) in [
        (1, "Initiate"),
        (2, "Socket"),
        (3, "Verify and reject"),
        (4, "Identity"),
        (5, "Enrolment"),
        (6, "Credentials"),
        (7, "Services"),
    ] {
        assert!(
            profile.contains(&format!("\n## {number} {title}\n")),
            "there is no section {number} {title}"
        );
    }
}

#[test]
fn every_scope_and_every_table_of_vectors_is_on_the_page() {
    let profile = profile();
    for scope in countersign_protocol::x1280::IdentityScope::ALL {
        assert!(profile.contains(&format!("`{scope}`")), "{scope}");
    }
    let overview = std::fs::read_to_string(workspace().join("vectors/README.md")).unwrap();
    let files = std::fs::read_dir(workspace().join("vectors/x1280")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(
            Path::new(&name).extension().is_some_and(|end| end == "json"),
            "{name}"
        );
        assert!(
            overview.contains(&format!("`{name}`")),
            "vectors/README.md does not tell of {name}"
        );
    }
}

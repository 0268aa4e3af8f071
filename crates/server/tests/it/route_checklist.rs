//! `docs/checklists/onesid-routes.md` says the truth: it has every row of the route summary of the OnesID wire contract,
//! every row has a test or the issue that brings it, and every test that it names exists.

use crate::actors::programs::root;
use std::fs;

/// The routes of a Markdown table and what stands beside them.
fn rows(text: &str) -> Vec<(String, String)> {
    let cells = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let routes = cells.filter(|(first, _)| first.starts_with("GET ") || first.starts_with("POST "));
    routes
        .map(|(route, rest)| (route.to_owned(), rest.to_owned()))
        .collect()
}

fn checklist() -> Vec<(String, String)> {
    let rows = rows(&fs::read_to_string(root().join("docs/checklists/onesid-routes.md")).unwrap());
    assert!(rows.len() > 10, "the table is there");
    rows
}

/// The names in backquotes, as `crate::module::name`.
fn named(proof: &str) -> Vec<[&str; 3]> {
    let quoted = proof.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|name| name.split("::").collect::<Vec<_>>().try_into().ok())
        .collect()
}

#[test]
fn every_test_that_the_checklist_names_exists() {
    for (route, proof) in checklist() {
        for [package, module, name] in named(&proof) {
            let file = root().join(format!("crates/{package}/tests/it/{module}.rs"));
            let text =
                fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let function = lines
                .iter()
                .position(|line| line.contains(&format!("fn {name}() {{")));
            let function = function.unwrap_or_else(|| panic!("{route}: {module} has no {name}"));
            let attribute = function.checked_sub(1).map(|above| lines[above]);
            assert!(
                attribute.is_some_and(|line| line == "#[test]" || line.starts_with("#[tokio::test")),
                "{route}: {module}::{name} is no test"
            );
        }
    }
}

#[test]
fn every_row_has_a_test_or_the_issue_that_brings_it() {
    for (route, proof) in checklist() {
        assert!(
            !named(&proof).is_empty() || proof.contains("Comes with the issue"),
            "{route}: {proof}"
        );
    }
}

#[test]
fn every_row_of_the_wire_contract_is_in_the_checklist() {
    let contract = root().join("../shared/wire/onesid.md");
    let Ok(text) = fs::read_to_string(&contract) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "{} is missing",
            contract.display()
        );
        eprintln!(
            "Left out: {} is not here to be compared with.",
            contract.display()
        );
        return;
    };
    let summary = text.split("### Route summary").nth(1).unwrap();
    let summary = summary.split("\n## ").next().unwrap();
    let wanted: Vec<String> = rows(summary).into_iter().map(|(route, _)| route).collect();
    let found: Vec<String> = checklist().into_iter().map(|(route, _)| route).collect();
    assert_eq!(found, wanted);
}

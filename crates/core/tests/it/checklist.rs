//! `docs/checklists/ciba.md` says the truth: every test that it names exists, and every row has a test or a reason.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

const REASONS: [&str; 3] = ["Not served: ", "Ours differs: ", "Elsewhere: "];

fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

struct Row {
    id: String,
    proof: String,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(workspace().join("docs/checklists/ciba.md")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| "));
    let cells = lines.map(|line| {
        line.trim_matches('|')
            .split(" | ")
            .map(str::trim)
            .collect::<Vec<_>>()
    });
    cells
        .filter(|cells| !matches!(cells.first(), Some(&"row" | &"---")))
        .map(|cells| {
            assert_eq!(cells.len(), 3, "a row has three cells: {cells:?}");
            Row {
                id: cells[0].to_owned(),
                proof: cells[2].to_owned(),
            }
        })
        .collect()
}

/// The `crate::module::name` of a cell.
fn tests_of(proof: &str) -> impl Iterator<Item = [&str; 3]> {
    let quoted = proof.split('`').skip(1).step_by(2);
    quoted.filter_map(|text| text.split("::").collect::<Vec<_>>().try_into().ok())
}

#[test]
fn every_test_that_the_checklist_names_exists() {
    let mut sources = HashMap::new();
    let mut named = 0;
    for row in rows() {
        for [krate, module, name] in tests_of(&row.proof) {
            let path = workspace().join(format!("crates/{krate}/tests/it/{module}.rs"));
            let source = sources
                .entry(path)
                .or_insert_with_key(|path| std::fs::read_to_string(path).unwrap_or_default());
            let test = source
                .lines()
                .zip(source.lines().skip(1))
                .any(|(attribute, line)| {
                    attribute.contains("test")
                        && line
                            .trim_start_matches("async ")
                            .starts_with(&format!("fn {name}("))
                });
            assert!(test, "row {}: {krate}::{module}::{name} is no test", row.id);
            named += 1;
        }
    }
    assert!(named > 100, "the table was not read: {named} tests");
}

#[test]
fn every_row_of_the_checklist_has_a_test_or_a_reason() {
    for row in rows() {
        let reason = REASONS.iter().any(|reason| row.proof.contains(reason));
        assert!(
            reason || tests_of(&row.proof).next().is_some(),
            "row {} has neither",
            row.id
        );
    }
}

#[test]
fn every_module_of_the_conformance_plan_has_a_row_and_no_row_stands_twice() {
    let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for module in 1..=35 {
        assert!(
            unique.contains(&format!("A{module}")),
            "module {module} of part A"
        );
    }
}

#[tokio::test]
async fn every_refusal_that_a_test_meets_is_printable() {
    // `support::refused` looks at the description of every refusal of this whole suite; here at one that quotes input.
    let scene = crate::scene::Scene::new().await;
    let client = scene.client("standard").await;
    let hostile = serde_json::json!({ "scope": "openid a\tb <script> \u{fc}\r\nX-Header: 1" });
    for parameters in [hostile, serde_json::json!({ "scope": "openid nothing-of-ours" })] {
        let outcome = scene.world.start(&client, &crate::scene::with(&parameters)).await;
        assert_eq!(
            crate::support::refused(outcome),
            countersign_protocol::ErrorCode::InvalidScope
        );
    }
}

//! The SQL text: what sqlx would have checked when compiling, and what keeps it fit for a second database.

use crate::place;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const STORE_SQL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../store-sql");

/// Queries that may read a whole table: operators' lists, and the handful of signing keys.
const LISTS: [&str; 12] = [
    "application/list",
    "approval/stops",
    "authenticator/list",
    "client/list",
    "consent/list",
    "device/list",
    "device/registrations",
    "keys/list",
    "organisation/list",
    "user/list",
    "x1280/credential_list",
    "x1280/service_list",
];

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("the directory is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Name (`noun/verb`) and text of every query.
fn queries() -> Vec<(String, String)> {
    let root = Path::new(STORE_SQL).join("queries");
    let mut queries: Vec<_> = files_below(&root)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("it is below").with_extension("");
            (
                name.to_string_lossy().into_owned(),
                fs::read_to_string(&path).expect("text"),
            )
        })
        .collect();
    queries.sort();
    assert!(queries.len() > 80, "the queries were found");
    queries
}

/// SQLite numbers `$1` by its first appearance, other databases by its number: only in this order they are the same.
#[test]
fn every_query_fits_the_schema_and_numbers_its_parameters_in_order() {
    let place = place();
    drop(place.store());
    let connection = place.raw();
    for (name, text) in queries() {
        let statement = connection
            .prepare(&text)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for index in 1..=statement.parameter_count() {
            assert_eq!(
                statement.parameter_name(index),
                Some(format!("${index}").as_str()),
                "{name}"
            );
        }
    }
}

#[test]
fn every_query_is_used() {
    let sources = files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let sources: String = sources
        .iter()
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect();
    let used: BTreeSet<&str> = sources
        .split("sql!(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for (name, _) in queries() {
        assert!(used.contains(name.as_str()), "{name}.sql is used by nobody");
    }
}

/// How SQLite would run a query. That does not depend on what its parameters are bound to.
fn plan(connection: &rusqlite::Connection, name: &str, text: &str) -> Vec<String> {
    connection
        .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
        .and_then(|mut query| query.raw_query().mapped(|row| row.get("detail")).collect())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn no_query_of_a_request_reads_a_whole_table() {
    let place = place();
    drop(place.store());
    let connection = place.raw();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("tables");
    for (name, text) in queries() {
        let plan = plan(&connection, &name, &text);
        let scans = plan
            .iter()
            .any(|step| tables.iter().any(|table| step.trim() == format!("SCAN {table}")));
        assert_eq!(scans, LISTS.contains(&name.as_str()), "{name}: {plan:?}");
    }
}

/// No clock but ours, nothing that happens behind our back, no dialect where there is a common word.
#[test]
fn no_query_uses_what_another_database_lacks() {
    for (name, text) in queries() {
        let text = text.to_lowercase();
        for word in [
            "now(",
            "current_timestamp",
            "datetime(",
            "strftime",
            "insert or ",
            "replace into",
            "rowid",
            "glob ",
            "?",
        ] {
            let statements: String = text.lines().filter(|line| !line.starts_with("--")).collect();
            assert!(!statements.contains(word), "{name} uses {word}");
        }
    }
}

/// A person's history grows for years and is read by page; what is asked many times a minute must not walk through it.
#[test]
fn pending_approvals_are_found_without_reading_history() {
    let place = place();
    drop(place.store());
    let connection = place.raw();
    for name in [
        "approval/pending_of",
        "approval/pending_of_client",
        "approval/due",
    ] {
        let text = queries()
            .into_iter()
            .find(|(query, _)| query == name)
            .expect("the query is there")
            .1;
        let plan = plan(&connection, name, &text).join("; ");
        let expected = if name == "approval/due" {
            "INDEX approvals_due"
        } else {
            "INDEX approvals_pending"
        };
        assert!(plan.contains(expected), "{name}: {plan}");
    }
}

/// A table of a statement's own costs as much as the statement: SQLite makes one to sort by what has no index, for a list
/// of more than two words, and for a `WITH` that is read twice.
#[test]
fn what_every_sign_in_does_makes_no_table_of_its_own() {
    let place = place();
    drop(place.store());
    let connection = place.raw();
    let every_sign_in = [
        "application/of_client",
        "approval/by_id",
        "approval/insert",
        "approval/next_revision",
        "approval/pace_recent",
        "approval/pace_refused",
        "approval/redeem",
        "approval/settle",
        "ciba/by_digest",
        "ciba/insert",
        "ciba/note_poll",
        "client/by_id",
        "client/is_usable",
        "oidc/insert_access_token",
        "oidc/insert_grant",
        "oidc/insert_refresh_token",
        "user/by_username",
    ];
    let queries = queries();
    for name in every_sign_in {
        let (_, text) = queries
            .iter()
            .find(|(query, _)| query == name)
            .unwrap_or_else(|| panic!("there is no query {name}"));
        let steps: Vec<String> = connection
            .prepare(&format!("EXPLAIN {text}"))
            .and_then(|mut query| query.raw_query().mapped(|row| row.get("opcode")).collect())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let made = steps
            .iter()
            .filter(|step| step.starts_with("OpenEphemeral"))
            .count();
        assert_eq!(made, 0, "{name}");
    }
}

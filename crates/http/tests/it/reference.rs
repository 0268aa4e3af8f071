//! The generated pages of `docs/reference` are what the code says. `UPDATE_REFERENCE=1` writes them anew.

use countersign_http::reference::{errors_markdown, openapi_json};
use countersign_protocol::ErrorCode;
use std::path::Path;

pub(crate) fn same_as_committed(name: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/reference")
        .join(name);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/reference/{name} is out of date: run `UPDATE_REFERENCE=1 cargo test -p countersign-http`"
    );
}

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    same_as_committed("openapi.json", &openapi_json().unwrap());
}

#[test]
fn the_committed_table_of_errors_is_the_generated_one() {
    same_as_committed("errors.md", &errors_markdown());
}

#[test]
fn every_operation_documents_its_refusals_and_has_an_id_of_its_own() {
    let document = serde_json::to_value(countersign_http::openapi()).unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{method} {path}"
            );
            let responses = operation["responses"].as_object().unwrap();
            let static_page = ["/enroll", "/healthz", "/openapi.json"].contains(&path.as_str());
            assert!(
                static_page || responses.contains_key("500"),
                "{method} {path} names no refusals"
            );
            for status in responses.keys().filter(|status| status.as_str() >= "400") {
                let schema = &responses[status]["content"]["application/json"]["schema"]["$ref"];
                let body = if operation["tags"][0] == "x1280" {
                    "#/components/schemas/X1280Error"
                } else {
                    "#/components/schemas/ErrorBody"
                };
                assert_eq!(schema, body, "{method} {path} {status}");
            }
        }
    }
}

/// Codes that no endpoint answers. The list may shrink.
const NEVER_ANSWERED: [(ErrorCode, &str); 2] = [
    (
        ErrorCode::MissingUserCode,
        "no person here has a user code, so none is ever required",
    ),
    (
        ErrorCode::UnsupportedTokenType,
        "every token of ours can be revoked",
    ),
];

#[test]
fn every_code_of_the_table_is_documented_at_an_endpoint_or_is_never_answered() {
    let document = openapi_json().unwrap();
    for code in ErrorCode::ALL {
        let excused = NEVER_ANSWERED.iter().any(|(excused, _)| *excused == code);
        assert_eq!(document.contains(&format!("`{code}`")), !excused, "{code}");
    }
}

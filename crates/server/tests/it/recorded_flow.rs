//! A flow as Markdown, recorded from what a test sends and gets, and compared with the page of docs/flows.

use crate::actors::Answer;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

/// Members whose value changes from run to run; the page has their name instead.
const CHANGING: [&str; 9] = [
    "sessionId",
    "authRequestId",
    "auth_req_id",
    "access_token",
    "refresh_token",
    "id_token",
    "aud",
    "exp",
    "expIn",
];

/// The calls so far.
#[derive(Default)]
pub(crate) struct RecordedFlow(Mutex<String>);

impl RecordedFlow {
    /// Says who does what next.
    pub(crate) fn say(&self, sentence: &str) {
        let _ = writeln!(self.0.lock().unwrap(), "\n{sentence}\n");
    }

    /// Records a call and its answer.
    pub(crate) fn call(&self, host: &str, path: &str, body: &Value, answer: &Answer) {
        let _ = writeln!(
            self.0.lock().unwrap(),
            "```http\nPOST {path}\n{}\n\n{}\n{}\n```",
            shown(host, body),
            answer.status,
            shown(host, &answer.body)
        );
    }

    /// Compares the page with the one that is committed; `UPDATE_REFERENCE` writes it instead.
    pub(crate) fn same_as_committed(&self, file: &str, title: &str) {
        let page = format!(
            "# {title}\n\nRecorded by `cargo xtask gen` from a real run of the tests: the browser's calls to the relying party.\n\
             Values that change from run to run are replaced by their names.\n{}",
            self.0.lock().unwrap()
        );
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs/flows")
            .join(file);
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == page,
            "docs/flows/{file} is out of date; run `cargo xtask gen`"
        );
    }
}

fn shown(host: &str, value: &Value) -> String {
    let mut value = value.clone();
    name_changing(&mut value);
    // One order of members, whatever the features of this build.
    let text = countersign_jose::jcs::canonicalize(&value).unwrap();
    String::from_utf8(text)
        .unwrap()
        .replace(host, "https://shop.example")
}

fn name_changing(value: &mut Value) {
    let Some(members) = value.as_object_mut() else {
        return;
    };
    for (name, value) in members {
        if CHANGING.contains(&name.as_str()) && !value.is_null() {
            *value = Value::String(format!("{{{name}}}"));
        } else {
            name_changing(value);
        }
    }
}

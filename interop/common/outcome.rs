//! What a driver prints: `{"ok":true,"value":…}` or `{"ok":false,"stage":…,"kind":…,"error":…,…}`.

use std::error::Error;
use std::fmt::Debug;

use serde::Serialize;
use serde_json::{Value, json};

/// How far the client came.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// Reading device.yml or the private key.
    Load,
    /// Fetching the metadata and the key set.
    Discover,
    /// The call itself.
    Call,
}

/// Status, `error` and `error_description` of an answer that the client read and kept.
pub(crate) type ErrorAnswer<'a> = (u16, &'a str, &'a str);

/// A refusal, in the words of the published client.
pub(crate) struct Failure(Box<Report>);

#[derive(Serialize)]
struct Report {
    ok: bool,
    stage: Stage,
    /// The name of the client's own error variant, such as `CibaAuthenticationPending`; `Panic` when it panicked.
    kind: String,
    /// The client's own message.
    error: String,
    /// The HTTP status that the client kept, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The `error` that the client read from the provider's answer, if any (from 0.2.6).
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_error: Option<String>,
    /// The `error_description` beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_error_description: Option<String>,
    /// The messages of the errors underneath, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

impl Failure {
    /// A refusal that no error value stands for.
    pub(crate) fn new(stage: Stage, kind: &str, error: impl Into<String>) -> Self {
        Self(Box::new(Report {
            ok: false,
            stage,
            kind: kind.to_owned(),
            error: error.into(),
            status: None,
            oauth_error: None,
            oauth_error_description: None,
            causes: Vec::new(),
        }))
    }

    /// A refusal by the client. The kind is read from `Debug`, because 0.2.1 keeps its error types to itself.
    pub(crate) fn of<E: Error + 'static>(stage: Stage, error: &E) -> Self {
        let mut failure = Self::new(stage, &variant_name(error), error.to_string());
        let chain = chain(error);
        failure.0.status = chain
            .iter()
            .find_map(|cause| cause.downcast_ref::<reqwest::Error>()?.status())
            .map(|status| status.as_u16());
        failure.0.causes = chain.iter().skip(1).map(ToString::to_string).collect();
        if let Some((status, error, description)) = crate::edition::error_answer(error) {
            // The client says 0 when there was no answer at all.
            failure.0.status = (status > 0).then_some(status);
            failure.0.oauth_error = Some(error.to_owned());
            failure.0.oauth_error_description = Some(description.to_owned());
        }
        failure
    }
}

/// The one line that a driver prints.
pub(crate) fn report(outcome: Result<Value, Failure>) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": true, "value": value }),
        Err(failure) => json!(failure.0),
    }
}

fn chain<E: Error + 'static>(error: &E) -> Vec<&(dyn Error + 'static)> {
    let mut chain: Vec<&(dyn Error + 'static)> = vec![error];
    let mut next = error.source();
    while let Some(cause) = next {
        chain.push(cause);
        next = cause.source();
    }
    chain
}

fn variant_name(error: &impl Debug) -> String {
    let debug = format!("{error:?}");
    debug.chars().take_while(char::is_ascii_alphanumeric).collect()
}

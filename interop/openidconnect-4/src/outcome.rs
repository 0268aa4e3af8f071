//! What the driver prints: `{"ok":true,"value":…}` or `{"ok":false,"stage":…,"kind":…,"error":…,…}`.

use std::error::Error;

use openidconnect::{ErrorResponseType, RequestTokenError, StandardErrorResponse};
use serde::Serialize;
use serde_json::{Value, json};

/// How far the client came.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// Reading the private key.
    Load,
    /// Fetching the metadata and the key set.
    Discover,
    /// The call itself.
    Call,
}

/// A refusal, in the words of the published client.
pub(crate) struct Failure(Box<Report>);

#[derive(Serialize)]
struct Report {
    ok: bool,
    stage: Stage,
    /// The name of the client's own error variant.
    kind: &'static str,
    error: String,
    /// The `error` that the provider sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_error: Option<Value>,
    /// The `error_description` beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_error_description: Option<String>,
    /// The messages of the errors underneath, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

impl Failure {
    /// A refusal for which the client has a sentence and no error value.
    pub(crate) fn said(stage: Stage, kind: &'static str, error: &str) -> Self {
        Self(Box::new(Report {
            ok: false,
            stage,
            kind,
            error: error.to_owned(),
            oauth_error: None,
            oauth_error_description: None,
            causes: Vec::new(),
        }))
    }

    /// An error of the client.
    pub(crate) fn of(stage: Stage, kind: &'static str, error: &(dyn Error + 'static)) -> Self {
        let causes =
            std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
        let mut failure = Self::said(stage, kind, &error.to_string());
        failure.0.causes = causes.map(ToString::to_string).collect();
        failure
    }

    /// What the provider's error answer became in the client.
    pub(crate) fn answered<T: ErrorResponseType>(answer: &StandardErrorResponse<T>) -> Self {
        let description = answer.error_description().cloned();
        let mut failure = Self::said(
            Stage::Call,
            "ServerResponse",
            description.as_deref().unwrap_or_default(),
        );
        failure.0.oauth_error = Some(json!(answer.error()));
        failure.0.oauth_error_description = description;
        failure
    }

    /// A request that failed, for whatever reason the client gives.
    pub(crate) fn requested<E, T>(error: RequestTokenError<E, StandardErrorResponse<T>>) -> Self
    where
        E: Error + 'static,
        T: ErrorResponseType + std::fmt::Display + 'static,
    {
        match &error {
            RequestTokenError::ServerResponse(answer) => Self::answered(answer),
            RequestTokenError::Request(_) => Self::of(Stage::Call, "Request", &error),
            RequestTokenError::Parse(..) => Self::of(Stage::Call, "Parse", &error),
            RequestTokenError::Other(_) => Self::of(Stage::Call, "Other", &error),
        }
    }
}

/// The one line that the driver prints.
pub(crate) fn report(outcome: Result<Value, Failure>) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": true, "value": value }),
        Err(failure) => json!(failure.0),
    }
}

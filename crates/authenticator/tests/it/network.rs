use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use countersign_authenticator::{Authenticator, Error, NewPhone};

use crate::fake_provider::FakeProvider;
use crate::samples::ports;

/// What a phone makes of an answer that is not a list.
async fn error_for(answer: fn() -> Response) -> Error {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    provider.with(|memory| memory.instead_of_the_list = Some(answer));
    phone.approvals().await.unwrap_err()
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let error = error_for(|| {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, "/approvals/history")],
        )
            .into_response()
    });
    let error = error.await;
    assert!(
        matches!(&error, Error::Answer { problem, .. } if problem.contains("redirects")),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_beyond_one_mebibyte_is_not_read_to_its_end() {
    let error = error_for(|| " ".repeat(1024 * 1024 + 1).into_response()).await;
    assert!(
        matches!(&error, Error::Answer { problem, .. } if problem.contains("1 MiB")),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_is_not_the_promised_json_is_told() {
    for answer in [
        || "<html>".into_response(),
        || "{}".into_response(),
        || "{\"approvals\":[{}]}".into_response(),
    ] {
        let error = error_for(answer).await;
        assert!(matches!(error, Error::Answer { .. }), "{error}");
    }
}

#[tokio::test]
async fn the_page_of_a_proxy_is_a_temporary_refusal_with_its_status() {
    let error = error_for(|| (StatusCode::BAD_GATEWAY, "<html>").into_response()).await;
    assert!(error.is_temporary());
    assert!(
        matches!(&error, Error::Refused(refusal) if refusal.status == 502),
        "{error}"
    );
    assert!(error.to_string().contains("Bad Gateway"), "{error}");
}

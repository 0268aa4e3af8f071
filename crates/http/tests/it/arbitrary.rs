//! Whatever arrives, no answer is our fault and no handler panics.

use crate::bad_input::{Opens, POSTS};
use crate::site::{FORM, Site, request};
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use countersign_http::{Limits, Settings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

/// Text that comes close to what the endpoints read, so that more than the first check is met.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let name = select(vec![
        "grant_type",
        "scope",
        "client_id",
        "client_assertion",
        "request",
        "token",
        "auth_req_id",
        "status",
    ]);
    let pair = (name.clone(), "[ -~]{0,40}").prop_map(|(name, value)| format!("{name}={value}"));
    let member = (name, any::<i64>()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(pair, 0..8).prop_map(|pairs| pairs.join("&").into_bytes()),
        vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(",")).into_bytes()),
        "\\{(\"[a-z]{1,8}\":(\\[|\\{|\"|1|null),?){0,6}".prop_map(String::into_bytes),
    ]
}

fn content_type() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(FORM.as_bytes().to_vec()),
        Just(b"application/json".to_vec()),
        vec(any::<u8>(), 0..30)
    ]
}

#[test]
fn arbitrary_requests_get_an_answer_below_500() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (site, phone) = runtime.block_on(async {
        let limits = Limits {
            danger_unlimited: true,
            ..Limits::default()
        };
        let site = Site::with(Settings {
            limits,
            ..Settings::default()
        })
        .await;
        let (_, phone) = site.phone("user.name@OnesID1").await;
        (site, phone)
    });
    let paths: Vec<&str> = POSTS
        .iter()
        .filter(|(_, _, opens)| *opens != Opens::Operator)
        .map(|(path, _, _)| *path)
        .collect();
    let token = prop_oneof![
        Just(format!("Bearer {phone}").into_bytes()),
        vec(any::<u8>(), 0..60)
    ];
    let query = "[a-z=&%+0-9]{0,20}";
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(
            &(select(paths), query, content_type(), token, body()),
            |(path, query, content_type, token, body)| {
                let mut request = request(Method::POST, &format!("{path}?{query}"), None)
                    .body(Body::from(body))
                    .unwrap();
                for (name, value) in [(CONTENT_TYPE, content_type), (AUTHORIZATION, token)] {
                    if let Ok(value) = HeaderValue::from_bytes(&value) {
                        request.headers_mut().insert(name, value);
                    }
                }
                let answer = runtime.block_on(site.send(request));
                prop_assert!(answer.status.as_u16() < 500, "{answer:?}");
                Ok(())
            },
        )
        .unwrap();
}

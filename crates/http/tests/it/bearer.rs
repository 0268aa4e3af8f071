//! Bearer tokens (RFC 6750): who gets in, and how the others are told.

use crate::site::{Site, request};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use countersign_core::user::IdpRole;
use serde_json::json;
use std::time::Duration;

const WITH_TOKEN: [&str; 15] = [
    "/oidc/identify",
    "/oidc/me",
    "/applications/.well-known",
    "/applications",
    "/credentials",
    "/services",
    "/services/svc_AAAAAAAAAAAAAAAAAAAAAA",
    "/users/me",
    "/devices/registrations",
    "/approvals",
    "/approvals/events",
    "/approvals/history",
    "/consents",
    "/oidc/consent/0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11",
    "/oidc/identify?x=1",
];

#[tokio::test]
async fn without_a_token_the_scheme_is_named_and_no_error() {
    let site = Site::new().await;
    for path in WITH_TOKEN {
        let answer = site.get(path, None).await;
        answer.refuses(401, "invalid_token");
        // RFC 6750 section 3.1: no error code for a request that lacks authentication.
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"countersign\"")
        );
    }
}

#[tokio::test]
async fn a_token_that_is_none_of_ours_is_invalid() {
    let site = Site::new().await;
    for path in WITH_TOKEN {
        for token in ["x", "a.b.c", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let answer = site.get(path, Some(token)).await;
            answer.refuses(401, "invalid_token");
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Bearer realm=\"countersign\", error=\"invalid_token\"")
            );
        }
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_only_bearer_counts() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    for (line, status) in [
        (format!("bearer {token}"), 200),
        (format!("BEARER  {token}"), 200),
        (format!("Basic {token}"), 401),
        (format!("Bearer{token}"), 401),
        ("Bearer ".to_owned(), 401),
        (token.clone(), 401),
    ] {
        let request = request(Method::GET, "/oidc/identify", None).header(AUTHORIZATION, &line);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{line}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_none() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let line = format!("Bearer {token}");
    let request = request(Method::GET, "/oidc/identify", Some(&token)).header(AUTHORIZATION, line);
    site.send(request.body(Body::empty()).unwrap())
        .await
        .refuses(401, "invalid_token");
}

#[tokio::test]
async fn a_token_of_the_wrong_kind_lacks_the_right() {
    let site = Site::new().await;
    let (_, device) = site.device().await;
    let (_, phone) = site.phone("user.name@OnesID1").await;
    let person = site.person("plain@OnesID1", IdpRole::User).await;
    for (path, wrong) in [
        ("/oidc/me", [&device, &phone]),
        ("/applications/.well-known", [&phone, &person]),
        ("/devices/registrations", [&device, &person]),
        ("/credentials", [&device, &person]),
        ("/services", [&phone, &person]),
        ("/approvals", [&device, &person]),
        ("/approvals/events", [&device, &person]),
        ("/approvals/history", [&device, &person]),
        ("/consents", [&device, &person]),
        (
            "/oidc/consent/0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11",
            [&phone, &person],
        ),
    ] {
        for token in wrong {
            let answer = site.get(path, Some(token)).await;
            answer.refuses(403, "insufficient_scope");
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .contains("error=\"insufficient_scope\""),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn an_auditor_reads_registrations_but_does_not_decide() {
    let site = Site::new().await;
    let auditor = site.person("auditor@OnesID1", IdpRole::Auditor).await;
    site.get("/devices/registrations", Some(&auditor))
        .await
        .succeeds(200);
    let path = "/devices/registrations/ABCD-2345/decision";
    let answer = site
        .post_json(path, Some(&auditor), &json!({ "status": "approved" }))
        .await;
    answer.refuses(403, "insufficient_scope");
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    site.world.clock.advance(Duration::from_secs(601));
    site.get("/oidc/identify", Some(&token))
        .await
        .refuses(401, "invalid_token");
}

#[tokio::test]
async fn a_client_that_tried_the_authorization_header_is_challenged_with_its_scheme() {
    let site = Site::new().await;
    let request = request(Method::POST, "/oidc/token", None)
        .header("content-type", crate::site::FORM)
        .header(AUTHORIZATION, "Basic eDp5");
    let answer = site
        .send(request.body(Body::from("grant_type=client_credentials")).unwrap())
        .await;
    answer.refuses(401, "invalid_client");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Basic realm=\"countersign\"")
    );
    let answer = site
        .post_form("/oidc/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(answer.header("www-authenticate"), None);
}

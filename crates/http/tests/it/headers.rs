//! Headers that every answer has.

use crate::site::{Answer, Site, request};
use axum::body::Body;
use axum::http::Method;
use std::collections::BTreeSet;

async fn one_of_each(site: &Site) -> Vec<Answer> {
    let (_, token) = site.device().await;
    vec![
        site.get("/oidc/identify", Some(&token)).await,
        site.get("/oidc/identify", None).await,
        site.get("/nowhere", None).await,
        site.post_form("/oidc/token", &[]).await,
        site.post_form("/oidc/jwks", &[]).await,
        site.get("/oidc/jwks", None).await,
        site.get("/oidc/.well-known/openid-configuration", None).await,
        site.get("/enroll", None).await,
        site.get("/healthz", None).await,
        site.get("/readyz", None).await,
        site.get("/oidc/auth?redirect_uri=https://evil.example", None)
            .await,
    ]
}

#[tokio::test]
async fn every_answer_has_its_own_request_id_and_forbids_sniffing() {
    let site = Site::new().await;
    let answers = one_of_each(&site).await;
    let ids: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.header("x-request-id").unwrap())
        .collect();
    assert_eq!(ids.len(), answers.len());
    for answer in &answers {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("strict-transport-security"),
            Some("max-age=31536000")
        );
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("server"), None);
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn the_request_id_of_a_client_is_not_taken_over() {
    let site = Site::new().await;
    let request = request(Method::GET, "/healthz", None).header("x-request-id", "mine");
    let answer = site.send(request.body(Body::empty()).unwrap()).await;
    assert_ne!(answer.header("x-request-id"), Some("mine"));
}

#[tokio::test]
async fn only_public_documents_may_be_stored_and_read_by_other_pages() {
    let site = Site::new().await;
    let (device, _) = site.device().await;
    let public = [
        "/oidc/jwks",
        "/.well-known/jwks.json",
        "/oidc/.well-known/openid-configuration",
        "/openapi.json",
    ];
    for path in public {
        let answer = site.get(path, None).await;
        answer.succeeds(200);
        assert!(
            answer
                .header("cache-control")
                .unwrap()
                .starts_with("public, max-age="),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    }
    // RFC 6749 section 5.1.
    let token = site
        .post_as(&device, "/oidc/token", &[("grant_type", "client_credentials")])
        .await;
    token.succeeds(200);
    let refused = site.post_form("/oidc/token", &[]).await;
    let pages = [
        token,
        refused,
        site.get("/approvals", None).await,
        site.get("/nowhere", None).await,
    ];
    for answer in pages {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_key_set_is_cached_for_less_time_than_a_new_key_is_announced() {
    let site = Site::new().await;
    for path in ["/oidc/jwks", "/.well-known/jwks.json"] {
        let answer = site.get(path, None).await;
        let age: u64 = answer
            .header("cache-control")
            .unwrap()
            .rsplit('=')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(age < countersign_core::keys::rotate::ANNOUNCED_FOR.as_secs() / 2);
    }
}

#[tokio::test]
async fn the_page_for_invitations_loads_nothing() {
    let site = Site::new().await;
    let answer = site.get("/enroll", None).await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("script-src"),
        "{policy}"
    );
    assert!(
        String::from_utf8(answer.body)
            .unwrap()
            .contains("countersign-authenticator enroll")
    );
}

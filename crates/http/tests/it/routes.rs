//! Which routes there are, and what happens beside them.

use crate::site::{Site, request};
use axum::body::Body;
use axum::http::Method;

#[tokio::test]
async fn an_unknown_route_is_404_json() {
    let site = Site::new().await;
    for path in [
        "/",
        "/oidc",
        "/oidc/",
        "/oidc/token/",
        "/oidc/jwks/",
        "//oidc/jwks",
        "/OIDC/jwks",
        "/oidc/../healthz",
        "/oidc/.well-known/openid-configuration/",
        "/devices/registration/status/",
        "/devices/registration/status/a/b",
        "/%ff",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = site
                .send(request(method, path, None).body(Body::empty()).unwrap())
                .await;
            answer.refuses(404, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_json_and_told_the_right_one() {
    let site = Site::new().await;
    for (method, path, allowed) in [
        (Method::GET, "/oidc/token", "POST"),
        (Method::PUT, "/oidc/token", "POST"),
        (Method::DELETE, "/oidc/backchannel", "POST"),
        (Method::POST, "/oidc/jwks", "GET,HEAD"),
        (Method::PATCH, "/oidc/me", "GET,HEAD,POST"),
        (Method::GET, "/devices/registration", "POST"),
        (Method::TRACE, "/healthz", "GET,HEAD"),
        (Method::GET, "/auth/verify", "POST"),
        (Method::PUT, "/auth/initiate", "POST,OPTIONS"),
        (Method::DELETE, "/enroll", "GET,HEAD,POST"),
    ] {
        let answer = site
            .send(request(method, path, None).body(Body::empty()).unwrap())
            .await;
        answer.refuses(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some(allowed), "{path}");
    }
}

#[tokio::test]
async fn head_is_answered_where_get_is() {
    let site = Site::new().await;
    for path in [
        "/oidc/.well-known/openid-configuration",
        "/oidc/jwks",
        "/healthz",
        "/enroll",
    ] {
        let answer = site
            .send(request(Method::HEAD, path, None).body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(answer.body.is_empty());
    }
}

#[tokio::test]
async fn the_authorization_endpoint_refuses_and_never_redirects() {
    let site = Site::new().await;
    let answer = site
        .get(
            "/oidc/auth?response_type=code&client_id=x&redirect_uri=https%3A%2F%2Fevil.example",
            None,
        )
        .await;
    let description = answer.refuses(400, "unauthorized_client");
    assert!(description.contains("backchannel"), "{description}");
    assert_eq!(answer.header("location"), None);
}

#[tokio::test]
async fn the_document_of_the_routes_is_served() {
    let site = Site::new().await;
    let document = site.get("/openapi.json", None).await.succeeds(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/oidc/token"]["post"]["responses"]["401"].is_object());
}

//! A ratchet: a new route is in a table of bad input, or on a list with the reason why not.

use crate::bad_input::POSTS;
use crate::queries::WITH_QUERY;
use std::collections::BTreeSet;

/// Reading routes without parameters of their own. The list may shrink.
const NOTHING_TO_GET_WRONG: [(&str, &str); 25] = [
    ("/oidc/.well-known/openid-configuration", "reads nothing"),
    ("/oidc/jwks", "reads nothing"),
    ("/oidc/auth", "refuses everything"),
    ("/oidc/identify", "reads the token only: see bearer.rs"),
    ("/oidc/me", "reads the token only: see bearer.rs"),
    (
        "/devices/registration/status/{code}",
        "any text is a code; unknown ones are tested in wire.rs",
    ),
    ("/applications", "reads the token only: see bearer.rs"),
    (
        "/applications/{id}",
        "an id that names nothing: see application.rs",
    ),
    ("/credentials", "reads the token only: see bearer.rs"),
    ("/services", "reads the token only: see bearer.rs"),
    (
        "/services/{serviceId}",
        "an id that names nothing: see service.rs",
    ),
    ("/users/me", "reads the token only: see bearer.rs"),
    ("/auth/qr", "reads the token only: see qr.rs"),
    ("/auth/qr/{auth_req_id}", "an id that names nothing: see qr.rs"),
    ("/enroll", "a static page"),
    ("/authenticators/push-key", "reads nothing"),
    ("/approvals", "reads the token only: see bearer.rs"),
    ("/approvals/events", "reads one header: see events.rs"),
    ("/oidc/consent/{id}", "an id that names nothing: see consent.rs"),
    ("/consents", "reads the token only: see bearer.rs"),
    ("/.well-known/jwks.json", "reads nothing"),
    ("/ws/session/{sessionId}", "a handshake: see x1280/socket.rs"),
    ("/openapi.json", "reads nothing"),
    ("/healthz", "reads nothing"),
    ("/readyz", "reads nothing"),
];

/// Routes of other methods: their bad input is tested beside their good one.
const OTHER_METHODS: [(&str, &str, &str); 8] = [
    ("put", "/authenticators/self/push", "see push.rs"),
    ("delete", "/authenticators/self/push", "see push.rs"),
    ("patch", "/applications/{id}", "see application.rs"),
    ("delete", "/applications/{id}", "see application.rs"),
    ("delete", "/consents/{id}", "see consent.rs"),
    ("delete", "/credentials/{tokenId}", "see credential.rs"),
    ("delete", "/services/{serviceId}", "see service.rs"),
    ("options", "/auth/initiate", "see x1280/pages.rs"),
];

#[test]
fn every_route_of_the_document_is_in_a_table_of_bad_input_or_excused() {
    let document = serde_json::to_value(countersign_http::openapi()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            documented.insert((method.clone(), path.clone()));
        }
    }
    let tested = POSTS.iter().map(|(path, _, _)| ("post", *path));
    let queried = WITH_QUERY.iter().map(|(path, _)| ("get", *path));
    let excused = NOTHING_TO_GET_WRONG.iter().map(|(path, _)| ("get", *path));
    let covered: BTreeSet<_> = tested
        .chain(queried)
        .chain(excused)
        .chain(OTHER_METHODS.iter().map(|(method, path, _)| (*method, *path)))
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    assert_eq!(documented, covered);
}

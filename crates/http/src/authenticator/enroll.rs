//! `GET {host}/enroll`: where an invitation link leads when a browser opens it.
//!
//! The invitation is in the fragment of the link, so it never reaches us, no log and no proxy. The page is static and
//! runs no script: there is nothing in it that could read the fragment.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// The page.
pub(crate) const PAGE: &str = include_str!("enroll.html");

/// Nothing may load or run; the one style sheet is named by its digest.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-JCMfl41+a+7Hsge3GcI2bjgqT5bDgwxyR8Vj31i8M24='; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Tells a person what to do with an invitation link.
#[utoipa::path(
    get,
    path = "/enroll",
    operation_id = "enroll_page",
    tag = "authenticator",
    responses((status = 200, description = "A page that says what to do.", content_type = "text/html", body = String))
)]
pub(crate) async fn get() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, PAGE).into_response()
}

#[cfg(test)]
mod tests {
    use super::{PAGE, POLICY};
    use countersign_jose::{base64url, hash};

    #[test]
    fn the_policy_names_the_digest_of_the_pages_own_style() {
        let (_, rest) = PAGE.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = base64url::encode(&hash::sha256(style.as_bytes()))
            .replace('-', "+")
            .replace('_', "/");
        assert!(
            POLICY.contains(&format!("'sha256-{digest}='")),
            "the digest of the style is {digest}="
        );
    }

    #[test]
    fn the_page_has_no_script_and_loads_nothing() {
        for word in ["<script", "http:", "https:", "src=", "onload"] {
            assert!(!PAGE.contains(word), "{word}");
        }
    }
}

//! Parameters in the URL are read as strictly as a form.

use crate::bad_input::Opens;
use crate::site::Site;
use countersign_core::user::IdpRole;

/// Every route that reads a query string, and whose token opens it.
pub(crate) const WITH_QUERY: [(&str, Opens); 3] = [
    ("/applications/.well-known", Opens::Device),
    ("/approvals/history", Opens::Phone),
    ("/devices/registrations", Opens::Operator),
];

#[tokio::test]
async fn a_query_string_that_cannot_be_read_is_refused() {
    let site = Site::new().await;
    let (_, device) = site.device().await;
    let (_, phone) = site.phone("user.name@OnesID1").await;
    let operator = site.person("master@OnesID1", IdpRole::Master).await;
    for (path, opens) in WITH_QUERY {
        let token = match opens {
            Opens::Device => &device,
            Opens::Phone => &phone,
            Opens::Operator | Opens::Anyone => &operator,
        };
        for query in [
            "limit=1&limit=1",
            "status=pending&status=pending",
            "x=%ff",
            "x=%",
            "limit=x&status=x",
            "limit=-1&status=-1",
        ] {
            site.get(&format!("{path}?{query}"), Some(token))
                .await
                .refuses(400, "invalid_request");
        }
        for query in ["", "?", "?limit=&status=", "?unknown=1&other"] {
            site.get(&format!("{path}{query}"), Some(token))
                .await
                .succeeds(200);
        }
    }
}

#[tokio::test]
async fn a_token_or_a_client_in_the_url_is_never_read() {
    let site = Site::new().await;
    let (device, token) = site.device().await;
    site.get(&format!("/oidc/identify?access_token={token}"), None)
        .await
        .refuses(401, "invalid_token");
    let assertion = device.assertion(&site.world.issuer(), site.world.now());
    let query = crate::site::form(&crate::site::proof(&device, &assertion));
    let answer = site
        .post_form(
            &format!("/oidc/token?{query}"),
            &[("grant_type", "client_credentials")],
        )
        .await;
    answer.refuses(401, "invalid_client");
}

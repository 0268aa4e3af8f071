//! Every POST endpoint against everything that is not what it reads.

use crate::site::{Answer, FORM, Site, post, proof};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use countersign_core::user::IdpRole;
use countersign_jose::KeyType;

/// What a POST endpoint reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// A form with client authentication.
    Form,
    /// A JSON object.
    Json,
    /// A JSON object, or an empty body.
    JsonOrNothing,
    /// Nothing.
    Nothing,
}

/// Whose token opens the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    Anyone,
    Device,
    Phone,
    Operator,
}

/// Every POST endpoint: its path in the document, what it reads, whose token it takes.
pub(crate) const POSTS: [(&str, Reads, Opens); 30] = [
    ("/oidc/token", Reads::Form, Opens::Anyone),
    ("/oidc/token/introspection", Reads::Form, Opens::Anyone),
    ("/oidc/token/revocation", Reads::Form, Opens::Anyone),
    ("/oidc/backchannel", Reads::Form, Opens::Anyone),
    ("/oidc/bc-authorize", Reads::Form, Opens::Anyone),
    ("/oidc/device-key", Reads::Form, Opens::Anyone),
    ("/oidc/qr/make", Reads::JsonOrNothing, Opens::Device),
    ("/oidc/token/oidc/qr/make", Reads::JsonOrNothing, Opens::Device),
    ("/oidc/qr/status", Reads::Json, Opens::Device),
    ("/oidc/token/oidc/qr/status", Reads::Json, Opens::Device),
    ("/auth/oidc/bc-authorize", Reads::Json, Opens::Anyone),
    ("/oidc/from-identifier", Reads::Json, Opens::Device),
    ("/oidc/consent", Reads::Json, Opens::Device),
    ("/oidc/me", Reads::Nothing, Opens::Operator),
    ("/devices/registration", Reads::Json, Opens::Anyone),
    (
        "/devices/registrations/{code}/decision",
        Reads::Json,
        Opens::Operator,
    ),
    ("/applications", Reads::Json, Opens::Operator),
    ("/credentials", Reads::Json, Opens::Operator),
    ("/services", Reads::Json, Opens::Operator),
    (
        "/services/{serviceId}/rotate",
        Reads::JsonOrNothing,
        Opens::Operator,
    ),
    ("/authenticators", Reads::Json, Opens::Anyone),
    ("/authenticators/invitations", Reads::Nothing, Opens::Phone),
    ("/approvals/{id}/decision", Reads::Json, Opens::Phone),
    ("/login-hint-tokens", Reads::Nothing, Opens::Phone),
    ("/auth/initiate", Reads::Json, Opens::Anyone),
    ("/auth/verify", Reads::Json, Opens::Anyone),
    ("/verify", Reads::Json, Opens::Anyone),
    ("/auth/reject", Reads::Json, Opens::Anyone),
    ("/enroll/challenge", Reads::Nothing, Opens::Anyone),
    ("/enroll", Reads::Json, Opens::Anyone),
];

const TOO_MUCH: usize = 64 * 1024 + 1;

/// One endpoint with the token that opens it.
struct Target<'s> {
    site: &'s Site,
    path: String,
    token: Option<String>,
}

impl Target<'_> {
    async fn send(&self, content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        self.site
            .send(post(&self.path, self.token.as_deref(), content_type, body.into()))
            .await
    }

    /// A body without a length, as a chunked upload sends it.
    async fn stream(&self, content_type: &str, body: Vec<u8>) -> Answer {
        let builder = crate::site::request(Method::POST, &self.path, self.token.as_deref());
        let request: Request<Body> = builder
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body))
            .unwrap();
        self.site.send(request).await
    }
}

async fn targets(site: &Site, reads: Reads) -> Vec<Target<'_>> {
    let (_, device) = site.device().await;
    let (_, phone) = site.phone("user.name@OnesID1").await;
    let operator = site.person("master@OnesID1", IdpRole::Master).await;
    let token = |opens| match opens {
        Opens::Anyone => None,
        Opens::Device => Some(device.clone()),
        Opens::Phone => Some(phone.clone()),
        Opens::Operator => Some(operator.clone()),
    };
    let service = site.world.mutual_service(|_| ()).await.service.id;
    let fill = |path: &str| {
        path.replace("{serviceId}", service.as_str())
            .replace("{code}", "ABCD-2345")
            .replace("{id}", "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11")
    };
    let wanted = POSTS.iter().filter(|(_, have, _)| *have == reads);
    wanted
        .map(|(path, _, opens)| Target {
            site,
            path: fill(path),
            token: token(*opens),
        })
        .collect()
}

#[tokio::test]
async fn a_form_endpoint_reads_no_other_content_type() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Form).await {
        for content_type in [
            None,
            Some("application/json"),
            Some("text/plain"),
            Some("multipart/form-data; boundary=x"),
        ] {
            target
                .send(content_type, "grant_type=client_credentials")
                .await
                .refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_form_endpoint_tolerates_a_charset_beside_its_content_type() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Form).await {
        let answer = target
            .send(Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), "a=b")
            .await;
        answer.refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn a_content_type_that_is_sent_twice_counts_when_both_lines_agree() {
    let site = Site::new().await;
    for (second, status, code) in [
        (FORM, 401, "invalid_client"),
        ("application/json", 400, "invalid_request"),
    ] {
        let builder = crate::site::request(Method::POST, "/oidc/token", None)
            .header(CONTENT_TYPE, FORM)
            .header(CONTENT_TYPE, second);
        let answer = site.send(builder.body(Body::from("a=b")).unwrap()).await;
        answer.refuses(status, code);
    }
}

#[tokio::test]
async fn a_form_endpoint_refuses_a_repeated_parameter_and_names_it() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Form).await {
        for body in [
            "scope=a&scope=b",
            "scope=a&x=1&scope=a",
            "scope=&scope=a",
            "sc%6Fpe=a&scope=a",
        ] {
            let description = target
                .send(Some(FORM), body)
                .await
                .refuses(400, "invalid_request");
            assert!(description.contains("scope"), "{description}");
        }
    }
}

#[tokio::test]
async fn a_form_endpoint_refuses_what_is_not_utf8_or_not_percent_encoding() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Form).await {
        for body in [
            &b"scope=%ff%fe"[..],
            b"scope=\xff\xfe",
            b"scope=%",
            b"scope=%4",
            b"scope=%zz",
            b"%ff=1",
        ] {
            target
                .send(Some(FORM), body)
                .await
                .refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_form_endpoint_asks_for_a_client_when_the_form_says_nothing() {
    let site = Site::new().await;
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    for target in targets(&site, Reads::Form).await {
        for body in [
            "",
            "&",
            "=",
            "&&=&",
            "[]",
            "[1,2]",
            "{\"grant_type\":\"x\"}",
            "unknown=1&other=2",
            "client_id=",
            &deep,
        ] {
            target.send(Some(FORM), body).await.refuses(401, "invalid_client");
        }
    }
}

#[tokio::test]
async fn a_form_endpoint_names_what_an_authenticated_client_left_out() {
    let site = Site::new().await;
    let device = site.world.device(KeyType::P256).await;
    for target in targets(&site, Reads::Form).await {
        // Every endpoint takes its own address for the audience, and one takes nothing else.
        let endpoint = format!("{}{}", site.world.provider.host.as_str(), target.path);
        let assertion = device.assertion(&endpoint, site.world.now());
        // Parameters without a value count as left out (RFC 6749 section 3.1).
        let mut fields = proof(&device, &assertion);
        fields.extend([("grant_type", ""), ("token", ""), ("request", ""), ("scope", "")]);
        site.post_form(&target.path, &fields)
            .await
            .refuses(400, "invalid_request");
        // And the assertion is spent, though nothing came of it.
        site.post_form(&target.path, &fields)
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn a_json_endpoint_reads_no_other_content_type() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Json).await {
        for content_type in [None, Some(FORM), Some("text/json"), Some("application/jsonp")] {
            target
                .send(content_type, "{}")
                .await
                .refuses(415, "unsupported_media_type");
        }
    }
}

#[tokio::test]
async fn a_json_endpoint_refuses_what_is_no_object_of_its_members() {
    let site = Site::new().await;
    let deep = "{\"a\":".repeat(5000) + "1" + &"}".repeat(5000);
    let arrays = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    for target in targets(&site, Reads::Json).await {
        let bodies: [&[u8]; 14] = [
            b"",
            b" ",
            b"null",
            b"[]",
            b"[{}]",
            b"\"text\"",
            b"{",
            b"{}",
            b"{} {}",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":\"\xff\"}",
            b"{\"status\":7,\"decision\":7,\"identifier\":[],\"title\":{},\"invitation\":1}",
            deep.as_bytes(),
            arrays.as_bytes(),
        ];
        for body in bodies {
            target
                .send(Some("application/json; charset=utf-8"), body)
                .await
                .refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn an_endpoint_with_an_optional_body_reads_it_when_there_is_one() {
    let site = Site::new().await;
    for target in targets(&site, Reads::JsonOrNothing).await {
        for (content_type, body) in [
            (None, ""),
            (Some("application/json"), ""),
            (Some(FORM), ""),
            (Some("application/json"), "{}"),
            (Some("application/json"), "{\"unknown\":1}"),
        ] {
            target.send(content_type, body).await.succeeds(200);
        }
        for (content_type, body) in [(None, "{}"), (Some(FORM), "a=b"), (Some("text/plain"), "{}")] {
            let answer = target.send(content_type, body).await;
            answer.refuses(415, "unsupported_media_type");
        }
        for body in [
            "null",
            "[]",
            " ",
            "{",
            "{} {}",
            "{\"animated\":1,\"only\":1}",
            "{\"animated\":true,\"animated\":true}",
        ] {
            let answer = target.send(Some("application/json"), body).await;
            answer.refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_body_above_64_kib_is_refused_whether_or_not_it_tells_its_length() {
    for (reads, content_type, body) in [
        (Reads::Form, FORM, vec![b'a'; TOO_MUCH]),
        (Reads::Json, "application/json", vec![b' '; TOO_MUCH]),
        (Reads::JsonOrNothing, "application/json", vec![b' '; TOO_MUCH]),
    ] {
        let site = Site::new().await;
        for target in targets(&site, reads).await {
            target
                .send(Some(content_type), body.clone())
                .await
                .refuses(413, "payload_too_large");
            target
                .stream(content_type, body.clone())
                .await
                .refuses(413, "payload_too_large");
        }
    }
}

#[tokio::test]
async fn a_body_of_exactly_64_kib_is_read() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Form).await {
        target
            .send(Some(FORM), vec![b'a'; TOO_MUCH - 1])
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn an_endpoint_without_a_body_does_not_look_at_one_but_refuses_a_huge_one() {
    let site = Site::new().await;
    for target in targets(&site, Reads::Nothing).await {
        for (content_type, body) in [
            (None, &b""[..]),
            (Some(FORM), b"access_token=x&access_token=y"),
            (Some("application/json"), b"[[[["),
            (Some("text/plain"), b"\xff\xfe"),
        ] {
            let answer = target.send(content_type, body).await;
            assert!(answer.status.is_success(), "{} {answer:?}", target.path);
        }
        target
            .send(Some("text/plain"), vec![b'a'; TOO_MUCH])
            .await
            .refuses(413, "payload_too_large");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_and_not_read_as_if_it_were_whole() {
    let site = Site::new().await;
    for (path, content_type) in [
        ("/oidc/token", FORM),
        ("/devices/registration", "application/json"),
    ] {
        let pieces = [
            Ok(b"grant_type=client_credentials".to_vec()),
            Err(std::io::Error::other("the peer is gone")),
        ];
        let builder = crate::site::request(Method::POST, path, None).header(CONTENT_TYPE, content_type);
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let description = site
            .send(builder.body(body).unwrap())
            .await
            .refuses(400, "invalid_request");
        assert!(description.contains("complete"), "{description}");
    }
}

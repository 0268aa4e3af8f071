//! Asking for a person's sign-in (CIBA Core §7): the parameters, and the order of refusals.

use crate::scene::{Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::application::{ApplicationType, add, disable};
use countersign_core::approval::expire;
use countersign_core::approval::open::Origin;
use countersign_core::ciba::start::{self, StartRequest};
use countersign_core::client::authenticate::Endpoint;
use countersign_jose::{KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_testkit::Party;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The code of a refusal, or `None` for an accepted request.
pub(crate) async fn code(scene: &Scene, client: &Party, parameters: &Value) -> Option<ErrorCode> {
    let outcome = scene.world.start(client, parameters).await;
    outcome.is_err().then(|| refused(outcome))
}

/// Asserts a table of changes to a good request, for each profile: what comes of each.
pub(crate) async fn assert_codes(
    scene: &Scene,
    profiles: &[&str],
    table: &[(&str, Value, Option<ErrorCode>)],
) {
    for profile in profiles {
        let client = scene.client(profile).await;
        for (name, changes, expected) in table {
            assert_eq!(
                code(scene, &client, &with(changes)).await,
                *expected,
                "{profile}: {name}"
            );
        }
    }
}

pub(crate) const ALL: [&str; 3] = ["onesid", "standard", "fapi_ciba"];
pub(crate) const BAD: Option<ErrorCode> = Some(ErrorCode::InvalidRequest);

#[tokio::test]
async fn a_request_is_answered_with_a_handle_that_nobody_guesses() {
    let scene = Scene::with(unlimited()).await;
    let mut seen = HashSet::new();
    for (profile, interval) in [("onesid", 3), ("standard", 5), ("fapi_ciba", 5)] {
        let client = scene.client(profile).await;
        for _ in 0..8 {
            let started = scene.world.start(&client, &parameters()).await.unwrap();
            assert_eq!(
                (started.expires_in, started.interval),
                (600, Some(interval)),
                "{profile}"
            );
            assert!(started.verification.is_none(), "mode none has no code");
            let id = started.auth_req_id;
            assert_eq!(id.len(), 51, "a moment and 256 bits in base64url");
            let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(
                id.chars().all(legal),
                "CIBA Core §7.3 allows A-Z a-z 0-9 . - _ only: {id}"
            );
            assert!(entropy_bits(&id) > 160.0, "{id}");
            assert!(seen.insert(id), "no two are the same");
        }
    }
}

/// Shannon entropy of the text, in bits, as the conformance suite measures it.
fn entropy_bits(text: &str) -> f64 {
    let length = f64::from(u32::try_from(text.len()).unwrap());
    let distinct: HashSet<char> = text.chars().collect();
    let per_character: f64 = distinct
        .iter()
        .map(|c| f64::from(u32::try_from(text.matches(*c).count()).unwrap()) / length)
        .map(|share| -share * share.log2())
        .sum();
    per_character * length
}

#[tokio::test]
async fn scope_holds_openid_and_what_is_unknown_is_refused_or_ignored_by_profile() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        ("missing", json!({ "scope": null }), BAD),
        ("empty", json!({ "scope": "" }), BAD),
        ("without openid", json!({ "scope": "profile" }), BAD),
        ("openid in capitals", json!({ "scope": "OPENID" }), BAD),
        (
            "not a scope",
            json!({ "scope": "openid \"x\"" }),
            Some(ErrorCode::InvalidScope),
        ),
        ("openid alone", json!({ "scope": "openid" }), None),
        ("twice", json!({ "scope": "openid openid" }), None),
        (
            "in another order",
            json!({ "scope": "profile contact offline_access openid" }),
            None,
        ),
    ];
    assert_codes(&scene, &ALL, &table).await;
    let unknown = |expected| [("unknown", json!({ "scope": "openid api:read" }), expected)];
    assert_codes(&scene, &["onesid"], &unknown(None)).await;
    assert_codes(
        &scene,
        &["standard", "fapi_ciba"],
        &unknown(Some(ErrorCode::InvalidScope)),
    )
    .await;

    let narrow = json!({ "profile": "standard", "scope": "openid profile" });
    let client = scene.world.service(KeyType::P256, &narrow).await;
    let more = with(&json!({ "scope": "openid contact" }));
    assert_eq!(
        code(&scene, &client, &more).await,
        Some(ErrorCode::InvalidScope),
        "not registered for contact"
    );
}

#[tokio::test]
async fn an_unknown_scope_that_is_ignored_is_not_granted_either() {
    let scene = Scene::new().await;
    let device = scene.client("onesid").await;
    let scope = "openid offline_access profile api:read api:write profil";
    let tokens = scene.tokens(&device, &with(&json!({ "scope": scope }))).await;
    assert_eq!(tokens.scope.as_deref(), Some("openid offline_access profile"));
}

#[tokio::test]
async fn requested_expiry_is_a_positive_integer_and_ours_is_the_longest() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        ("zero", json!({ "requested_expiry": 0 }), BAD),
        ("zero as a string", json!({ "requested_expiry": "0" }), BAD),
        ("negative", json!({ "requested_expiry": -1 }), BAD),
        ("negative as a string", json!({ "requested_expiry": "-30" }), BAD),
        ("a fraction", json!({ "requested_expiry": 1.5 }), BAD),
        ("a word", json!({ "requested_expiry": "soon" }), BAD),
        ("with a sign", json!({ "requested_expiry": "+30" }), BAD),
        ("with a space", json!({ "requested_expiry": " 30" }), BAD),
        ("a list", json!({ "requested_expiry": [30] }), BAD),
        (
            "larger than any",
            json!({ "requested_expiry": "99999999999999999999999" }),
            BAD,
        ),
    ];
    assert_codes(&scene, &ALL, &table).await;
    let client = scene.client("standard").await;
    for (requested, expires_in) in [
        (json!(30), 30),
        (json!("30"), 30),
        (json!(300), 300),
        (json!("300"), 300),
        (json!(600), 600),
        (json!(86_400), 600),
        (json!(""), 600),
    ] {
        let changes = json!({ "requested_expiry": requested });
        let started = scene.world.start(&client, &with(&changes)).await.unwrap();
        assert_eq!(started.expires_in, expires_in, "{requested}");
    }
}

#[tokio::test]
async fn a_short_request_ends_when_it_asked_to() {
    let scene = Scene::new().await;
    let client = scene.client("fapi_ciba").await;
    let (started, _) = scene
        .asked(&client, &with(&json!({ "requested_expiry": 30 })))
        .await;
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::AuthorizationPending
    );
    scene.wait(30);
    assert!(scene.items().await.is_empty());
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::ExpiredToken
    );
    expire::expire_due(&scene.world.provider).await.unwrap();
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::ExpiredToken
    );
}

#[tokio::test]
async fn a_binding_message_is_what_two_screens_can_show_alike() {
    let scene = Scene::with(unlimited()).await;
    let bad = Some(ErrorCode::InvalidBindingMessage);
    let message = |text: &str| json!({ "binding_message": text });
    let table = [
        ("four digits", message("1234"), None),
        ("Latin with underscore", message("Lorem_ipsum"), None),
        ("a sentence", message("Authorize login to Example.com?"), None),
        ("letters of another script", message("ログイン 7"), None),
        ("120 characters", message(&"x".repeat(120)), None),
        ("121 characters", message(&"x".repeat(121)), bad),
        ("160 characters", message(&"x".repeat(160)), bad),
        (
            "emoji, CJK and 450 characters",
            message(&format!("1234 👍🏿 品川 {}", "x".repeat(450))),
            bad,
        ),
        ("emoji", message("1234 👍"), bad),
        ("a sign that phones draw as emoji", message("✔ 1234"), bad),
        ("empty", message(""), bad),
        ("spaces only", message("   "), bad),
        ("a line end", message("Code\n1234"), bad),
        ("a direction override", message("Code \u{202e}4321"), bad),
        ("an invisible space", message("Code\u{200b}1234"), bad),
        ("NUL", message("Code\u{0}"), bad),
        ("a number", json!({ "binding_message": 1234 }), BAD),
    ];
    assert_codes(&scene, &ALL, &table).await;
    let absent = |expected| [("absent", json!({ "binding_message": null }), expected)];
    assert_codes(&scene, &["onesid", "standard"], &absent(None)).await;
    assert_codes(&scene, &["fapi_ciba"], &absent(BAD)).await;
}

#[tokio::test]
async fn a_user_code_is_refused_since_nobody_has_one() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        (
            "a code",
            json!({ "user_code": "1234" }),
            Some(ErrorCode::InvalidUserCode),
        ),
        ("an empty code", json!({ "user_code": "" }), None),
    ];
    assert_codes(&scene, &ALL, &table).await;
}

#[tokio::test]
async fn a_notification_token_of_a_poll_client_and_unknown_members_are_ignored() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        (
            "a token",
            json!({ "client_notification_token": "8d67dc78-7faa-4d41-aabd-67707b374255" }),
            None,
        ),
        (
            "a token of 2000 characters",
            json!({ "client_notification_token": "x".repeat(2000) }),
            None,
        ),
        (
            "a token with a space",
            json!({ "client_notification_token": "foo bar" }),
            None,
        ),
        (
            "an unknown member",
            json!({ "user_device": "mobile", "client_secret": "s3cret" }),
            None,
        ),
    ];
    assert_codes(&scene, &ALL, &table).await;
    let client = scene.client("standard").await;
    let extra =
        json!({ "user_device": "mobile", "client_secret": "s3cret", "client_notification_token": "t0ken" });
    let (_, item) = scene.asked(&client, &with(&extra)).await;
    let shown = serde_json::to_string(&item).unwrap();
    for secret in ["mobile", "s3cret", "t0ken", &client.client_id] {
        assert!(!shown.contains(secret), "{secret} reached the phone");
    }
}

async fn start_with(scene: &Scene, client: &Party, request_uri: bool, registration: bool) -> Outcome<()> {
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Backchannel)
        .await?;
    let request = StartRequest {
        endpoint: Endpoint::Backchannel,
        request: None,
        request_uri,
        registration,
        parameters: serde_json::from_value(parameters()).unwrap(),
        origin: Origin::default(),
    };
    start::start(&scene.world.provider, caller, request)
        .await
        .map(|_| ())
}

#[tokio::test]
async fn request_uri_and_registration_are_refused_by_their_own_codes() {
    let scene = Scene::new().await;
    for profile in ALL {
        let client = scene.client(profile).await;
        let uri = start_with(&scene, &client, true, false).await;
        assert_eq!(refused(uri), ErrorCode::RequestUriNotSupported, "{profile}");
        let registration = start_with(&scene, &client, false, true).await;
        assert_eq!(
            refused(registration),
            ErrorCode::RegistrationNotSupported,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn a_client_without_the_grant_and_a_phone_may_not_ask() {
    let scene = Scene::new().await;
    let metadata = json!({ "profile": "standard", "grant_types": ["client_credentials"] });
    let client = scene.world.service(KeyType::P256, &metadata).await;
    assert_eq!(
        code(&scene, &client, &parameters()).await,
        Some(ErrorCode::UnauthorizedClient)
    );
    assert_eq!(
        refused(scene.world.poll(&client, "whatever").await),
        ErrorCode::UnauthorizedClient
    );
    assert_eq!(
        code(&scene, &scene.phone.party, &parameters()).await,
        Some(ErrorCode::UnauthorizedClient)
    );
    assert_eq!(
        refused(scene.world.poll(&scene.phone.party, "x").await),
        ErrorCode::UnauthorizedClient
    );
}

#[tokio::test]
async fn refusals_come_in_one_order_with_the_person_last() {
    let scene = Scene::with(unlimited()).await;
    // Each row is wrong in its own way and in every way of the rows below it.
    let rows = [
        ("scope", json!({ "scope": "profile" }), ErrorCode::InvalidRequest),
        (
            "requested_expiry",
            json!({ "requested_expiry": "0" }),
            ErrorCode::InvalidRequest,
        ),
        (
            "binding_message",
            json!({ "binding_message": "" }),
            ErrorCode::InvalidBindingMessage,
        ),
        (
            "user_code",
            json!({ "user_code": "1" }),
            ErrorCode::InvalidUserCode,
        ),
        (
            "resource",
            json!({ "resource": "https://unknown.example" }),
            ErrorCode::InvalidTarget,
        ),
        (
            "person",
            json!({ "login_hint": "no.body@OnesID1" }),
            ErrorCode::UnknownUserId,
        ),
    ];
    for profile in ["standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        for first in 0..rows.len() {
            let mut request = parameters();
            for (_, changes, _) in &rows[first..] {
                crate::scene::merge(&mut request, changes);
            }
            let (name, _, expected) = &rows[first];
            assert_eq!(
                code(&scene, &client, &request).await,
                Some(*expected),
                "{profile}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_resource_becomes_the_audience_of_the_token_and_an_unknown_one_is_invalid_target() {
    let scene = Scene::with(unlimited()).await;
    let (device, resource) = (scene.client("onesid").await, scene.client("onesid").await);
    let mut application = add::NewApplication::new("Shop", ApplicationType::Server);
    application.hostname = Some("shop.example".to_owned());
    application.client_id = Some(resource.client_id.clone());
    let application = add::add(&scene.world.provider, application, "cli").await.unwrap();

    for named in [
        json!("https://shop.example"),
        json!(["https://shop.example"]),
        json!("https://SHOP.example/"),
    ] {
        let tokens = scene.tokens(&device, &with(&json!({ "resource": named }))).await;
        let jwt = UnverifiedJws::parse(&tokens.access_token).unwrap();
        let claims: Value = jwt.unverified_claims().unwrap();
        assert_eq!(claims["aud"], resource.client_id, "{named}");
        assert_eq!(tokens.scope.as_deref(), Some(""), "{named}");
    }
    let table = [
        (
            "unknown",
            json!("https://other.example"),
            ErrorCode::InvalidTarget,
        ),
        (
            "without TLS",
            json!("http://shop.example"),
            ErrorCode::InvalidTarget,
        ),
        (
            "a path",
            json!("https://shop.example/api"),
            ErrorCode::InvalidTarget,
        ),
        ("no URL", json!("shop.example"), ErrorCode::InvalidTarget),
        (
            "two",
            json!(["https://shop.example", "https://other.example"]),
            ErrorCode::InvalidRequest,
        ),
        ("a number", json!(7), ErrorCode::InvalidRequest),
    ];
    for (name, named, expected) in table {
        assert_eq!(
            code(&scene, &device, &with(&json!({ "resource": named }))).await,
            Some(expected),
            "{name}"
        );
    }
    disable::disable(&scene.world.provider, &application.id.to_string(), "cli")
        .await
        .unwrap();
    let disabled = with(&json!({ "resource": "https://shop.example" }));
    assert_eq!(
        code(&scene, &device, &disabled).await,
        Some(ErrorCode::InvalidTarget),
        "a disabled application"
    );
    assert_eq!(
        code(&scene, &resource, &parameters()).await,
        Some(ErrorCode::UnauthorizedClient),
        "its own client"
    );
}

#[tokio::test]
async fn plain_parameters_follow_the_same_rules() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let table = [
        ("good", json!({}), None),
        ("scope is missing", json!({ "scope": null }), BAD),
        ("no hint", json!({ "login_hint": null }), BAD),
        ("two hints", json!({ "id_token_hint": "x" }), BAD),
        (
            "a bad message",
            json!({ "binding_message": "" }),
            Some(ErrorCode::InvalidBindingMessage),
        ),
        ("requested_expiry", json!({ "requested_expiry": "0" }), BAD),
        (
            "unknown person",
            json!({ "login_hint": "no.body@OnesID1" }),
            Some(ErrorCode::UnknownUserId),
        ),
    ];
    for (name, changes, expected) in table {
        let outcome = scene.world.start_plain(&client, &with(&changes)).await;
        assert_eq!(outcome.is_err().then(|| refused(outcome)), expected, "{name}");
    }
    let empty = scene
        .world
        .start_with(
            &client,
            Endpoint::Backchannel,
            None,
            AuthenticationRequest::default(),
        )
        .await;
    assert_eq!(refused(empty.map(|_| ())), ErrorCode::InvalidRequest);
}

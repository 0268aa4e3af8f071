//! `countersign service`, as an operator runs it.

use crate::consent::Operator;
use countersign_core::time::Timestamp;
use countersign_core::x1280::ServiceId;
use countersign_core::x1280::service::verify_vds;
use countersign_jose::{KeyType, base64url};
use countersign_testkit::Party;
use serde_json::{Value, json};

const SHOP: [&str; 18] = [
    "service",
    "add",
    "--name",
    "Shop",
    "--allowed-scope",
    "identity:basic",
    "--allowed-scope",
    "identity:age_over_18",
    "--default-scope",
    "identity:age_over_18",
    "--origin",
    "https://Shop.example/",
    "--audience",
    "shop",
    "--claim-style",
    "camel",
    "--logo",
    "https://shop.example/logo.png",
];

/// A provider whose clock goes with that of the program.
async fn operator() -> Operator {
    let operator = Operator::new().await;
    let present = jiff::Timestamp::now().as_second();
    operator.world.clock.set(Timestamp::from_unix(present));
    operator
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} in {value}"))
}

#[tokio::test]
async fn a_service_is_handed_what_it_needs_once() {
    let operator = operator().await;
    let added = operator.json(&SHOP);
    let id = text(&added, "serviceId");
    assert!(id.starts_with("svc_"), "{id}");
    assert_eq!(base64url::decode(text(&added, "responseKey")).unwrap().len(), 32);

    // What the program printed is what the provider takes and makes.
    let provider = &operator.world.provider;
    let service = verify_vds(provider, text(&added, "serviceVds")).await.unwrap();
    assert_eq!(service.id, ServiceId::parse(id).unwrap());
    assert_eq!(
        service.response_key(&provider.sealer).reveal().as_str(),
        text(&added, "responseKey")
    );

    let shown = operator.json(&["service", "show", "Shop"]);
    let expected = json!({
        "serviceId": id, "name": "Shop", "status": "enabled", "audience": "shop", "claimStyle": "camel",
        "consentRequired": false, "allowedScopes": ["identity:basic", "identity:age_over_18"],
        "defaultScopes": ["identity:age_over_18"], "origins": ["https://shop.example"],
        "logoUrl": "https://shop.example/logo.png", "serviceVdsIssuedAt": shown["serviceVdsIssuedAt"],
        "serviceVdsExpiresAt": added["serviceVdsExpiresAt"],
        "createdAt": shown["createdAt"],
    });
    assert_eq!(shown, expected);
    assert_eq!(operator.json(&["service", "list"]), json!([shown]));
    for handed in ["serviceVds", "responseKey"] {
        let everything = operator.ok(&["service", "show", id]) + &operator.ok(&["service", "list"]);
        assert!(
            !everything.contains(text(&added, handed)),
            "{handed} is shown once"
        );
    }
}

#[tokio::test]
async fn a_rotation_ends_what_was_handed_over_before() {
    let operator = operator().await;
    let provider = &operator.world.provider;
    let added = operator.json(&SHOP);
    let first = text(&added, "serviceVds").to_owned();
    let both = operator.json(&["service", "rotate", "Shop"]);
    assert_ne!(both["responseKey"], added["responseKey"]);
    let second = text(&both, "serviceVds").to_owned();
    let refused = verify_vds(provider, &first).await.unwrap_err();
    assert!(refused.to_string().contains("replaced"), "{refused}");
    assert!(verify_vds(provider, &second).await.is_ok());

    let key = operator.json(&["service", "rotate", "Shop", "--only", "response-key"]);
    assert!(key.get("serviceVds").is_none() && key["responseKey"] != both["responseKey"]);
    assert!(
        verify_vds(provider, &second).await.is_ok(),
        "the credential stays"
    );

    let credential = operator.json(&[
        "service",
        "rotate",
        "Shop",
        "--only",
        "credential",
        "--expires",
        "90d",
    ]);
    assert!(credential.get("responseKey").is_none());
    assert!(verify_vds(provider, &second).await.is_err());
    let third = verify_vds(provider, text(&credential, "serviceVds"))
        .await
        .unwrap();
    assert_eq!(
        third.response_key(&provider.sealer).reveal().as_str(),
        text(&key, "responseKey"),
        "the key stays"
    );
}

#[tokio::test]
async fn a_service_is_disabled_and_enabled_with_its_client() {
    let operator = Operator::new().await;
    let id = operator.json(&SHOP)["serviceId"].as_str().unwrap().to_owned();
    let disabled = operator.json(&["service", "disable", "Shop"]);
    assert_eq!(disabled["status"], "disabled");
    assert_eq!(operator.json(&["client", "show", &id])["status"], "disabled");
    assert!(
        operator
            .fails(1, &["service", "disable", "Shop"])
            .contains("already")
    );
    assert_eq!(operator.json(&["service", "enable", &id])["status"], "enabled");
    // The client is the same switch.
    operator.ok(&["client", "disable", &id]);
    assert_eq!(operator.json(&["service", "show", &id])["status"], "disabled");
    let log = operator.ok(&["audit", "list"]);
    assert!(
        log.contains("service.add") && log.contains("client.disable"),
        "{log}"
    );
    operator.ok(&["audit", "verify"]);
}

#[tokio::test]
async fn a_service_with_keys_is_a_client_with_keys_and_without_grants() {
    let operator = Operator::new().await;
    let party = Party::new("", KeyType::P256);
    let file = operator.file("till.jwks.json", &party.jwks().to_string());
    let file = file.to_str().unwrap();
    let added = operator.json(&[
        "service",
        "add",
        "--name",
        "Till",
        "--allowed-scope",
        "identity:name",
        "--audience",
        "till",
        "--jwks",
        file,
    ]);
    let client = operator.json(&["client", "show", text(&added, "serviceId")]);
    assert_eq!(client["profile"], "x1280");
    assert_eq!(client["grant_types"], json!([]));
    assert_eq!(client["jwks"]["keys"].as_array().unwrap().len(), 1);
    // Without keys it has none.
    let bare = operator.json(&SHOP);
    let client = operator.json(&["client", "show", text(&bare, "serviceId")]);
    assert_eq!(client["jwks"]["keys"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_to_change() {
    let operator = Operator::new().await;
    let bad = operator.file("bad.json", r#"{"keys":[{"kty":"oct","k":"AA"}]}"#);
    let cases: [(&[&str], &str); 7] = [
        (&["--origin", "http://shop.example"], "this machine only"),
        (&["--origin", "https://shop.example/cart"], "scheme, host"),
        (&["--logo", "http://shop.example/logo.png"], "https"),
        (
            &["--default-scope", "identity:photo"],
            "not within the allowed scopes",
        ),
        (&["--expires", "21y"], "20 years"),
        (&["--jwks", bad.to_str().unwrap()], "key"),
        (&["--jwks", "/nowhere"], "cannot be read"),
    ];
    for (more, advice) in cases {
        let add = [
            "service",
            "add",
            "--name",
            "Shop",
            "--allowed-scope",
            "identity:name",
            "--audience",
            "shop",
        ];
        let sentence = operator.fails(1, &[&add, more].concat());
        assert!(sentence.contains(advice), "{more:?}: {sentence}");
    }
    assert_eq!(operator.json(&["service", "list"]), json!([]));
    let sentence = operator.fails(
        1,
        &[
            "service",
            "add",
            "--name",
            " ",
            "--allowed-scope",
            "identity:name",
            "--audience",
            "a",
        ],
    );
    assert!(sentence.contains("name must be"), "{sentence}");
}

#[tokio::test]
async fn two_services_of_one_name_are_told_apart_by_id() {
    let operator = Operator::new().await;
    let first = operator.json(&SHOP);
    operator.json(&SHOP);
    assert!(
        operator
            .fails(1, &["service", "show", "Shop"])
            .contains("give the id")
    );
    let shown = operator.json(&["service", "show", text(&first, "serviceId")]);
    assert_eq!(shown["serviceId"], first["serviceId"]);
}

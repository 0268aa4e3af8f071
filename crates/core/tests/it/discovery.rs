//! Discovery tells what this provider does (OpenID Connect Discovery §3, CIBA Core §4), and nothing that it does not.

use countersign_core::oidc::discovery;
use countersign_testkit::World;
use serde_json::{Value, json};

#[tokio::test]
async fn the_metadata_is_what_this_provider_does() {
    let world = World::new().await;
    let metadata: Value = serde_json::to_value(discovery::metadata(&world.provider)).unwrap();
    let issuer = world.issuer();
    let at = |path: &str| json!(format!("{issuer}{path}"));
    let table = [
        ("issuer", at("")),
        ("authorization_endpoint", at("/auth")),
        ("token_endpoint", at("/token")),
        ("jwks_uri", at("/jwks")),
        ("userinfo_endpoint", at("/me")),
        ("introspection_endpoint", at("/token/introspection")),
        ("revocation_endpoint", at("/token/revocation")),
        ("backchannel_authentication_endpoint", at("/backchannel")),
        ("backchannel_token_delivery_modes_supported", json!(["poll"])),
        ("backchannel_user_code_parameter_supported", json!(false)),
        (
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
        ),
        ("id_token_signing_alg_values_supported", json!(["RS256", "ES256"])),
        ("subject_types_supported", json!(["public"])),
        ("request_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(false)),
    ];
    for (member, expected) in table {
        assert_eq!(metadata[member], expected, "{member}");
    }
    let grants = metadata["grant_types_supported"].as_array().unwrap();
    for grant in [
        "client_credentials",
        "urn:openid:params:grant-type:ciba",
        "refresh_token",
    ] {
        assert!(grants.contains(&json!(grant)), "{grant}");
    }
    // CIBA Core §4: asymmetric algorithms only. Empty arrays are forbidden, absent members are not (Discovery §4.2).
    for (member, value) in metadata.as_object().unwrap() {
        assert!(
            value.as_array().is_none_or(|list| !list.is_empty()),
            "{member} is empty"
        );
        if member.ends_with("signing_alg_values_supported") {
            let words = value.as_array().unwrap();
            assert!(
                words
                    .iter()
                    .all(|word| !word.as_str().unwrap().starts_with("HS") && *word != "none"),
                "{member}"
            );
            assert!(words.contains(&json!("ES256")), "{member}");
        }
    }
}

//! The route summary of the OnesID wire contract, row by row, with the exact shapes that published clients read.

use crate::site::{Site, proof};
use countersign_core::application::ApplicationType;
use countersign_core::application::add::{NewApplication, add};
use countersign_core::user::IdpRole;
use countersign_jose::{Algorithm, KeyType};
use countersign_testkit::{Party, World, fresh_jti};
use serde_json::{Value, json};

fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn discovery_names_the_issuer_exactly_and_all_that_published_clients_require() {
    let site = Site::new().await;
    let metadata = site
        .get("/oidc/.well-known/openid-configuration", None)
        .await
        .succeeds(200);
    assert_eq!(metadata["issuer"], "https://idp.example/oidc");
    for member in [
        "authorization_endpoint",
        "jwks_uri",
        "token_endpoint",
        "backchannel_authentication_endpoint",
    ] {
        let url = metadata[member].as_str().unwrap();
        let path = url.strip_prefix("https://idp.example").unwrap();
        let answer = site.get(path, None).await;
        assert_ne!(answer.status.as_u16(), 404, "{member} is a route");
    }
    for member in [
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(metadata[member].is_array(), "{member}");
    }
}

#[tokio::test]
async fn the_key_set_has_rs256_first_and_no_label_that_breaks_old_readers() {
    let site = Site::new().await;
    let keys = site.get("/oidc/jwks", None).await.succeeds(200)["keys"].clone();
    assert_eq!(
        (&keys[0]["alg"], &keys[0]["use"]),
        (&json!("RS256"), &json!("sig"))
    );
    for key in keys.as_array().unwrap() {
        assert!(
            ["RS256", "ES256"].contains(&key["alg"].as_str().unwrap()),
            "{key}"
        );
        assert!(key["kid"].is_string() && key.get("d").is_none(), "{key}");
    }
}

#[tokio::test]
async fn a_machine_registers_polls_and_is_approved_by_an_operator() {
    let site = Site::new().await;
    let mut party = Party::new("", KeyType::P256);
    let registration = serde_json::to_value(World::registration_of(&party, "SERVER-x", "server")).unwrap();
    let answer = site
        .post_json("/devices/registration", None, &registration)
        .await
        .succeeds(201);
    assert_eq!(members(&answer), ["verification_code"]);
    let code = answer["verification_code"].as_str().unwrap();
    let status = format!("/devices/registration/status/{code}");
    assert_eq!(
        site.get(&status, None).await.succeeds(200),
        json!({ "status": "pending" })
    );

    let operator = site.person("master@OnesID1", IdpRole::Master).await;
    let list = site
        .get("/devices/registrations?status=pending", Some(&operator))
        .await
        .succeeds(200);
    let item = &list["registrations"][0];
    assert_eq!(item["verificationCode"], code);
    assert_eq!(item["thumbprint"], party.key.public().jwk().thumbprint());
    assert_eq!(item["address"], "192.0.2.7");

    let path = format!("/devices/registrations/{code}/decision");
    let decided = site
        .post_json(&path, Some(&operator), &json!({ "status": "approved" }))
        .await
        .succeeds(200);
    assert_eq!(decided["status"], "approved");
    let approved = site.get(&status, None).await.succeeds(200);
    assert_eq!(approved["status"], "approved");
    assert!(approved["deviceId"].is_string());
    party.client_id = approved["clientId"].as_str().unwrap().to_owned();
    site.token_of(&party).await;
    site.post_json(&path, Some(&operator), &json!({ "status": "rejected" }))
        .await
        .refuses(409, "conflict");
}

#[tokio::test]
async fn a_refused_machine_is_told_the_reason() {
    let site = Site::new().await;
    let party = Party::new("", KeyType::Rsa2048);
    let registration = serde_json::to_value(World::registration_of(&party, "x", "SERVER")).unwrap();
    let answer = site
        .post_json("/devices/registration", None, &registration)
        .await
        .succeeds(201);
    let code = answer["verification_code"].as_str().unwrap();
    let operator = site.person("admin@OnesID1", IdpRole::Admin).await;
    let verdict = json!({ "status": "rejected", "reason": "not ours" });
    site.post_json(
        &format!("/devices/registrations/{code}/decision"),
        Some(&operator),
        &verdict,
    )
    .await
    .succeeds(200);
    let status = site
        .get(&format!("/devices/registration/status/{code}"), None)
        .await
        .succeeds(200);
    assert_eq!(status, json!({ "status": "rejected", "reason": "not ours" }));
}

#[tokio::test]
async fn a_status_is_json_also_for_codes_that_never_were() {
    let site = Site::new().await;
    for code in [
        "None",
        "ABCD-2345",
        "a%20b",
        "%00",
        "%ff",
        "..",
        "%2e%2e%2f",
        "\u{2028}".escape_unicode().to_string().as_str(),
    ] {
        let code = code.replace(['{', '}', '\\'], "");
        let answer = site
            .get(&format!("/devices/registration/status/{code}"), None)
            .await;
        answer.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_device_token_is_opaque_lives_600_seconds_and_has_no_scope() {
    let site = Site::new().await;
    for key_type in [KeyType::Rsa2048, KeyType::P256, KeyType::P384, KeyType::P521] {
        let device = site.world.device(key_type).await;
        let answer = site
            .post_as(&device, "/oidc/token", &[("grant_type", "client_credentials")])
            .await
            .succeeds(200);
        assert_eq!(members(&answer), ["access_token", "expires_in", "token_type"]);
        assert_eq!(
            (&answer["expires_in"], &answer["token_type"]),
            (&json!(600), &json!("Bearer"))
        );
        assert!(!answer["access_token"].as_str().unwrap().contains('.'));
    }
}

#[tokio::test]
async fn introspection_tells_whose_token_it_is_and_of_an_unknown_one_nothing() {
    let site = Site::new().await;
    let (device, token) = site.device().await;
    let other = site.world.device(KeyType::P256).await;
    let answer = site
        .post_as(&other, "/oidc/token/introspection", &[("token", &token)])
        .await
        .succeeds(200);
    assert_eq!(
        (&answer["active"], &answer["client_id"]),
        (&json!(true), &json!(device.client_id))
    );
    assert_eq!(
        (&answer["iss"], &answer["token_type"]),
        (&json!("https://idp.example/oidc"), &json!("Bearer"))
    );
    assert!(answer["exp"].is_u64() && answer["iat"].is_u64());
    let answer = site
        .post_as(&other, "/oidc/token/introspection", &[("token", "unknown")])
        .await
        .succeeds(200);
    assert_eq!(answer, json!({ "active": false }));
}

#[tokio::test]
async fn identify_tells_devices_from_people() {
    let site = Site::new().await;
    let (device, device_token) = site.device().await;
    let answer = site
        .get("/oidc/identify", Some(&device_token))
        .await
        .succeeds(200);
    assert_eq!(
        (&answer["subject_type"], &answer["client_id"]),
        (&json!("device"), &json!(device.client_id))
    );
    let (phone, phone_token) = site.phone("user.name@OnesID1").await;
    let answer = site.get("/oidc/identify", Some(&phone_token)).await.succeeds(200);
    assert_eq!(
        (&answer["subject_type"], &answer["client_id"]),
        (&json!("user"), &json!(phone.party.client_id))
    );
    assert_eq!(answer["username"], json!(phone.username));
}

#[tokio::test]
async fn from_identifier_finds_a_person_and_refuses_what_it_does_not_know() {
    let site = Site::new().await;
    let (_, token) = site.device().await;
    let (phone, _) = site.phone("user.name@OnesID1").await;
    let ask = |identifier: &str| json!({ "identifier": identifier });
    let answer = site
        .post_json(
            "/oidc/from-identifier",
            Some(&token),
            &ask("USER.NAME@onesid1.com"),
        )
        .await
        .succeeds(200);
    assert_eq!(members(&answer), ["client_id", "subject", "username"]);
    assert_eq!(answer["client_id"], json!(phone.party.client_id));
    site.post_json("/oidc/from-identifier", Some(&token), &ask("nobody@OnesID1"))
        .await
        .refuses(404, "not_found");
}

#[tokio::test]
async fn an_application_is_listed_with_its_host_name_or_not_at_all() {
    let site = Site::new().await;
    // The approved device is a server, so it is an application, but nobody has given it a host name yet.
    let (_, token) = site.device().await;
    for host in ["one.example", "two.example"] {
        let new = NewApplication {
            hostname: Some(host.to_owned()),
            client_identifier: Some(format!("{host}-server")),
            ..NewApplication::new("A service", ApplicationType::Server)
        };
        add(&site.world.provider, new, "test").await.unwrap();
    }
    let list = async |query: &str| {
        site.get(&format!("/applications/.well-known{query}"), Some(&token))
            .await
            .succeeds(200)
    };
    let all = list("?limit=1000").await;
    assert_eq!(
        (&all["total"], all["applications"].as_array().unwrap().len()),
        (&json!(2), 2)
    );
    let first = &all["applications"][0];
    assert_eq!(
        (&first["type"], &first["hostname"]),
        (&json!("server"), &json!("one.example"))
    );
    assert_eq!(
        (&first["clientIdentifier"], &first["isHidden"]),
        (&json!("one.example-server"), &json!(false))
    );
    assert!(first["id"].is_string() && first["name"].is_string());
    let some = list("?limit=1").await;
    assert_eq!(
        (&some["total"], some["applications"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
}

#[tokio::test]
async fn the_legacy_name_takes_the_legacy_shape() {
    let site = Site::new().await;
    let (phone, _) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::Rsa2048).await;
    let (now, issuer) = (site.world.now().unix(), site.world.issuer());
    // The Python tools put the times into the header, leave sub, iat and jti out of the request, and use one
    // assertion for the request and for every poll.
    let header = json!({ "typ": "JWT", "exp": now + 300, "nbf": now - 5, "iat": now });
    let assertion = device.sign(
        &header,
        &json!({
            "iss": device.client_id, "sub": device.client_id, "aud": format!("{issuer}/token"), "jti": fresh_jti(),
            "iat": now, "exp": now + 300,
        }),
    );
    let request = device.sign(
        &header,
        &json!({
            "login_hint_token": phone.username, "scope": "openid contact profile", "acr_values": "poll",
            "iss": device.client_id, "aud": format!("{issuer}/bc-authorize"), "exp": now + 300,
            "binding_message": "Authorize Login",
        }),
    );
    let mut fields = vec![("request", request.as_str())];
    fields.extend(proof(&device, &assertion));
    let started = site.post_form("/oidc/bc-authorize", &fields).await.succeeds(200);
    assert_eq!(
        (&started["expires_in"], &started["interval"]),
        (&json!(600), &json!(3))
    );
    for _ in 0..2 {
        let mut poll = proof(&device, &assertion);
        let id = started["auth_req_id"].as_str().unwrap();
        poll.extend([
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", id),
        ]);
        site.post_form("/oidc/token", &poll)
            .await
            .refuses(400, "authorization_pending");
    }
}

#[tokio::test]
async fn a_replayed_assertion_is_refused() {
    let site = Site::new().await;
    let device = site.world.device(KeyType::P256).await;
    assert_eq!(device.algorithm, Algorithm::Es256);
    let assertion = device.assertion(&site.world.issuer(), site.world.now());
    let mut fields = proof(&device, &assertion);
    fields.push(("grant_type", "client_credentials"));
    site.post_form("/oidc/token", &fields).await.succeeds(200);
    site.post_form("/oidc/token", &fields)
        .await
        .refuses(401, "invalid_client");
}

#[tokio::test]
async fn an_unknown_grant_type_is_named_as_such() {
    let site = Site::new().await;
    let device = site.world.device(KeyType::P256).await;
    for grant_type in [
        "password",
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:device_code",
        "CIBA",
    ] {
        let answer = site
            .post_as(&device, "/oidc/token", &[("grant_type", grant_type)])
            .await;
        answer.refuses(400, "unsupported_grant_type");
    }
}

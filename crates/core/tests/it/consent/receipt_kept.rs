//! What is taken back, what stays, and how it is proven.

use super::*;

#[tokio::test]
async fn a_withdrawn_consent_gives_nothing_and_its_receipt_stays() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    assert_eq!(
        refused(scene.revoke(&scene.phone, &asked).await),
        ErrorCode::NotFound,
        "not given yet"
    );
    scene.grant(&["email"]).await;
    let receipt = scene.status(&asked).await["receipt"].clone();
    scene.world.clock.advance(Duration::from_secs(1));
    let given = scene.given(&scene.phone).await.consents;
    assert_eq!(
        (given.len(), given[0].id, &given[0].revoked_at),
        (1, asked.id, &None)
    );
    assert_eq!(given[0].names, [ClaimName::Email]);
    assert_eq!(
        (given[0].resource.as_str(), given[0].application.host.as_str()),
        (RESOURCE, "rp.example")
    );
    assert_eq!(given[0].reason, "To send you the engine");
    let (_, stranger) = scene.world.person("bob@OnesID1").await;
    assert_eq!(scene.given(&stranger).await.consents, []);
    assert_eq!(
        refused(scene.revoke(&stranger, &asked).await),
        ErrorCode::NotFound
    );
    let at = scene.world.now().rfc3339();
    scene.revoke(&scene.phone, &asked).await.unwrap();
    scene.world.clock.advance(Duration::from_secs(1));
    scene.revoke(&scene.phone, &asked).await.unwrap();
    let told = json!({ "id": asked.id, "status": "denied", "receipt": receipt, "revokedAt": at });
    assert_eq!(scene.status(&asked).await, told);
    assert_eq!(
        scene.given(&scene.phone).await.consents[0].revoked_at.as_ref(),
        Some(&at)
    );
}

#[tokio::test]
async fn the_newest_consent_is_first() {
    let scene = Scene::new().await;
    let older = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.world.clock.advance(Duration::from_secs(1));
    let newer = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let ids: Vec<_> = scene
        .given(&scene.phone)
        .await
        .consents
        .iter()
        .map(|consent| consent.id)
        .collect();
    assert_eq!(ids, [newer.id, older.id]);
}

#[tokio::test]
async fn a_receipt_says_what_was_decided_and_verifies_offline() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    let item = scene.item().await;
    scene.grant(&["email"]).await;
    let receipt = scene.try_status(&asked).await.unwrap().receipt.unwrap();
    let claims = receipt::verify(&receipt, &scene.keys()).unwrap();
    let decision = scene.decision_of(&item).await;
    assert_eq!(
        claims.decision_digest,
        base64url::encode(&hash::sha256(decision.proof.text().as_bytes()))
    );
    assert_eq!(
        (claims.iss, claims.aud, claims.sub),
        (
            scene.world.issuer(),
            scene.device.client_id.clone(),
            scene.user.id.to_string()
        )
    );
    assert_eq!((claims.consent_id, claims.approval_id), (asked.id, item.id));
    assert_eq!(
        (claims.resource.as_str(), claims.reason.as_str()),
        (RESOURCE, "To send you the engine")
    );
    assert_eq!(
        claims.asked,
        [ClaimName::Email, ClaimName::FirstName, ClaimName::PhoneNumber]
    );
    assert_eq!(claims.granted, [ClaimName::Email]);
    assert!(
        !String::from_utf8_lossy(&base64url::decode(receipt.split('.').nth(1).unwrap()).unwrap())
            .contains(EMAIL)
    );
}

#[tokio::test]
async fn what_is_not_a_receipt_of_this_provider_is_told_apart() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let receipt = scene.try_status(&asked).await.unwrap().receipt.unwrap();
    let keys = scene.keys();
    let parts: Vec<&str> = receipt.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&base64url::decode(parts[1]).unwrap()).unwrap();
    claims["granted"] = json!(["dateOfBirth"]);
    let payload = base64url::encode(claims.to_string().as_bytes());
    let changed = [parts[0], payload.as_str(), parts[2]].join(".");
    let tokens = scene.world.signed_in(&scene.device, &scene.phone, "openid").await;
    let foreign = Scene::new().await;
    for (text, keys, says) in [
        (changed.as_str(), &keys, "was changed"),
        (tokens.id_token.as_deref().unwrap(), &keys, "typ"),
        (&receipt, &JwkSet::default(), "key"),
        ("no receipt", &keys, "not a receipt"),
        ("", &keys, "not a receipt"),
    ] {
        let refusal = receipt::verify(text, keys).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidRequest);
        assert!(refusal.description.contains(says), "{refusal}");
    }
    drop(foreign);
    assert!(receipt::verify(&format!(" {receipt}\n"), &keys).is_ok());
}

#[tokio::test]
async fn the_code_of_the_applications_screen_is_asked_for_as_in_a_sign_in() {
    let scene = Scene::with(Some(VerificationMode::Transfer)).await;
    let asked = scene.asked().await;
    let shown = asked.verification.clone().unwrap();
    assert_eq!(shown.mode, VerificationMode::Transfer);
    let item = scene.item().await;
    assert_eq!(item.verification.code, None, "the phone is not told it");
    let without = scene
        .phone
        .decide(&scene.world.provider, &item, "approved", &json!({}))
        .await;
    assert_eq!(refused(without), ErrorCode::InvalidRequest);
    let code = json!({ "code": shown.code });
    assert_eq!(scene.decide("approved", &code).await, ApprovalStatus::Approved);
    assert_eq!(scene.status(&asked).await["status"], "approved");
}

#[tokio::test]
async fn every_step_is_in_the_audit_log_and_no_value_is() {
    let scene = Scene::new().await;
    let before = scene.actions().await.len();
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.status(&asked).await;
    scene.status(&asked).await;
    scene.revoke(&scene.phone, &asked).await.unwrap();
    scene.revoke(&scene.phone, &asked).await.unwrap();
    let log = scene.actions().await;
    let actions: Vec<&str> = log[before..].iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "consent.ask",
            "approval.approve",
            "consent.deliver",
            "consent.revoke"
        ]
    );
    assert!(
        log[before + 2].1.contains("email"),
        "which, but not what: {}",
        log[before + 2].1
    );
    assert!(log.iter().all(|(_, detail)| !detail.contains(EMAIL)));
}

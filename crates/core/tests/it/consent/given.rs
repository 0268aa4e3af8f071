//! What is asked, and what is given of it.

use super::*;

#[tokio::test]
async fn a_person_sees_who_asks_what_for_and_what_cannot_be_left_out() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    assert_eq!(
        (asked.status, asked.expires_in, asked.interval, asked.verification),
        (ConsentStatus::Pending, 600, 3, None)
    );
    let item = scene.item().await;
    let words = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(item.claims, words(&["email", "firstName", "phoneNumber"]));
    assert_eq!(item.required_claims, words(&["email"]));
    assert_eq!(item.scopes, None);
    assert_eq!(item.reason.as_deref(), Some("To send you the engine"));
    assert_eq!(
        (item.application.name.as_str(), item.application.host.as_str()),
        ("Engine shop", "rp.example")
    );
    assert!(item.application.verified);
}

#[tokio::test]
async fn what_was_granted_is_delivered_for_ten_minutes_and_the_receipt_stays() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    let pending = scene.status(&asked).await;
    assert_eq!(pending, json!({ "id": asked.id, "status": "pending" }));
    assert_eq!(
        scene.grant(&["firstName", "email"]).await,
        ApprovalStatus::Approved
    );
    let approved = scene.status(&asked).await;
    assert_eq!(approved["status"], "approved");
    assert_eq!(
        approved["content"],
        json!([{ "name": "email", "value": EMAIL }, { "name": "firstName", "value": "Ada" }]),
        "in the order of the request"
    );
    scene.world.clock.advance(Duration::from_secs(599));
    assert_eq!(scene.status(&asked).await, approved, "each look is the same");
    scene.world.clock.advance(Duration::from_secs(1));
    let later = scene.status(&asked).await;
    assert_eq!(
        later,
        json!({ "id": asked.id, "status": "approved", "receipt": approved["receipt"] })
    );
}

#[tokio::test]
async fn a_receipt_is_made_also_when_the_device_comes_too_late_for_the_values() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.world.clock.advance(Duration::from_secs(3600));
    let late = scene.try_status(&asked).await.unwrap();
    assert!(late.content.is_none());
    let claims = receipt::verify(&late.receipt.unwrap(), &scene.keys()).unwrap();
    assert_eq!(claims.iat - claims.decided_at, 3600);
}

#[tokio::test]
async fn an_item_that_the_person_does_not_have_is_left_out() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let content = scene.status(&asked).await["content"].clone();
    assert_eq!(
        content.as_array().unwrap().len(),
        2,
        "granted, but there is no phone number: {content}"
    );
}

#[tokio::test]
async fn a_yes_that_leaves_out_a_required_item_or_everything_is_a_no_for_everybody() {
    for granted in [&["firstName", "phoneNumber"][..], &[]] {
        let scene = Scene::new().await;
        let asked = scene.asked().await;
        assert_eq!(scene.grant(granted).await, ApprovalStatus::Denied);
        let told = scene.status(&asked).await;
        assert_eq!(told, json!({ "id": asked.id, "status": "denied" }));
        let bearer = scene.phone.bearer(&scene.world.provider).await.unwrap();
        let past = history(&scene.world.provider, &bearer, 10).await.unwrap();
        assert_eq!(past.approvals[0].status, ApprovalStatus::Denied);
        assert_eq!(scene.given(&scene.phone).await.consents, []);
    }
}

#[tokio::test]
async fn nothing_granted_of_optional_items_is_a_no_too() {
    let scene = Scene::new().await;
    let asked = scene
        .ask(&json!({ "content": [{ "name": "email" }] }))
        .await
        .unwrap();
    assert_eq!(scene.grant(&[]).await, ApprovalStatus::Denied);
    assert_eq!(scene.status(&asked).await["status"], "denied");
}

#[tokio::test]
async fn nothing_is_granted_that_was_not_asked_for() {
    let scene = Scene::new().await;
    scene.asked().await;
    let item = scene.item().await;
    let granted = json!({ "granted": ["email", "dateOfBirth"] });
    let decided = scene
        .phone
        .decide(&scene.world.provider, &item, "approved", &granted);
    assert_eq!(refused(decided.await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_no_is_a_no_and_a_silence_ends() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("denied", &json!({})).await;
    assert_eq!(scene.status(&asked).await["status"], "denied");
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.world.clock.advance(Duration::from_secs(599));
    assert_eq!(scene.status(&asked).await["status"], "pending");
    scene.world.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.status(&asked).await["status"], "expired");
}

#[tokio::test]
async fn only_the_device_that_asked_is_answered() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    let other = scene.world.device(KeyType::P256).await;
    assert_eq!(
        refused(scene.status_as(&other, &asked).await),
        ErrorCode::NotFound
    );
    let unknown = ConsentAnswer {
        id: scene.user.id.0,
        ..asked
    };
    assert_eq!(refused(scene.try_status(&unknown).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_request_that_cannot_be_shown_or_answered_is_refused() {
    let scene = Scene::new().await;
    let twice = json!([{ "name": "email" }, { "name": "email", "required": true }]);
    for changed in [
        json!({ "content": [] }),
        json!({ "content": [{ "name": "address" }] }),
        json!({ "content": [{ "name": "Email" }] }),
        json!({ "content": [{ "name": "" }] }),
        json!({ "content": twice }),
        json!({ "reason": "" }),
        json!({ "reason": " \t " }),
        json!({ "reason": "two\nlines" }),
        json!({ "reason": "right\u{202e}left" }),
        json!({ "reason": "a".repeat(201) }),
    ] {
        assert_eq!(
            refused(scene.ask(&changed).await),
            ErrorCode::InvalidRequest,
            "{changed}"
        );
    }
    scene.ask(&json!({ "reason": "é".repeat(200) })).await.unwrap();
}

#[tokio::test]
async fn a_device_asks_for_its_own_application_only() {
    let scene = Scene::new().await;
    let other = scene.world.device(KeyType::P256).await;
    scene.application("other.example", &other, None).await;
    for resource in [
        "https://other.example",
        "https://nobody.example",
        "http://rp.example",
        "https://rp.example/path",
        "rp.example",
        "",
    ] {
        let asked = scene.ask(&json!({ "resource": resource })).await;
        assert_eq!(refused(asked), ErrorCode::InvalidTarget, "{resource}");
    }
    let asked = scene.ask_as(&other, &json!({})).await;
    assert_eq!(refused(asked), ErrorCode::InvalidTarget);
    disable_application::disable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::InvalidTarget);
}

#[tokio::test]
async fn a_subject_is_the_id_of_a_person_who_can_sign_in() {
    let scene = Scene::new().await;
    for subject in ["ada@OnesID1", "", "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11"] {
        let asked = scene.ask(&json!({ "subject": subject })).await;
        assert_eq!(refused(asked), ErrorCode::UnknownUserId, "{subject}");
    }
    disable::disable(&scene.world.provider, "ada@OnesID1", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::UnknownUserId);
}

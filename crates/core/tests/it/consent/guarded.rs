//! What guards every approval guards consents too.

use super::*;

#[tokio::test]
async fn of_two_phones_the_first_decides_and_the_other_is_told() {
    let scene = Scene::new().await;
    let second = scene.world.phone_of(&scene.user).await;
    let asked = scene.asked().await;
    let (provider, item) = (&scene.world.provider, scene.item().await);
    let request = |phone: &SoftPhone, decision: &str| {
        let claims = phone.decision_claims(
            provider.host.as_str(),
            &item,
            decision,
            scene.world.now(),
            &json!({}),
        );
        let decision = phone.party.sign(&json!({ "typ": "approval+jwt" }), &claims);
        DecisionRequest { decision }
    };
    let (yes, no) = (request(&scene.phone, "approved"), request(&second, "denied"));
    let (one, two) = (
        scene.phone.bearer(provider).await.unwrap(),
        second.bearer(provider).await.unwrap(),
    );
    let id = ApprovalId(item.id);
    let (first, other) = tokio::join!(decide(provider, &one, id, yes), decide(provider, &two, id, no));
    let won: Vec<_> = [&first, &other].into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "one wins");
    let expected = if won[0].status == ApprovalStatus::Approved {
        "approved"
    } else {
        "denied"
    };
    assert_eq!(scene.status(&asked).await["status"], expected);
    let lost = if first.is_ok() { other } else { first };
    assert_eq!(refused(lost), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_newer_request_takes_the_place_of_the_older_one_but_not_of_a_sign_in() {
    let scene = Scene::new().await;
    let parameters = json!({ "scope": "openid", "login_hint": "ada@OnesID1", "binding_message": "W4SCT" });
    scene.world.start(&scene.device, &parameters).await.unwrap();
    let older = scene.asked().await;
    let newer = scene.asked().await;
    assert_eq!(scene.status(&older).await["status"], "expired");
    assert_eq!(scene.status(&newer).await["status"], "pending");
    let waiting = scene.phone.approvals(&scene.world.provider).await.unwrap();
    assert_eq!(waiting.len(), 2, "the sign-in and the newer request");
}

#[tokio::test]
async fn asking_has_limits_of_its_own() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        scene.asked().await;
    }
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::TooManyRequests);
    let parameters = json!({ "scope": "openid", "login_hint": "ada@OnesID1", "binding_message": "W4SCT" });
    scene.world.start(&scene.device, &parameters).await.unwrap();
    scene.world.clock.advance(Duration::from_secs(61));
    let waiting = scene.phone.approvals(&scene.world.provider).await.unwrap();
    let consent = waiting.iter().find(|item| item.claims.is_some()).unwrap();
    scene
        .phone
        .decide(&scene.world.provider, consent, "denied", &json!({}))
        .await
        .unwrap();
    assert_eq!(
        refused(scene.ask(&json!({})).await),
        ErrorCode::TooManyRequests,
        "the pause after a no"
    );
    scene.world.clock.advance(Duration::from_secs(11));
    scene.asked().await;
}

#[tokio::test]
async fn a_report_stops_the_client_also_where_values_wait() {
    let scene = Scene::new().await;
    let given = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    scene.asked().await;
    scene.decide("denied", &json!({ "reason": "not_me" })).await;
    assert_eq!(refused(scene.ask(&json!({})).await), ErrorCode::AccessDenied);
    assert_eq!(refused(scene.try_status(&given).await), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn nothing_is_handed_out_once_the_person_or_the_application_is_disabled() {
    let scene = Scene::new().await;
    let asked = scene.asked().await;
    scene.decide("approved", &json!({})).await;
    disable_application::disable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    let stopped = refused(scene.try_status(&asked).await);
    assert!(
        matches!(stopped, ErrorCode::InvalidTarget | ErrorCode::UnauthorizedClient),
        "{stopped}"
    );
    disable_application::enable(&scene.world.provider, "rp.example", "cli")
        .await
        .unwrap();
    assert_eq!(scene.status(&asked).await["content"][0]["value"], EMAIL);
    disable::disable(&scene.world.provider, "ada@OnesID1", "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.try_status(&asked).await), ErrorCode::AccessDenied);
}

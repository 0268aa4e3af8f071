//! How often a client may poll (CIBA Core §11): `slow_down` for those who know it, never for those who would abort.

use crate::scene::{Scene, parameters};
use crate::support::refused;
use countersign_protocol::ErrorCode;
use countersign_protocol::ErrorCode::{AuthorizationPending, SlowDown};
use countersign_testkit::Party;
use serde_json::json;

async fn poll(scene: &Scene, client: &Party, auth_req_id: &str) -> ErrorCode {
    refused(scene.world.poll(client, auth_req_id).await)
}

#[tokio::test]
async fn polling_too_soon_adds_five_seconds_for_this_and_all_later_polls() {
    let scene = Scene::new().await;
    for profile in ["standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        let (started, _) = scene.asked(&client, &parameters()).await;
        let id = started.auth_req_id;
        // Seconds since the last poll, the answer, and the interval in force afterwards.
        let table = [
            (0, AuthorizationPending, 5),
            (4, SlowDown, 10),
            (9, SlowDown, 15),
            (15, AuthorizationPending, 15),
            (14, SlowDown, 20),
            (20, AuthorizationPending, 20),
            (60, AuthorizationPending, 20),
            (0, SlowDown, 25),
        ];
        for (row, (wait, expected, interval)) in table.into_iter().enumerate() {
            scene.wait(wait);
            assert_eq!(poll(&scene, &client, &id).await, expected, "{profile}, row {row}");
            assert_eq!(
                scene.request(&id).await.interval,
                interval,
                "{profile}, row {row}"
            );
        }
    }
}

#[tokio::test]
async fn the_first_poll_is_never_too_soon() {
    let scene = Scene::new().await;
    for profile in ["standard", "fapi_ciba", "onesid"] {
        let client = scene.client(profile).await;
        let (started, _) = scene.asked(&client, &parameters()).await;
        assert_eq!(
            poll(&scene, &client, &started.auth_req_id).await,
            AuthorizationPending,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn devices_are_never_told_to_slow_down() {
    let scene = Scene::new().await;
    let device = scene.client("onesid").await;
    let (started, item) = scene.asked(&device, &parameters()).await;
    for _ in 0..20 {
        assert_eq!(
            poll(&scene, &device, &started.auth_req_id).await,
            AuthorizationPending
        );
    }
    assert_eq!(scene.request(&started.auth_req_id).await.interval, 3);
    scene.decide(&item, "approved", json!({})).await.unwrap();
    scene.world.poll(&device, &started.auth_req_id).await.unwrap();
}

#[tokio::test]
async fn of_64_polls_at_the_same_moment_each_too_soon_one_is_counted() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (started, _) = scene.asked(&client, &parameters()).await;
    let polls = (0..64).map(|_| poll(&scene, &client, &started.auth_req_id));
    let codes = futures_util::future::join_all(polls).await;
    assert_eq!(
        codes.iter().filter(|code| **code == AuthorizationPending).count(),
        1
    );
    assert_eq!(codes.iter().filter(|code| **code == SlowDown).count(), 63);
    assert_eq!(scene.request(&started.auth_req_id).await.interval, 5 + 63 * 5);
}

#[tokio::test]
async fn a_poll_of_another_client_does_not_slow_the_first_one_down() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let (started, _) = scene.asked(&client, &parameters()).await;
    for _ in 0..3 {
        assert_eq!(
            poll(&scene, &other, &started.auth_req_id).await,
            ErrorCode::InvalidGrant
        );
    }
    assert_eq!(
        poll(&scene, &client, &started.auth_req_id).await,
        AuthorizationPending
    );
    assert_eq!(scene.request(&started.auth_req_id).await.interval, 5);
}

#[tokio::test]
async fn an_approved_request_is_collected_after_any_number_of_slow_downs() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    for expected in [AuthorizationPending, SlowDown, SlowDown] {
        assert_eq!(poll(&scene, &client, &started.auth_req_id).await, expected);
    }
    scene.decide(&item, "approved", json!({})).await.unwrap();
    scene.wait(15);
    scene.world.poll(&client, &started.auth_req_id).await.unwrap();
}

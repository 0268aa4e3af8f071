//! Push services that do not take a message, and what becomes of it.

use crate::push_service::{Answers, PushService};
use crate::scene::Scene;
use countersign_core::outbox::settle::MAX_ATTEMPTS;
use countersign_core::outbox::{DeadCause, DeliveryState, list};

/// The cause of the one message's end.
async fn cause(scene: &Scene) -> Option<DeadCause> {
    match scene.state().await.messages[0].state {
        DeliveryState::Dead { cause, .. } => Some(cause),
        DeliveryState::Pending | DeliveryState::Delivered { .. } => None,
    }
}

#[tokio::test]
async fn a_subscription_that_is_over_is_removed() {
    for status in [404, 410] {
        let scene = Scene::new().await;
        scene.service.answers(Answers::Status(status));
        scene.ask().await;
        scene.deliver().await;
        assert_eq!(cause(&scene).await, Some(DeadCause::Gone));
        assert!(scene.state().await.subscription.is_none());
        scene.ask().await;
        assert_eq!(scene.deliver().await, 0, "nothing is written for it any more");
    }
}

#[tokio::test]
async fn a_subscription_that_was_renewed_while_the_old_one_died_stays() {
    let scene = Scene::new().await;
    scene.ask().await;
    let letter = countersign_core::outbox::claim::claim(&scene.world.provider, 1)
        .await
        .unwrap()
        .pop()
        .unwrap();
    scene.subscribe("/push/renewed").await;
    let gone = countersign_core::outbox::settle::Attempt::Gone("status 410".to_owned());
    assert!(
        countersign_core::outbox::settle::settle(&scene.world.provider, letter, gone)
            .await
            .unwrap()
    );
    let subscription = scene.state().await.subscription.unwrap();
    assert!(subscription.endpoint.as_str().ends_with("/push/renewed"));
}

#[tokio::test]
async fn what_the_push_service_will_never_take_is_a_dead_letter() {
    for status in [400, 401, 403, 413] {
        let scene = Scene::new().await;
        scene.service.answers(Answers::Status(status));
        scene.ask().await;
        scene.deliver().await;
        assert_eq!(cause(&scene).await, Some(DeadCause::Refused), "{status}");
        let failed = scene
            .state()
            .await
            .subscription
            .expect("it stays")
            .failed
            .unwrap();
        assert!(failed.problem.contains(&status.to_string()), "{}", failed.problem);
        scene.pass(300);
        assert_eq!(scene.deliver().await, 0, "it is not tried again");
    }
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_when_it_wants_to_be() {
    let scene = Scene::new().await;
    scene
        .service
        .answers(Answers::With(429, "retry-after", "77".to_owned()));
    scene.ask().await;
    assert_eq!(scene.deliver().await, 1);
    scene.pass(76);
    assert_eq!(scene.deliver().await, 0);
    scene.pass(1);
    assert_eq!(scene.deliver().await, 1);
    let received = scene.service.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[1].header("ttl"), "523");
    assert_ne!(received[0].body, received[1].body, "encrypted anew");
    assert_eq!(received[0].header("topic"), received[1].header("topic"));
}

#[tokio::test]
async fn a_broken_push_service_is_asked_again_after_a_pause() {
    let scene = Scene::new().await;
    scene.service.answers(Answers::Status(500));
    scene.ask().await;
    scene.deliver().await;
    assert_eq!(scene.deliver().await, 0, "not at once");
    let failed = scene.state().await.subscription.unwrap().failed.unwrap();
    assert!(failed.problem.contains("500"), "{}", failed.problem);
    scene.pass(2);
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(cause(&scene).await, None);
    assert_eq!(scene.state().await.messages[0].attempts, 2);
}

#[tokio::test]
async fn a_push_service_that_wants_to_be_asked_after_the_end_is_not_asked() {
    let scene = Scene::new().await;
    scene
        .service
        .answers(Answers::With(503, "retry-after", "86400".to_owned()));
    scene.ask().await;
    scene.deliver().await;
    assert_eq!(cause(&scene).await, Some(DeadCause::Expired));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scene = Scene::new().await;
    let elsewhere = PushService::start().await;
    for status in [301, 302, 307, 308] {
        scene
            .service
            .answers(Answers::With(status, "location", elsewhere.url("/stolen")));
        scene.ask().await;
        scene.deliver().await;
        assert_eq!(cause(&scene).await, Some(DeadCause::Refused), "{status}");
        scene.pass(1);
    }
    assert_eq!(scene.service.received().len(), 4);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_silent_push_service_costs_its_time_and_no_more() {
    let scene = Scene::new().await;
    scene.service.answers(Answers::Silence);
    scene.ask().await;
    assert_eq!(scene.deliver().await, 1);
    let failed = scene.state().await.subscription.unwrap().failed.unwrap();
    assert_eq!(failed.problem, "no answer within 400 ms");
    scene.pass(2);
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(cause(&scene).await, None);
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let scene = Scene::new().await;
    scene.service.answers(Answers::Flood);
    scene.ask().await;
    scene.deliver().await;
    let state = scene.state().await;
    assert!(matches!(state.messages[0].state, DeliveryState::Delivered { .. }));
}

#[tokio::test]
async fn a_message_is_given_up_after_some_attempts_with_growing_pauses() {
    let scene = Scene::new().await;
    scene.ask().await;
    let mut sent_at = Vec::new();
    for second in 0..600 {
        scene.service.answers(Answers::Status(503));
        if scene.deliver().await == 1 {
            sent_at.push(second);
        }
        scene.pass(1);
    }
    assert_eq!(sent_at.len(), usize::try_from(MAX_ATTEMPTS).unwrap());
    let pauses: Vec<_> = sent_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (number, pause) in pauses.iter().enumerate() {
        let most = (2 << number).min(120);
        assert!((most / 2..=most).contains(pause), "{pauses:?}");
    }
    assert_eq!(cause(&scene).await, Some(DeadCause::Exhausted));
}

#[tokio::test]
async fn a_message_nobody_could_send_in_time_is_a_dead_letter_that_an_operator_sees() {
    let scene = Scene::new().await;
    scene.ask().await;
    scene.pass(600);
    assert_eq!(scene.deliver().await, 0);
    assert!(scene.service.received().is_empty());
    let state = list::state(&scene.world.provider, 10).await.unwrap();
    assert_eq!(
        (state.waiting, state.dead.len(), state.subscriptions.len()),
        (0, 1, 1)
    );
    assert_eq!(cause(&scene).await, Some(DeadCause::Expired));
}

#[tokio::test]
async fn an_error_that_is_kept_does_not_repeat_the_endpoint() {
    let scene = Scene::new().await;
    for answers in [Answers::Status(500), Answers::Silence, Answers::Status(400)] {
        scene.service.answers(answers);
        scene.ask().await;
        scene.deliver().await;
        scene.pass(3);
        let state = scene.state().await;
        let kept = format!("{:?} {:?}", state.subscription, state.messages);
        assert!(!kept.contains("/push/ada"), "{kept}");
    }
}

//! The inbox wakes those who listen, and nobody else.

use countersign_core::bus::Bus;
use countersign_core::id::UserId;
use countersign_notify::Inbox;
use countersign_testkit::SeededEntropy;
use std::time::Duration;

async fn is_woken(waiter: &mut Box<dyn countersign_core::bus::Waiter>) -> bool {
    // A wake that was sent is there at once; the time-out only ends the wait for one that was not.
    tokio::time::timeout(Duration::from_millis(50), waiter.woken())
        .await
        .is_ok()
}

#[tokio::test]
async fn a_wake_reaches_every_listener_of_that_person_only() {
    let (inbox, entropy) = (Inbox::default(), SeededEntropy::new(1));
    let (ann, bob) = (UserId::new(&entropy), UserId::new(&entropy));
    let (mut first, mut second, mut other) = (inbox.listen(ann), inbox.listen(ann), inbox.listen(bob));
    inbox.wake(ann);
    assert!(is_woken(&mut first).await);
    assert!(is_woken(&mut second).await);
    assert!(!is_woken(&mut other).await);
}

#[tokio::test]
async fn a_wake_between_two_waits_is_not_missed() {
    let (inbox, entropy) = (Inbox::default(), SeededEntropy::new(2));
    let ann = UserId::new(&entropy);
    let mut waiter = inbox.listen(ann);
    inbox.wake(ann);
    inbox.wake(ann);
    assert!(
        is_woken(&mut waiter).await,
        "woken although nobody waited at that moment"
    );
    assert!(
        !is_woken(&mut waiter).await,
        "two wakes are one: the waiter reads everything anyway"
    );
    inbox.wake(ann);
    assert!(is_woken(&mut waiter).await);
}

#[tokio::test]
async fn a_listener_that_left_does_not_stop_the_next_one() {
    let (inbox, entropy) = (Inbox::default(), SeededEntropy::new(3));
    let ann = UserId::new(&entropy);
    drop(inbox.listen(ann));
    inbox.wake(ann);
    let mut next = inbox.listen(ann);
    assert!(!is_woken(&mut next).await, "an old wake is not news");
    inbox.wake(ann);
    assert!(is_woken(&mut next).await);
}

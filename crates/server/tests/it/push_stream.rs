//! `GET {host}/approvals/events`: what happens on one phone is seen on the others, and nothing is lost in between.

use crate::actors::event_stream::EventStream;
use crate::actors::wire::text;
use crate::actors::{Machine, Phone};
use crate::support::TestServer;

const PERSON: &str = "user.name@OnesID1";

#[tokio::test]
async fn a_second_phone_sees_the_request_and_that_it_is_settled() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let second = Phone::invited(&server, PERSON);
    let mut stream = EventStream::open(&second, &second.token().await, None).await;
    stream.cursor().await;

    machine.asked(PERSON).await;
    let shown = stream.next().await.unwrap();
    assert_eq!((shown.name.as_str(), &shown.data), ("approval", &phone.item()));
    phone.approve();
    let settled = stream.next().await.unwrap();
    assert_eq!(
        (settled.name.as_str(), &settled.data["id"]),
        ("settled", &shown.data["id"])
    );
    assert_eq!(settled.data["status"], "approved");
}

#[tokio::test]
async fn a_stream_that_was_cut_goes_on_after_the_last_event() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let token = phone.token().await;
    let first = machine.asked(PERSON).await;
    let mut stream = EventStream::open(&phone, &token, None).await;
    let seen = stream.next().await.unwrap();
    let cursor = stream.cursor().await;
    drop(stream);

    // While nobody listens, the request is settled and another one comes.
    phone.approve();
    machine.poll(&first).await.succeeds(200);
    machine.asked(PERSON).await;
    let mut stream = EventStream::open(&phone, &token, Some(&cursor)).await;
    let settled = stream.next().await.unwrap();
    assert_eq!(
        (settled.name.as_str(), &settled.data["id"]),
        ("settled", &seen.data["id"])
    );
    let next = stream.next().await.unwrap();
    assert_eq!((next.name.as_str(), &next.data), ("approval", &phone.item()));
}

#[tokio::test]
async fn a_stream_outlives_a_crash_of_the_server_by_its_cursor() {
    let mut server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let token = phone.token().await;
    let mut stream = EventStream::open(&phone, &token, None).await;
    let cursor = stream.cursor().await;
    machine.asked(PERSON).await;
    let before = stream.next().await.unwrap();
    server.kill_hard();
    server.restart();
    let mut stream = EventStream::open(&phone, &token, Some(&cursor)).await;
    assert_eq!(stream.next().await.unwrap().data, before.data);
}

#[tokio::test]
async fn the_stream_of_a_revoked_phone_ends_and_that_of_the_other_one_goes_on() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let lost = Phone::of_new_person(&server, PERSON);
    let kept = Phone::invited(&server, PERSON);
    let mut of_lost = EventStream::open(&lost, &lost.token().await, None).await;
    let mut of_kept = EventStream::open(&kept, &kept.token().await, None).await;
    of_lost.cursor().await;
    of_kept.cursor().await;

    server.command(["authenticator", "revoke", &lost.id]);
    machine.asked(PERSON).await;
    assert_eq!(of_lost.next().await.map(|event| event.name), None);
    assert_eq!(
        text(&of_kept.next().await.unwrap().data, "bindingMessage"),
        "W4SCT"
    );
}

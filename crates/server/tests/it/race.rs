//! Law 3: what can be spent once is spent once, whoever asks at the same moment.

use crate::actors::wire::{CIBA, text};
use crate::actors::{Answer, Machine, Phone};
use crate::support::TestServer;
use rusqlite::Connection;
use serde_json::Value;
use std::time::Duration;
use tokio::task::JoinSet;

const PERSON: &str = "user.name@OnesID1";
const RACERS: usize = 64;

/// How long the database is held while the racers arrive; the server waits 5 s for it.
const ARRIVING: Duration = Duration::from_secs(2);

/// Sends the same request 64 times, each with its own assertion, while nothing can be written: so all of them have
/// arrived before the first one is answered. Gives the tokens of the winner.
async fn one_wins(server: &TestServer, machine: &Machine, fields: &[(&str, &str)]) -> Value {
    let lock = Connection::open(server.data().join("countersign.db")).unwrap();
    lock.busy_timeout(Duration::from_secs(5)).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let mut form = machine
            .proof()
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec();
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        racers.spawn(Answer::to(
            machine
                .http
                .post(format!("{}/token", machine.issuer()))
                .form(&form),
        ));
    }
    // The server is another process; there is no sign from outside that a request has arrived and waits.
    tokio::time::sleep(ARRIVING).await;
    assert!(
        racers.try_join_next().is_none(),
        "nothing can be answered while nothing can be written"
    );
    lock.execute_batch("ROLLBACK").unwrap();

    let (won, lost): (Vec<Answer>, Vec<Answer>) = racers
        .join_all()
        .await
        .into_iter()
        .partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, RACERS - 1), "{lost:?}");
    for answer in lost {
        answer.refuses(400, "invalid_grant");
    }
    won.into_iter().next().unwrap().body
}

async fn living(machine: &Machine, tokens: &Value) {
    assert!(machine.is_active(&text(tokens, "access_token")).await);
    assert!(machine.is_active(&text(tokens, "refresh_token")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_polls_at_once_one_gets_tokens_and_they_stay_alive() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    phone.approve();
    let tokens = one_wins(
        &server,
        &machine,
        &[("grant_type", CIBA), ("auth_req_id", &auth_req_id)],
    )
    .await;
    living(&machine, &tokens).await;

    // The same question again, later, is no race any more: somebody else has the handle, so everything ends.
    machine.poll(&auth_req_id).await.refuses(400, "invalid_grant");
    assert!(!machine.is_active(&text(&tokens, "access_token")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_at_once_one_gets_tokens_and_they_stay_alive() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let phone = Phone::of_new_person(&server, PERSON);
    let auth_req_id = machine.asked(PERSON).await;
    phone.approve();
    let first = machine.poll(&auth_req_id).await.succeeds(200);
    let old = text(&first, "refresh_token");
    let tokens = one_wins(
        &server,
        &machine,
        &[("grant_type", "refresh_token"), ("refresh_token", &old)],
    )
    .await;
    assert_ne!(text(&tokens, "refresh_token"), old);
    living(&machine, &tokens).await;

    machine.refresh(&old).await.refuses(400, "invalid_grant");
    assert!(!machine.is_active(&text(&tokens, "access_token")).await);
    machine
        .refresh(&text(&tokens, "refresh_token"))
        .await
        .refuses(400, "invalid_grant");
}

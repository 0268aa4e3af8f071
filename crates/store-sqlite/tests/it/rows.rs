//! A row that is no state is an error that names table, row and reason, and never half an entity.

use crate::place;
use countersign_core::store::Store;
use countersign_testkit::store_contract::sample::{self, approval_id, user_id};
use countersign_testkit::store_contract::{Fixture, write};
use std::sync::Arc;

/// What a hand in the database could have done, and a part of the sentence about it.
const BROKEN: [(&str, &str); 9] = [
    (
        "UPDATE approvals SET state = 'approved'",
        "state and its evidence do not fit",
    ),
    (
        "UPDATE approvals SET state = 'approved', decision_jws = 'e30'",
        "half a decision",
    ),
    ("UPDATE approvals SET kind = 'joke'", "column kind"),
    ("UPDATE approvals SET asked = 'a\"b'", "column asked"),
    ("UPDATE approvals SET wrong_codes = -1", "column wrong_codes"),
    ("UPDATE approvals SET not_me = 7", "column not_me"),
    ("UPDATE approvals SET cause = 'tired'", "column cause"),
    (
        "UPDATE approvals SET application_id = x'01'",
        "column application_id",
    ),
    ("UPDATE approvals SET client_id = ''", "column client_id"),
];

#[tokio::test]
async fn a_row_that_is_no_state_is_a_fault_that_names_it() {
    for (breakage, reason) in BROKEN {
        let place = place();
        let store: Arc<dyn Store> = place.open();
        sample::people(&store).await;
        sample::approvals(&store, vec![sample::approval(1, sample::NOW)]).await;
        place
            .raw()
            .execute_batch(&format!(
                "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {breakage}"
            ))
            .expect("the hand is allowed");
        let failure = store
            .read(|tx| Ok(tx.approvals().by_id(approval_id(1))?))
            .await
            .expect_err("no state");
        let sentence = failure.to_string();
        let row = approval_id(1).0.simple().to_string();
        for part in ["approvals", row.as_str(), reason] {
            assert!(sentence.contains(part), "{breakage}: {sentence}");
        }
    }
}

#[tokio::test]
async fn a_username_that_does_not_fit_its_key_is_a_fault() {
    let place = place();
    let store: Arc<dyn Store> = place.open();
    write(&store, |tx| {
        tx.organisations_mut().insert(&sample::organisation())?;
        tx.users_mut().insert(&sample::user(1))
    })
    .await;
    place
        .raw()
        .execute("UPDATE users SET local_key = 'someone.else'", [])
        .expect("the hand is allowed");
    let failure = store
        .read(|tx| Ok(tx.users().by_id(user_id(1))?))
        .await
        .expect_err("no state");
    assert!(failure.to_string().contains("local_key"), "{failure}");
}

/// The same for X.1280: what is broken, what is read, and a part of the sentence.
#[tokio::test]
async fn a_row_of_x1280_that_is_no_state_is_a_fault_that_names_it() {
    for (breakage, row, reason) in [
        (
            "services SET allowed_scopes = 'identity:all'",
            "svc_1",
            "column allowed_scopes",
        ),
        (
            "services SET default_scopes = ''",
            "svc_1",
            "column default_scopes",
        ),
        ("service_origins SET origin = 'shop'", "shop", "column origin"),
        (
            "credentials SET issuer_key = NULL",
            "urn:token:1",
            "half an issuer",
        ),
        (
            "credentials SET revoked_reason = 'lost'",
            "urn:token:1",
            "without a revocation",
        ),
        (
            "x1280_sessions SET answer = zeroblob(40)",
            "sess_1",
            "without its time",
        ),
        (
            "x1280_sessions SET last_refusal = 'tired'",
            "sess_1",
            "column last_refusal",
        ),
    ] {
        let place = place();
        let store: Arc<dyn Store> = place.open();
        sample::people(&store).await;
        sample::approvals(&store, vec![sample::approval(1, sample::NOW)]).await;
        sample::x1280::enrolled(&store).await;
        write(&store, |tx| {
            tx.mutual_sessions_mut().insert(&sample::x1280::session(1))
        })
        .await;
        place
            .raw()
            .execute_batch(&format!(
                "PRAGMA ignore_check_constraints = ON; UPDATE {breakage}"
            ))
            .expect("the hand is allowed");
        let failure = store
            .read(|tx| {
                tx.services().by_id(&sample::x1280::service_id(1))?;
                tx.credentials().by_id(&sample::x1280::token_id(1))?;
                Ok(tx.mutual_sessions().by_id(&sample::x1280::session_id(1))?)
            })
            .await
            .expect_err("no state");
        let sentence = failure.to_string();
        for part in [row, reason] {
            assert!(sentence.contains(part), "{breakage}: {sentence}");
        }
    }
}

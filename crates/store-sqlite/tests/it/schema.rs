//! The schema: released migrations do not change, and the CHECKs refuse what is no state.

use crate::{Place, place};
use countersign_core::store::Store;
use countersign_jose::hash::sha256;
use countersign_store_sqlite::{APPLICATION_ID, Options, SCHEMA_VERSION, SqliteStore};
use countersign_testkit::store_contract::{Fixture, outbox, push, sample, write};
use rusqlite::ErrorCode;
use rusqlite::types::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// SHA-256 of each migration, in order. A released one never changes: add another.
const RELEASED: &[(&str, &str)] = &[
    (
        "0001_first.sql",
        "72037c3ead461b6d2fa9fa039baf5b10efc688dc6355ac6ce2f027f6a4793f16",
    ),
    (
        "0002_qr.sql",
        "b62b7406f2cfc76202537210b72c06635da2d638f97a839b442becbcd980b350",
    ),
    (
        "0003_consent.sql",
        "8d38a493216039b48341b76834e73896b55e375372000a54d6455a4604bf855a",
    ),
    (
        "0004_application.sql",
        "56160d7f7c905a9ab98eebf719d912f8e096e907f2ce471b20e6c246bafbdd5a",
    ),
    (
        "0005_outbox.sql",
        "a25c4d7bdf819d5d883262c77eb0dd6cf7a5dce29eb2a25140a75ebd99c4bef6",
    ),
    (
        "0006_approval_indexes.sql",
        "aea3185b661a56cfdd4386af404304f6ad3f5c7c92111c3b504a1f5f7e3ef842",
    ),
    (
        "0007_x1280.sql",
        "03e8deeebc5a99a912e3cf33ceb1cafca8713c75e3cd92658d6b285f9945c890",
    ),
    (
        "0008_spent_assertions.sql",
        "184419b415d4375a4f624de2ab2234c60a9a244574c2f3608d27938d19a22670",
    ),
    (
        "0009_approval_changes.sql",
        "5f1cedaeaea06e9cdf65dc716fdf4dddbe83a5a21d6c06beaf5145c69263bf36",
    ),
    (
        "0010_plain_checks.sql",
        "35ea5ecedcd4972b8ad70df3144f63df23e2414a611edd1666299585d1602dca",
    ),
];

#[test]
fn released_migrations_do_not_change() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store-sql/migrations/sqlite");
    let files = std::fs::read_dir(&folder).expect("the folder is there").count();
    assert_eq!(
        (files, usize::try_from(SCHEMA_VERSION)),
        (RELEASED.len(), Ok(RELEASED.len())),
        "every migration is pinned here"
    );
    for (name, pinned) in RELEASED {
        let text = std::fs::read(folder.join(name)).expect("the migration is there");
        let digest = sha256(&text).iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        });
        assert_eq!(digest, *pinned, "{name}");
    }
}

/// Every row of every table, in one order.
fn rows(connection: &rusqlite::Connection) -> Vec<String> {
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("tables");
    let mut rows = Vec::new();
    for table in tables {
        let mut query = connection
            .prepare(&format!("SELECT * FROM main.{table}"))
            .expect("a table");
        let columns = query.column_count();
        let found = query.query_map([], |row| {
            let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|n| row.get(n)).collect();
            Ok(format!("{table} {:?}", values?))
        });
        rows.extend(found.expect("rows").map(|row| row.expect("a row")));
    }
    rows.sort();
    rows
}

/// Between the ninth version and the tenth no column changes: the rows of today's stand in the ninth as they do here.
#[tokio::test]
async fn tables_that_are_made_anew_keep_their_rows_and_what_refers_to_them() {
    let today = filled().await;
    let older = place();
    let raw = older.raw();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store-sql/migrations/sqlite");
    for (name, _) in &RELEASED[..9] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the migration is there");
        raw.execute_batch(&text).expect("it runs");
    }
    raw.execute_batch(&format!(
        "PRAGMA foreign_keys = off; ATTACH '{}' AS today;",
        today.file().display()
    ))
    .expect("both files are open");
    let tables: Vec<String> = raw
        .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("tables");
    for table in tables {
        raw.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM today.{table}"))
            .expect("the columns are the same");
    }
    let before = rows(&raw);
    raw.execute_batch(&format!(
        "DETACH today; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 9;"
    ))
    .expect("it is ours");
    drop(raw);
    assert!(
        before.iter().any(|row| row.starts_with("approvals "))
            && before.iter().any(|row| row.starts_with("grants "))
    );
    drop(older.store());
    let raw = older.raw();
    assert_eq!(rows(&raw), before);
    let laws = |connection: &rusqlite::Connection| -> Vec<String> {
        connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
            .expect("the schema")
    };
    assert_eq!(laws(&raw), laws(&today.raw()));
    let refused = raw.execute_batch("PRAGMA foreign_keys = on; DELETE FROM approvals;");
    assert!(refused.is_err(), "what refers to an approval still holds it");
}

#[test]
fn a_row_that_refers_to_nothing_is_told_before_a_migration() {
    let place = place();
    drop(place.store());
    place
        .raw()
        .execute_batch(
            "PRAGMA foreign_keys = off; PRAGMA user_version = 9;
             INSERT INTO approval_stops VALUES (zeroblob(16), 'nobody', 1);",
        )
        .expect("the file can be changed");
    let told = SqliteStore::open(place.file(), Options::default())
        .err()
        .expect("it is refused");
    assert!(
        format!("{told:?}").contains("refer to rows that are not there"),
        "{told:?}"
    );
}

#[test]
fn every_table_is_strict() {
    let place = place();
    drop(place.store());
    let loose: i64 = place
        .raw()
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(loose, 0);
}

/// One row in every table that has a law.
async fn filled() -> Place {
    let place = place();
    let store: Arc<dyn Store> = place.open();
    sample::granted(&store).await;
    sample::x1280::enrolled(&store).await;
    write(&store, |tx| {
        tx.mutual_sessions_mut().insert(&sample::x1280::session(1))?;
        tx.enrolments_mut()
            .insert_challenge(&sample::x1280::challenge(1))?;
        tx.trust_anchors_mut().insert(&sample::x1280::trust_anchor(1))?;
        tx.devices_mut().insert_registration(&sample::registration(1))?;
        tx.applications_mut().insert(&sample::application(1, None))?;
        tx.ciba_mut().insert(&sample::ciba(1))?;
        tx.consents_mut().insert(&sample::consent(1))?;
        tx.user_data_mut().put(&sample::datum(1))?;
        tx.qr_mut().insert(&sample::qr_session(1))?;
        tx.qr_mut().count_scan(sample::authenticator_id(1), sample::NOW)?;
        let token = sample::access_token(1, countersign_core::oidc::TokenSubject::Service);
        tx.grants_mut().insert_access_token(&token)?;
        tx.push_mut().put(&push::subscription(1))?;
        tx.outbox_mut().insert(&outbox::message(1))?;
        tx.grants_mut().insert_refresh_token(&sample::refresh_token(1))
    })
    .await;
    place
}

/// Changes of good rows that would make them no state.
const BAD: [(&str, &str); 100] = [
    ("organisations", "id = x'00'"),
    ("users", "role = 'root'"),
    ("users", "organisation_id = zeroblob(16)"),
    ("clients", "kind = 'device'"),
    ("clients", "kind = 'robot'"),
    ("clients", "device_id = zeroblob(16)"),
    ("clients", "id = ''"),
    ("device_registrations", "state = 'approved'"),
    ("device_registrations", "state = 'rejected'"),
    ("device_registrations", "state = 'expired'"),
    ("device_registrations", "reason = 'because'"),
    ("device_registrations", "memory = -1"),
    ("applications", "kind = 'SERVER'"),
    ("applications", "is_hidden = 2"),
    ("applications", "verification_mode = 'guess'"),
    ("approvals", "state = 'approved'"),
    ("approvals", "state = 'approved', settled_at = 1"),
    ("approvals", "state = 'denied', settled_at = 1"),
    ("approvals", "state = 'expired', settled_at = 1"),
    ("approvals", "state = 'expired', cause = 'timed_out'"),
    ("approvals", "state = 'expired', settled_at = 1, cause = 'tired'"),
    ("approvals", "state = 'redeemed', settled_at = 1"),
    ("approvals", "state = 'forgotten'"),
    ("approvals", "settled_at = 1"),
    ("approvals", "not_me = 0"),
    ("approvals", "decided_by = (SELECT id FROM authenticators)"),
    ("approvals", "redeemed_at = 1, grant_id = zeroblob(16)"),
    ("approvals", "revision = 0"),
    ("approvals", "client_id = 'nobody'"),
    ("ciba_requests", "digest = zeroblob(31)"),
    ("ciba_requests", "audience = NULL"),
    ("qr_sessions", "kind = 'qr_client'"),
    ("qr_sessions", "animated = 2"),
    ("qr_sessions", "state = 'scanned'"),
    ("qr_sessions", "state = 'requested'"),
    ("qr_sessions", "state = 'ended'"),
    ("qr_sessions", "scanned_at = 1"),
    ("qr_sessions", "approval_id = (SELECT id FROM approvals)"),
    ("qr_scans", "scans = 0"),
    ("push_subscriptions", "endpoint = ''"),
    ("push_subscriptions", "p256dh = zeroblob(64)"),
    ("push_subscriptions", "auth = zeroblob(15)"),
    ("push_subscriptions", "failed_at = 1"),
    ("push_subscriptions", "authenticator_id = zeroblob(16)"),
    ("outbox", "kind = 'telegram'"),
    ("outbox", "attempts = -1"),
    ("outbox", "state = 'delivered', settled_at = 1"),
    ("outbox", "state = 'dead', settled_at = 1"),
    ("outbox", "state = 'lost'"),
    ("outbox", "settled_at = 1"),
    ("outbox", "cause = 'expired'"),
    ("outbox", "state = 'dead', settled_at = 1, cause = 'tired'"),
    ("grants", "resource = NULL"),
    ("grants", "verification_mode = 'guess'"),
    ("access_tokens", "subject = 'grant'"),
    ("access_tokens", "user_id = (SELECT id FROM users)"),
    ("refresh_tokens", "spent_at = 1"),
    ("refresh_tokens", "spent_answer = x'00'"),
    ("user_data", "name = 'address'"),
    ("user_data", "sealed = zeroblob(28)"),
    ("user_data", "user_id = zeroblob(16)"),
    ("consents", "id = x'00'"),
    ("consents", "approval_id = zeroblob(16)"),
    ("services", "id = 'shop'"),
    ("services", "name = ''"),
    ("services", "allowed_scopes = ''"),
    ("services", "default_scopes = ''"),
    ("services", "audience = ''"),
    ("services", "claim_style = 'kebab'"),
    ("services", "consent_required = 2"),
    ("services", "vds_issued_at = 1"),
    ("services", "vds_expires_at = vds_issued_at"),
    ("services", "response_key_version = 0"),
    ("service_origins", "origin = ''"),
    ("service_origins", "position = -1"),
    ("service_origins", "service_id = 'svc_9'"),
    ("trust_anchors", "name = ''"),
    ("trust_anchors", "issuer = ''"),
    ("trust_anchors", "reference = x''"),
    ("trust_anchors", "reference = zeroblob(129)"),
    ("trust_anchors", "usage = 'device'"),
    ("trust_anchors", "not_after = not_before"),
    ("credentials", "token_id = ''"),
    ("credentials", "issuer = NULL"),
    ("credentials", "issuer = NULL, issuer_key = NULL"),
    ("credentials", "sealed_claims = zeroblob(28)"),
    ("credentials", "user_id = NULL"),
    ("credentials", "revoked_at = 1"),
    ("credentials", "revoked_reason = 'lost'"),
    ("enrolments", "device_id = ''"),
    ("enrolments", "token_id = 'other'"),
    ("enrolments", "authenticator_id = zeroblob(16)"),
    ("enrolment_challenges", "digest = zeroblob(31)"),
    ("x1280_sessions", "id = '1'"),
    ("x1280_sessions", "token_id = ''"),
    ("x1280_sessions", "last_refusal = 'tired'"),
    ("x1280_sessions", "answer = zeroblob(40)"),
    ("x1280_sessions", "answered_at = 1, answer = zeroblob(28)"),
    ("x1280_sessions", "service_id = 'svc_9'"),
    ("x1280_sessions", "enrolment_id = zeroblob(16)"),
];

#[tokio::test]
async fn the_schema_refuses_rows_that_are_no_state() {
    let place = filled().await;
    let connection = place.raw();
    for (table, change) in BAD {
        let changed = connection.execute(&format!("UPDATE {table} SET {change}"), []);
        let code = changed
            .as_ref()
            .err()
            .and_then(rusqlite::Error::sqlite_error_code);
        assert_eq!(
            code,
            Some(ErrorCode::ConstraintViolation),
            "{table}: {change}: {changed:?}"
        );
    }
}

#[tokio::test]
async fn the_schema_refuses_values_of_another_type() {
    let place = filled().await;
    let connection = place.raw();
    for (table, change) in [
        ("users", "created_at = 'yesterday'"),
        ("users", "id = 'text'"),
        ("approvals", "shown = x'00'"),
    ] {
        assert!(
            connection
                .execute(&format!("UPDATE {table} SET {change}"), [])
                .is_err(),
            "{table}: {change}"
        );
    }
}

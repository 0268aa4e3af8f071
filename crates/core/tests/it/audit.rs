//! The audit log: what is recorded, and that the chain shows what was done to it.

use countersign_core::audit::list::{self, AuditQuery};
use countersign_core::audit::verify::{AuditBreakKind, AuditReport, verify};
use countersign_core::audit::{AuditEvent, AuditHead, AuditRecord, chain};
use countersign_core::user::{IdpRole, disable};
use countersign_testkit::World;

async fn record(world: &World, action: &'static str) {
    let (now, key) = (world.now(), world.provider.audit_key());
    let event = AuditEvent::new(now, "system", action, "test:1")
        .with("count", 3)
        .with("note", "<\u{202e}\">");
    world
        .provider
        .store
        .write(move |tx| chain::record(tx, &key, event))
        .await
        .unwrap();
}

async fn page(world: &World) -> Vec<AuditRecord> {
    world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 1000)?))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_log_that_nobody_touched_holds() {
    let world = World::new().await;
    for _ in 0..3 {
        record(&world, "test.happen").await;
    }
    let records = page(&world).await;
    assert!(records.iter().zip(1..).all(|(record, seq)| record.seq == seq));
    let intact = i64::try_from(records.len()).unwrap();
    assert_eq!(
        verify(&world.provider).await.unwrap(),
        AuditReport { intact, broken: None }
    );
}

#[tokio::test]
async fn a_log_longer_than_a_page_is_walked_to_its_end() {
    let world = World::new().await;
    let before = i64::try_from(page(&world).await.len()).unwrap();
    let (now, key) = (world.now(), world.provider.audit_key());
    let many = move |tx: &mut dyn countersign_core::store::Writing| {
        (0..1001)
            .try_for_each(|_| chain::record(tx, &key, AuditEvent::new(now, "system", "test.many", "test:1")))
    };
    world.provider.store.write(many).await.unwrap();
    assert_eq!(
        verify(&world.provider).await.unwrap(),
        AuditReport {
            intact: before + 1001,
            broken: None
        }
    );
}

#[tokio::test]
async fn a_head_that_another_key_sealed_is_found_and_not_written_over() {
    let world = World::new().await;
    let forge = |tx: &mut dyn countersign_core::store::Writing| {
        let last = tx.audit().page(0, 1000)?.pop().unwrap();
        let record = AuditRecord {
            seq: last.seq + 1,
            previous: last.hash,
            hash: [5; 32],
            ..last
        };
        let head = AuditHead {
            seq: record.seq,
            hash: record.hash,
            mac: [9; 32],
        };
        Ok(tx.audit_mut().append(&record, &head)?)
    };
    world.provider.store.write(forge).await.unwrap();
    let seq = i64::try_from(page(&world).await.len()).unwrap();
    let report = verify(&world.provider).await.unwrap();
    assert_eq!(report.intact, seq - 1);
    let broken = report.broken.unwrap();
    assert_eq!((broken.seq, broken.kind), (seq, AuditBreakKind::Changed));

    let (now, key) = (world.now(), world.provider.audit_key());
    let event = AuditEvent::new(now, "system", "test.happen", "test:1");
    let refused = world
        .provider
        .store
        .write(move |tx| chain::record(tx, &key, event))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("audit verify"), "{refused}");
    assert_eq!(i64::try_from(page(&world).await.len()).unwrap(), seq);
}

#[tokio::test]
async fn a_use_case_that_is_refused_records_nothing() {
    let world = World::new().await;
    let user = world.user("alice@OnesID1", IdpRole::User).await;
    disable::disable(&world.provider, "alice@onesid1.com", "cli")
        .await
        .unwrap();
    let before = page(&world).await;
    disable::disable(&world.provider, "alice@onesid1.com", "cli")
        .await
        .unwrap_err();
    assert_eq!(page(&world).await, before);
    let last = before.last().unwrap();
    assert_eq!(
        (last.actor.as_str(), last.action.as_str()),
        ("cli", "user.disable")
    );
    assert_eq!(last.subject, format!("user:{}", user.id));
}

#[tokio::test]
async fn the_list_gives_the_newest_or_those_after_a_place_and_filters_by_action() {
    let world = World::new().await;
    for action in ["test.one", "test.two", "other.one", "test.three"] {
        record(&world, action).await;
    }
    let actions = async |after, limit, action: Option<&str>| {
        let query = AuditQuery {
            after,
            limit,
            action: action.map(str::to_owned),
        };
        let found = list::list(&world.provider, query).await.unwrap();
        found.into_iter().map(|record| record.action).collect::<Vec<_>>()
    };
    assert_eq!(actions(None, 2, None).await, ["other.one", "test.three"]);
    assert_eq!(actions(None, 2, Some("test.")).await, ["test.two", "test.three"]);
    assert_eq!(actions(Some(0), 2, Some("test.")).await, ["test.one", "test.two"]);
    assert_eq!(actions(None, 100, Some("nothing.")).await, Vec::<String>::new());
    let last = i64::try_from(page(&world).await.len()).unwrap();
    assert_eq!(actions(Some(last - 1), 100, None).await, ["test.three"]);
}

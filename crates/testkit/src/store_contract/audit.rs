//! The audit log.

use super::sample::at;
use super::{Fixture, fault, read, write};
use countersign_core::audit::{AuditHead, AuditRecord};

fn record(seq: i64) -> AuditRecord {
    let byte = |n: i64| [u8::try_from(n).expect("small"); 32];
    AuditRecord {
        seq,
        at: at(seq),
        actor: "cli".to_owned(),
        action: "device.approve".to_owned(),
        subject: format!("device:{seq}"),
        detail: "{\"title\":\"Ümläut\"}".to_owned(),
        previous: byte(seq - 1),
        hash: byte(seq),
    }
}

fn head(seq: i64) -> AuditHead {
    AuditHead {
        seq,
        hash: record(seq).hash,
        mac: [200; 32],
    }
}

/// Every member as it was.
pub async fn records_come_in_order_and_in_pages(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| {
        (1..=5).try_for_each(|seq| tx.audit_mut().append(&record(seq), &head(seq)))
    })
    .await;
    let page = |after, limit| read(&store, move |tx| tx.audit().page(after, limit));
    assert_eq!(page(0, 2).await, [record(1), record(2)]);
    assert_eq!(page(2, 10).await, [record(3), record(4), record(5)]);
    assert_eq!(page(5, 10).await, []);
}

/// From nothing to the last.
pub async fn the_head_moves_with_the_record(fixture: &dyn Fixture) {
    let store = fixture.open();
    assert_eq!(read(&store, |tx| tx.audit().head()).await, None);
    for seq in 1..=3 {
        write(&store, move |tx| tx.audit_mut().append(&record(seq), &head(seq))).await;
        assert_eq!(read(&store, |tx| tx.audit().head()).await, Some(head(seq)));
    }
}

/// Nothing is written over, and the head does not move without its record.
pub async fn a_place_in_the_chain_is_taken_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.audit_mut().append(&record(1), &head(1))).await;
    let forged = AuditRecord {
        actor: "nobody".to_owned(),
        ..record(1)
    };
    fault(&store, move |tx| tx.audit_mut().append(&forged, &head(2))).await;
    assert_eq!(read(&store, |tx| tx.audit().page(0, 10)).await, [record(1)]);
    assert_eq!(read(&store, |tx| tx.audit().head()).await, Some(head(1)));
}

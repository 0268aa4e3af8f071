//! Trust anchors.

use super::sample::at;
use super::sample::x1280::{reference, trust_anchor};
use super::{Fixture, read, write};
use countersign_core::store::Store;
use countersign_core::x1280::trust::{AnchorUsage, KeyReference, TrustAnchor};
use std::sync::Arc;

async fn referred(store: &Arc<dyn Store>, reference: KeyReference) -> Vec<TrustAnchor> {
    read(store, move |tx| tx.trust_anchors().by_reference(&reference)).await
}

/// With everything, and with nothing that may be left out.
pub async fn an_anchor_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    let bare = TrustAnchor {
        usage: AnchorUsage::Service,
        reference: KeyReference::parse("FR05FRAA1").expect("a reference"),
        not_before: None,
        not_after: None,
        ..trust_anchor(2)
    };
    let inserted = bare.clone();
    write(&store, move |tx| {
        tx.trust_anchors_mut().insert(&inserted)?;
        tx.trust_anchors_mut().insert(&trust_anchor(1))
    })
    .await;
    let all = read(&store, |tx| tx.trust_anchors().list()).await;
    assert_eq!(all, [trust_anchor(1), bare.clone()], "oldest first");
    let id = bare.id;
    let found = read(&store, move |tx| tx.trust_anchors().by_id(id)).await;
    assert_eq!(found, Some(bare));
}

/// Short references that others chose may be the same.
pub async fn anchors_that_share_a_reference_come_oldest_first(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| {
        for n in [2, 1] {
            tx.trust_anchors_mut().insert(&trust_anchor(n))?;
        }
        Ok(())
    })
    .await;
    assert_eq!(
        referred(&store, reference()).await,
        [trust_anchor(1), trust_anchor(2)]
    );
    let longer = KeyReference::new(&[0xd9, 0x00, 0x91, 0x00]).expect("a reference");
    assert_eq!(referred(&store, longer).await, []);
}

/// The row stays as history.
pub async fn an_anchor_is_removed_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.trust_anchors_mut().insert(&trust_anchor(1))).await;
    let id = trust_anchor(1).id;
    assert!(write(&store, move |tx| tx.trust_anchors_mut().remove(id, at(9))).await);
    assert!(!write(&store, move |tx| tx.trust_anchors_mut().remove(id, at(10))).await);
    let unknown = trust_anchor(2).id;
    assert!(!write(&store, move |tx| tx.trust_anchors_mut().remove(unknown, at(9))).await);
    assert_eq!(read(&store, |tx| tx.trust_anchors().list()).await, []);
    assert_eq!(referred(&store, reference()).await, []);
    let found = read(&store, move |tx| tx.trust_anchors().by_id(id)).await;
    assert_eq!(found.and_then(|anchor| anchor.removed_at), Some(at(9)));
}

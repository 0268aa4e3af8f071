//! The expiry worker.

use crate::scene::{Scene, parameters};
use countersign_core::approval::{Approval, expire};
use countersign_core::id::ApprovalId;
use uuid::Uuid;

#[tokio::test]
async fn one_round_ends_all_that_is_due_however_much_it_is() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    scene.world.start(&client, &parameters()).await.unwrap();
    let shown = scene.items().await.pop().unwrap();
    let id = ApprovalId(shown.id);
    let others = 2 * u128::from(expire::BATCH);
    scene
        .world
        .provider
        .store
        .write(move |tx| {
            let asked = tx.approvals().by_id(id)?.unwrap();
            for n in 1..=others {
                tx.approvals_mut().insert(&Approval {
                    id: ApprovalId(Uuid::from_u128(n)),
                    ..asked.clone()
                })?;
            }
            Ok(())
        })
        .await
        .unwrap();
    scene.wait(600);
    let ended = expire::expire_due(&scene.world.provider).await.unwrap();
    assert_eq!(ended as u128, others + 1);
    assert_eq!(expire::expire_due(&scene.world.provider).await.unwrap(), 0);
}

//! `countersign app`, as an operator runs it.

use crate::consent::Operator;
use countersign_jose::KeyType;
use serde_json::json;

#[tokio::test]
async fn an_application_is_added_set_and_removed() {
    let operator = Operator::new().await;
    let device = operator.world.device(KeyType::P256).await;
    let automatic = operator.json(&["app", "list"]);
    let added = operator.json(&[
        "app",
        "add",
        "Wiki",
        "--hostname",
        "Wiki.example",
        "--client",
        &device.client_id,
        "--verification-mode",
        "choose",
    ]);
    // What the approval of the device made is completed.
    assert_eq!(added["id"], automatic[0]["id"]);
    assert_eq!(
        (&added["hostname"], &added["verificationMode"]),
        (&json!("wiki.example"), &json!("choose"))
    );

    let set = operator.json(&[
        "app",
        "set",
        "wiki.example",
        "--hostname",
        "handbook.example",
        "--verification-mode",
        "compare",
        "--hidden",
        "true",
    ]);
    let mut expected = added.clone();
    expected["hostname"] = json!("handbook.example");
    expected["verificationMode"] = json!("compare");
    expected["isHidden"] = json!(true);
    assert_eq!(set, expected);
    let set = operator.json(&[
        "app",
        "set",
        "handbook.example",
        "--client",
        "",
        "--verification-mode",
        "default",
    ]);
    assert!(set.get("clientId").is_none() && set.get("verificationMode").is_none());

    let (code, _, stderr) = operator.run(&["app", "set", "handbook.example"], "");
    assert_eq!(code, 2, "{stderr}");
    let (code, _, stderr) = operator.run(&["app", "set", "handbook.example", "--hostname", "https://x"], "");
    assert!(code != 0 && stderr.contains("without scheme"), "{stderr}");

    assert!(
        operator
            .ok(&["app", "remove", "handbook.example"])
            .contains("removed")
    );
    assert_eq!(operator.json(&["app", "list"]), json!([]));
}

//! `countersign credential`, as an operator runs it.

use crate::consent::Operator;
use countersign_core::user::IdpRole;
use serde_json::json;

const MARIE: [&str; 10] = [
    "credential",
    "issue",
    "--given-name",
    "Marie",
    "--family-name",
    "Dupont",
    "--date-of-birth",
    "1990-05-17",
    "--nationality",
    "FRA",
];

#[tokio::test]
async fn a_credential_says_what_was_said_of_its_person() {
    let operator = Operator::new().await;
    let ada = operator.world.user("ada@OnesID1", IdpRole::User).await;
    let photo = operator.file("photo.png", "");
    std::fs::write(&photo, [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 2000]].concat()).unwrap();
    let more = [
        "--document-number",
        "12AB34567",
        "--trust-level",
        "2",
        "--expires",
        "2y 90d",
        "--user",
        "ada@OnesID1",
        "--photo",
        photo.to_str().unwrap(),
    ];
    let issued = operator.json(&[MARIE.as_slice(), &more].concat());
    let (credential, token_id) = (
        issued["credential"].as_str().unwrap(),
        issued["tokenId"].as_str().unwrap(),
    );
    assert!(credential.starts_with("HC1:") && token_id.starts_with("tok_"));

    let verified = operator.json(&["credential", "verify", credential]);
    let expected = json!({
        "tokenId": token_id, "container": "HC1", "issuer": "https://idp.example", "key": verified["key"], "ours": true,
        "issuedAt": verified["issuedAt"], "expiresAt": issued["expiresAt"], "userId": ada.id,
        "claims": {
            "givenName": "Marie", "familyName": "Dupont", "dateOfBirth": "1990-05-17", "nationality": "FRA",
            "documentNumber": "12AB34567", "trustLevel": 2, "photoBase64": "2008 bytes",
        },
    });
    assert_eq!(verified, expected);
    let file = operator.file("credential.txt", &format!("{credential}\n"));
    assert_eq!(
        operator.json(&["credential", "verify", file.to_str().unwrap()]),
        expected
    );
    let (code, typed, _) = operator.run(&["credential", "verify", "-"], credential);
    assert!(
        code == 0 && typed.contains("The credential is good.") && typed.contains("Dupont"),
        "{typed}"
    );

    // Nothing of what it says is kept.
    let listed = operator.json(&["credential", "list"]);
    assert_eq!(
        (&listed[0]["status"], &listed[0]["tokenId"]),
        (&json!("issued"), &json!(token_id))
    );
    let database = std::fs::read(operator.world.directory().join("countersign.db")).unwrap();
    let wal = std::fs::read(operator.world.directory().join("countersign.db-wal")).unwrap_or_default();
    for name in ["Dupont", "12AB34567"] {
        let kept = |bytes: &[u8]| bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(!kept(&database) && !kept(&wal), "{name}");
    }
}

#[tokio::test]
async fn people_are_shown_the_text_and_how_to_enrol() {
    let operator = Operator::new().await;
    let shown = operator.ok(&MARIE);
    for part in [
        "HC1:",
        "countersign-authenticator enroll --credential 'HC1:",
        "nobody else",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[tokio::test]
async fn a_revoked_credential_is_good_no_more() {
    let operator = Operator::new().await;
    let issued = operator.json(&MARIE);
    let (credential, token_id) = (
        issued["credential"].as_str().unwrap(),
        issued["tokenId"].as_str().unwrap(),
    );
    let revoked = operator.json(&["credential", "revoke", token_id, "--reason", "phone lost"]);
    assert_eq!(
        (&revoked["status"], &revoked["reason"]),
        (&json!("revoked"), &json!("phone lost"))
    );
    let sentence = operator.fails(1, &["credential", "verify", credential]);
    assert!(sentence.contains("revoked"), "{sentence}");
    assert!(
        operator
            .fails(1, &["credential", "revoke", token_id])
            .contains("already")
    );
    // One that nobody has seen, with an id that another issuer chose.
    let unseen = operator.json(&["credential", "revoke", "-urn:uvci:01:FR:1"]);
    assert_eq!(unseen["status"], "revoked");
    assert!(unseen.get("issuer").is_none());
    assert_eq!(
        operator.json(&["credential", "list"]).as_array().unwrap().len(),
        2
    );
    let log = operator.ok(&["audit", "list"]);
    assert!(
        log.contains("credential.issue") && log.contains("credential.revoke"),
        "{log}"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_to_change() {
    let operator = Operator::new().await;
    let text = operator.file("photo.txt", "hello");
    let large = operator.file("large.png", "");
    std::fs::write(&large, [b"\x89PNG\r\n\x1a\n".as_slice(), &noise(9000)].concat()).unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["--photo", text.to_str().unwrap()], "JPEG"),
        (&["--photo", large.to_str().unwrap()], "too large"),
        (&["--user", "nobody@OnesID1"], "user list"),
        (&["--expires", "100y"], "20 years"),
        (&["--document-number", ""], "document number"),
    ];
    for (more, advice) in cases {
        let sentence = operator.fails(1, &[MARIE.as_slice(), more].concat());
        assert!(sentence.contains(advice), "{more:?}: {sentence}");
    }
    for (place, wrong, advice) in [
        (7, "2100-01-01", "of the past"),
        (9, "France", "three capital letters"),
    ] {
        let mut args = MARIE;
        args[place] = wrong;
        let sentence = operator.fails(1, &args);
        assert!(sentence.contains(advice), "{sentence}");
        assert!(!sentence.contains(wrong), "values are not repeated: {sentence}");
    }
    let (code, ..) = operator.run(&[MARIE.as_slice(), &["--trust-level", "4"]].concat(), "");
    assert_eq!(code, 2);
    for junk in ["HC1:", "HC1:6BF", &"A".repeat(9000)] {
        operator.fails(1, &["credential", "verify", junk]);
    }
}

#[tokio::test]
async fn a_credential_outlives_the_rotation_of_its_key_and_not_its_revocation() {
    let operator = Operator::new().await;
    let issued = operator.json(&MARIE);
    let credential = issued["credential"].as_str().unwrap();
    let old = operator.json(&["credential", "verify", credential])["key"].clone();
    let rotated = operator.json(&["key", "rotate", "--purpose", "credential", "--now"]);
    assert_eq!(
        (&rotated[0]["purpose"], &rotated[0]["state"]),
        (&json!("credential"), &json!("active"))
    );
    operator.ok(&["credential", "verify", credential]);
    let anew = operator.json(&MARIE);
    let anew = operator.json(&["credential", "verify", anew["credential"].as_str().unwrap()]);
    assert_eq!(anew["key"], rotated[0]["kid"]);
    operator.ok(&["key", "revoke", old.as_str().unwrap()]);
    let sentence = operator.fails(1, &["credential", "verify", credential]);
    assert!(sentence.contains("not trusted"), "{sentence}");
    for wrong in [
        ["key", "rotate", "--purpose", "push", "--now"].as_slice(),
        &["key", "rotate", "--purpose", "identity", "--algorithm", "RS256"],
    ] {
        assert_eq!(operator.run(wrong, "").0, 2, "{wrong:?}");
    }
}

/// Bytes that no compression makes shorter.
fn noise(length: usize) -> Vec<u8> {
    let digests = (0_u32..).flat_map(|n| countersign_jose::hash::sha256(&n.to_be_bytes()));
    digests.take(length).collect()
}

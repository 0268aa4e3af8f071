//! Requests for personal data: granting a part, the list of what was given, and taking it back.

use countersign_authenticator::render::describe_consent;
use countersign_authenticator::{Answer, Authenticator, Error, NewPhone};
use countersign_protocol::approval::{ApplicationShown, ApprovalStatus};
use countersign_protocol::consent::{ClaimName, ConsentItem};
use uuid::Uuid;

use crate::fake_provider::FakeProvider;
use crate::program::Terminal;
use crate::samples::{consent, item, ports};

fn given(number: u128) -> ConsentItem {
    ConsentItem {
        id: Uuid::from_u128(number << 112),
        application: ApplicationShown {
            name: "Demo shop".into(),
            host: "shop.example".into(),
            verified: true,
        },
        resource: "https://shop.example".into(),
        names: vec![ClaimName::Email, ClaimName::FirstName],
        reason: "To send you\u{1b}[2J the order".into(),
        granted_at: "2026-01-02T03:04:00Z".into(),
        revoked_at: None,
    }
}

async fn phone(provider: &FakeProvider) -> Authenticator {
    let invitation = provider.invitation("ann@example");
    Authenticator::enrol(&invitation, &NewPhone::default(), ports().0)
        .await
        .unwrap()
}

fn granting(names: &[&str]) -> Answer {
    Answer {
        granted: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        ..Answer::approve()
    }
}

#[tokio::test]
async fn the_signed_decision_names_the_part_that_is_granted() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let item = consent(1);
    provider.arrive(&item);
    let decided = phone.decide(&item, &granting(&["email"])).await.unwrap();
    assert_eq!(decided.status, ApprovalStatus::Approved);
    let granted = provider.with(|memory| memory.decisions[0].1.granted.clone());
    assert_eq!(granted, Some(vec!["email".to_owned()]));
}

#[tokio::test]
async fn a_part_that_cannot_be_meant_is_not_signed() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let (asked, login) = (consent(1), item(2));
    for (item, names, says) in [
        (&asked, &["firstName"][..], "email is required"),
        (&asked, &[], "email is required"),
        (&asked, &["email", "dateOfBirth"], "dateOfBirth is not asked for"),
        (&asked, &["Email"], "Email is not asked for"),
        (&login, &["email"], "email is not asked for"),
    ] {
        provider.arrive(item);
        let refused = phone.decide(item, &granting(names)).await;
        assert!(
            matches!(&refused, Err(Error::Usage(text)) if text.contains(says)),
            "{names:?}: {refused:?}"
        );
    }
    assert!(provider.with(|memory| memory.decisions.is_empty()));
}

#[test]
fn a_consent_is_shown_with_what_was_given_to_whom_and_why() {
    let taken_back = ConsentItem {
        revoked_at: Some("2026-01-02T03:05:00Z".into()),
        ..given(1)
    };
    let shown = anstream::adapter::strip_str(&describe_consent(&taken_back)).to_string();
    let expected = "\
Demo shop
  Id           00010000-0000-0000-0000-000000000000
  Application  Demo shop (shop.example), verified
  Given        email firstName
  Reason       To send you<U+001B>[2J the order
  Given at     2026-01-02T03:04:00Z
  Taken back   2026-01-02T03:05:00Z
";
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn the_program_grants_a_part_lists_and_takes_back() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    provider.arrive(&consent(0xABCD << 112));
    let refused = terminal
        .fails(2, &["approve", "abcd", "--grant", "firstName"])
        .await;
    assert!(refused.contains("required"), "{refused}");
    let shown = terminal
        .ok(&["approve", "abcd", "--grant", "email,firstName"])
        .await;
    assert!(
        shown.ends_with("Request for personal data for Demo shop: approved.\n"),
        "{shown}"
    );
    assert_eq!(terminal.ok(&["consents"]).await, "You gave nothing away.\n");
    provider.with(|memory| memory.consents = vec![given(0x1A), given(0x1B)]);
    let listed: Vec<ConsentItem> = serde_json::from_str(&terminal.ok(&["consents", "--json"]).await).unwrap();
    assert_eq!(listed, [given(0x1A), given(0x1B)]);
    terminal.fails(2, &["consents", "revoke", "00"]).await;
    terminal.fails(2, &["consents", "revoke", "ff"]).await;
    let said = terminal.ok(&["consents", "revoke", "001b"]).await;
    assert!(said.starts_with("Taken back from Demo shop."), "{said}");
    let withdrawn = provider.with(|memory| {
        memory
            .consents
            .iter()
            .map(|one| one.revoked_at.is_some())
            .collect::<Vec<_>>()
    });
    assert_eq!(withdrawn, [false, true]);
    assert!(
        terminal
            .ok(&["consents"])
            .await
            .contains("Taken back   2026-01-02T03:05:00Z")
    );
}

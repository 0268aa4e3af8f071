use countersign_authenticator::Credential;
use countersign_authenticator::render::{
    describe, describe_credential, describe_for, history_line, seconds_left,
};
use countersign_protocol::approval::{ApprovalItem, ApprovalStatus, SettledItem};

use crate::samples::{NOW, choose, compare, consent, credential, credential_text, item, mutual, transfer};

/// What stands on a screen without colours.
fn plain(item: &ApprovalItem, now: i64) -> String {
    anstream::adapter::strip_str(&describe(item, now)).to_string()
}

#[test]
fn a_person_sees_who_asks_what_for_from_where_and_how_long() {
    let expected = "\
Sign-in for Demo shop
  Id           00000000-0000-0000-0000-000000000001
  Application  Demo shop (shop.example), verified
  Message      Order 4711
  Scopes       openid profile
  From         192.0.2.7, ones-oidc/0.3.9
  Asked at     2026-01-02T03:04:00Z
  Time left    60 s
";
    assert_eq!(plain(&item(1), NOW), expected);
}

#[test]
fn a_person_sees_which_personal_data_is_asked_for_why_and_what_may_be_left_out() {
    let expected = "\
Request for personal data for Demo shop
  Id           00000000-0000-0000-0000-000000000001
  Application  Demo shop (shop.example), verified
  Asks for     email  (required)
               firstName  (optional)
  Reason       To send you the order
  From         192.0.2.7, ones-oidc/0.3.9
  Asked at     2026-01-02T03:04:00Z
  Time left    60 s
";
    assert_eq!(plain(&consent(1), NOW), expected);
}

/// The lines of a mutual sign-in, without colours, as the holder of a credential sees them.
fn held(item: &ApprovalItem, credential: &Credential) -> Vec<String> {
    let shown = describe_for(item, Some(credential), NOW);
    let plain = anstream::adapter::strip_str(&shown).to_string();
    plain.lines().map(str::to_owned).collect()
}

#[test]
fn a_person_sees_which_service_wants_what_of_the_credential_and_what_it_will_not_get() {
    let expected = "\
Mutual sign-in for Demo shop
  Id           00000000-0000-0000-0000-000000000001
  Service      Demo shop (shop.example), verified
  Logo         https://shop.example/logo.png
  Privacy      https://shop.example/privacy
  Credential   tok_1, of Marie Dupont
  Asks for     identity:name  (given name, family name)
               identity:age_over_18  (whether you are 18 or older)
  Will not get date of birth, nationality, trust level
  From         192.0.2.7, ones-oidc/0.3.9
  Asked at     2026-01-02T03:04:00Z
  Time left    60 s
  Code          482913   approve only if the other screen shows the same";
    assert_eq!(
        held(&mutual(1, "tok_1"), &credential("tok_1")).join("\n"),
        expected
    );
}

#[test]
fn a_service_that_only_named_itself_stands_out() {
    let mut item = mutual(1, "tok_1");
    item.mutual.as_mut().unwrap().service.verified = false;
    let lines = held(&item, &credential("tok_1"));
    assert_eq!(lines[2], "  Service      Demo shop (shop.example), NOT VERIFIED");
    assert_eq!(
        lines[3],
        "               It has only named itself: approve nothing that you did not begin there"
    );
    assert!(describe(&item, NOW).contains("\u{1b}[31m"), "in red");
    // One of the two that say so is enough.
    let mut item = mutual(1, "tok_1");
    item.application.verified = false;
    assert!(plain(&item, NOW).contains("NOT VERIFIED"));
}

#[test]
fn a_scope_is_shown_by_what_this_credential_can_tell_of_it() {
    let mut item = mutual(1, "tok_1");
    let asked = ["identity:full_with_photo", "identity:photo", "identity:shoe_size"];
    item.scopes = Some(asked.map(str::to_owned).to_vec());
    let lines = held(&item, &credential("tok_1")).join("\n");
    for line in [
        "identity:full_with_photo  (given name, family name, date of birth, nationality, trust level)",
        "identity:photo  (nothing: your credential does not say)",
        "identity:shoe_size  (not known to this program)",
        "Will not get nothing: it asks for all of it",
    ] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
}

#[test]
fn another_phone_of_the_person_sees_that_it_cannot_approve() {
    let shown = plain(&mutual(1, "tok_1"), NOW);
    assert!(
        shown.contains("tok_1, which is not on this phone: it can deny, not approve"),
        "{shown}"
    );
    assert!(shown.contains("document number, photo, trust level"), "{shown}");
}

#[test]
fn a_credential_is_one_line() {
    assert_eq!(
        describe_credential(&credential("tok_1")),
        "tok_1, Marie Dupont, good until 2027-01-15T08:00:00Z"
    );
    let debug = format!("{:?}", credential("tok_1"));
    assert!(!debug.contains("Marie") && !debug.contains("HC1"), "{debug}");
    assert!(Credential::read(&format!(" {}\n", credential_text("tok_1", "x"))).is_ok());
}

#[test]
fn each_mode_shows_its_own_code_line() {
    let line = |item: &ApprovalItem| plain(item, NOW).lines().last().unwrap().trim().to_owned();
    assert_eq!(
        line(&compare(1, "123456")),
        "Code          123456   approve only if the other screen shows the same"
    );
    let choices = line(&choose(1, ["11", "22", "33"]));
    assert_eq!(
        choices,
        "Code          11    22    33   one of these is on the other screen"
    );
    assert_eq!(
        line(&transfer(1)),
        "Code         six digits, on the other screen: type them to approve"
    );
}

#[test]
fn an_application_that_is_not_verified_stands_out() {
    let mut item = item(1);
    item.application.verified = false;
    item.application.host.clear();
    assert!(plain(&item, NOW).contains("Demo shop (no host known), NOT VERIFIED"));
    assert!(describe(&item, NOW).contains("\u{1b}[31m"), "in red");
}

#[test]
fn the_time_left_never_goes_below_zero_and_a_strange_time_is_unknown() {
    let mut item = item(1);
    assert_eq!(seconds_left(&item, NOW + 59), Some(1));
    assert_eq!(seconds_left(&item, NOW + 600), Some(0));
    item.expires_at = "soon".into();
    assert_eq!(seconds_left(&item, NOW), None);
    assert!(plain(&item, NOW).contains("Time left    unknown"));
}

#[test]
fn hostile_text_in_any_member_stays_on_its_line_and_moves_nothing() {
    const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\r\n  Application  Your bank\u{202e}\u{9b}1A";
    let mut item = choose(1, [HOSTILE, "22", "33"]);
    let text = || Some(HOSTILE.to_owned());
    item.application.name = HOSTILE.into();
    item.application.host = HOSTILE.into();
    item.binding_message = text();
    item.scopes = Some(vec![HOSTILE.into()]);
    item.claims = Some(vec![HOSTILE.into()]);
    item.required_claims = Some(vec![HOSTILE.into()]);
    item.reason = text();
    item.context.ip = text();
    item.context.place = text();
    item.context.user_agent = text();
    item.context.requested_at = HOSTILE.into();
    let shown = describe(&item, NOW);
    let plain = plain(&item, NOW);
    assert_eq!(plain.lines().count(), 11, "{plain}");
    assert_eq!(
        plain
            .lines()
            .filter(|line| line.starts_with("  Application"))
            .count(),
        1
    );
    assert!(plain.contains("<U+001B>[2J") && plain.contains("<U+202E>"));
    // The only sequences that are left are our own colours.
    let ours = |text: &str| {
        text.split('\u{1b}').skip(1).all(|rest| {
            rest.strip_prefix('[')
                .and_then(|rest| rest.split_once('m'))
                .is_some_and(|(style, _)| style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'))
        })
    };
    assert!(ours(&shown));
    assert!(!shown.contains(['\u{7}', '\r', '\u{202e}', '\u{9b}']));
}

#[test]
fn hostile_text_of_a_service_stays_on_its_line() {
    const HOSTILE: &str = "\u{1b}[2J\r\n  Service      Your bank, verified\u{202e}";
    let mut item = mutual(1, HOSTILE);
    item.scopes = Some(vec![HOSTILE.to_owned()]);
    let service = &mut item.mutual.as_mut().unwrap().service;
    service.name = HOSTILE.to_owned();
    service.logo_url = Some(HOSTILE.to_owned());
    service.privacy_url = Some(HOSTILE.to_owned());
    let shown = plain(&item, NOW);
    assert_eq!(shown.lines().count(), 12, "{shown}");
    let services = shown.lines().filter(|line| line.starts_with("  Service "));
    assert_eq!(services.count(), 1);
    assert!(!shown.contains(['\u{1b}', '\r', '\u{202e}']));
}

#[test]
fn a_past_request_is_one_line() {
    let item = item(1);
    let past = SettledItem {
        id: item.id,
        kind: item.kind,
        application: item.application,
        binding_message: Some("Order\n4711".into()),
        status: ApprovalStatus::Approved,
        requested_at: "2026-01-02T03:04:00Z".into(),
        settled_at: "2026-01-02T03:04:09Z".into(),
        decided_by: Some("Ann's phone".into()),
    };
    assert_eq!(
        history_line(&past),
        "2026-01-02T03:04:09Z  approved  Sign-in for Demo shop (shop.example), verified: Order<U+000A>4711, by Ann's phone"
    );
}

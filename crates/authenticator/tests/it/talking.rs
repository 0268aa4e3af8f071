use countersign_authenticator::Answer;
use countersign_authenticator::cli::{Dialogue, Reply};
use countersign_protocol::approval::ApprovalItem;

use crate::samples::{choose, compare, consent, item, mutual, sealed, transfer};

fn first(item: &ApprovalItem, line: &str) -> Reply {
    Dialogue::new(item, None).read(line)
}

#[test]
fn nothing_but_a_clear_yes_approves() {
    for yes in ["y", "Y", " yes\n"] {
        assert_eq!(first(&item(1), yes), Reply::Decided(Answer::approve()), "{yes:?}");
    }
    for unclear in ["", " ", "yy", "ok", "1", "123456", "ye"] {
        assert_eq!(first(&item(1), unclear), Reply::Ask, "{unclear:?}");
    }
    assert_eq!(first(&item(1), "n"), Reply::Decided(Answer::deny()));
    assert_eq!(first(&item(1), "r"), Reply::Decided(Answer::deny_not_me()));
    assert_eq!(first(&item(1), "l"), Reply::Later);
}

#[test]
fn compare_asks_for_the_code_in_the_question() {
    let dialogue = Dialogue::new(&compare(1, "123456"), None);
    assert!(
        dialogue
            .question()
            .starts_with("Does the other screen show 123456")
    );
}

#[test]
fn choose_and_transfer_ask_for_the_code_after_the_yes() {
    for (item, question) in [
        (choose(1, ["11", "22", "33"]), "Which code"),
        (transfer(1), "Type the six digits"),
    ] {
        let mut dialogue = Dialogue::new(&item, None);
        assert_eq!(dialogue.read("y"), Reply::Ask);
        assert!(dialogue.question().starts_with(question));
        assert_eq!(
            dialogue.read("22"),
            Reply::Decided(Answer::approve_with_code("22"))
        );
        assert_eq!(first(&item, "n"), Reply::Decided(Answer::deny()));
    }
}

#[test]
fn an_empty_code_leads_back_to_the_verdict() {
    let mut dialogue = Dialogue::new(&transfer(1), None);
    assert_eq!(dialogue.read("y"), Reply::Ask);
    assert_eq!(dialogue.read(""), Reply::Ask);
    assert_eq!(dialogue.read("n"), Reply::Decided(Answer::deny()));
}

#[test]
fn a_code_from_the_command_line_is_not_asked_for() {
    let mut dialogue = Dialogue::new(&transfer(1), Some("123456"));
    assert_eq!(
        dialogue.read("y"),
        Reply::Decided(Answer::approve_with_code("123456"))
    );
}

#[test]
fn a_part_of_an_identity_or_of_personal_data_is_chosen_by_numbers() {
    for (item, which, granted) in [
        (
            mutual(1, "tok_1"),
            "Which? 1 identity:name, 2 identity:age_over_18. Type numbers, such as 1,2:",
            "identity:age_over_18",
        ),
        (
            consent(1),
            "Which? 1 email, 2 firstName. Type numbers, such as 1,2:",
            "firstName",
        ),
    ] {
        let mut dialogue = Dialogue::new(&item, None);
        assert!(
            dialogue.question().contains("[p]art of it"),
            "{}",
            dialogue.question()
        );
        assert_eq!(dialogue.read("p"), Reply::Ask);
        assert_eq!(dialogue.question(), which);
        for unclear in [
            "0",
            "3",
            "2,",
            "1,3",
            "1,1",
            "-1",
            "y",
            "identity:name",
            "99999999999999999999",
        ] {
            assert_eq!(dialogue.read(unclear), Reply::Ask, "{unclear}");
            assert_eq!(dialogue.question(), which);
        }
        let part = Answer {
            granted: Some(vec![granted.to_owned()]),
            ..Answer::approve()
        };
        assert_eq!(dialogue.read(" 2 "), Reply::Decided(part));
    }
}

#[test]
fn who_changes_their_mind_about_a_part_grants_what_they_say_next() {
    let item = sealed(ApprovalItem {
        verification: transfer(1).verification,
        ..consent(1)
    });
    let mut dialogue = Dialogue::new(&item, None);
    assert_eq!((dialogue.read("p"), dialogue.read("1")), (Reply::Ask, Reply::Ask));
    assert!(dialogue.question().starts_with("Type the six digits"));
    assert_eq!((dialogue.read(""), dialogue.read("y")), (Reply::Ask, Reply::Ask));
    assert_eq!(
        dialogue.read("123456"),
        Reply::Decided(Answer::approve_with_code("123456"))
    );
    let mut dialogue = Dialogue::new(&item, Some("123456"));
    dialogue.read("p");
    let part = Answer {
        granted: Some(vec!["firstName".to_owned(), "email".to_owned()]),
        ..Answer::approve_with_code("123456")
    };
    assert_eq!(dialogue.read("2,1"), Reply::Decided(part));
}

#[test]
fn a_sign_in_and_a_single_thing_have_no_parts() {
    let mut one = mutual(1, "tok_1");
    one.scopes = Some(vec!["identity:name".into()]);
    for item in [item(1), one] {
        assert!(!Dialogue::new(&item, None).question().contains("[p]art"));
        assert_eq!(first(&item, "p"), Reply::Ask);
        assert!(Dialogue::new(&item, None).question().contains("[y]es, [n]o"));
    }
}

use countersign_authenticator::Answer;
use countersign_authenticator::cli::{Dialogue, Reply};
use countersign_protocol::approval::ApprovalItem;

use crate::samples::{choose, compare, item, transfer};

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

//! The program as a person or a script runs it.

use std::process::{Output, Stdio};

use countersign_authenticator::Account;
use countersign_authenticator::cli;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, Decision};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::fake_provider::{FakeProvider, refuse};
use crate::samples::{compare, item, sealed, transfer};

pub(crate) struct Terminal {
    folder: TempDir,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A terminal with one enrolled account.
    pub(crate) async fn enrolled(provider: &FakeProvider) -> Self {
        let terminal = Self::new();
        let link = format!("{}/enroll#{}", provider.host(), provider.invite("ann@example"));
        terminal.ok(&["enroll", &link]).await;
        terminal
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-authenticator"));
        command.env_clear().env("HOME", self.folder.path()).args(args);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// The home folder.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    async fn run(&self, args: &[&str]) -> (i32, String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(args).output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    pub(crate) async fn ok(&self, args: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(args).await;
        assert_eq!(code, 0, "{args:?}: {stderr}");
        stdout
    }

    /// Runs a command that must fail with `expected`, and returns its one sentence.
    pub(crate) async fn fails(&self, expected: i32, args: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(args).await;
        assert_eq!(code, expected, "{args:?}: {stdout}{stderr}");
        stderr
    }
}

#[tokio::test]
async fn enroll_shows_the_fingerprint_that_the_operator_sees() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::new();
    let shown = terminal
        .ok(&[
            "enroll",
            &provider.invite("ann@example"),
            "--name",
            "Ann's laptop",
        ])
        .await;
    let (thumbprint, name) = provider.with(|memory| {
        (
            memory.phones[0].thumbprint.clone(),
            memory.enrolments[0].0.name.clone(),
        )
    });
    assert!(
        shown.contains(&format!("Key fingerprint: {thumbprint}")),
        "{shown}"
    );
    assert_eq!(name, "Ann's laptop");
    assert!(
        terminal
            .folder
            .path()
            .join(".local/share/countersign-authenticator/accounts")
            .is_dir()
    );
}

#[tokio::test]
async fn enroll_fails_with_one_sentence_and_leaves_no_store() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::new();
    let text = provider.invite("ann@example");
    provider.with(|memory| memory.invitations.clear());
    let stderr = terminal.fails(1, &["enroll", &text]).await;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.contains("invitation is used or unknown") && stderr.contains("new invitation"),
        "{stderr}"
    );
    terminal.fails(2, &["enroll", "nonsense"]).await;
    terminal.fails(2, &["enroll", &text, "--key-type", "DSA"]).await;
    assert!(
        !terminal
            .folder
            .path()
            .join(".local/share/countersign-authenticator")
            .exists()
    );
}

#[tokio::test]
async fn list_and_approve_by_the_beginning_of_an_id() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    assert_eq!(terminal.ok(&["list"]).await, "Nothing is waiting.\n");
    let item = transfer(0xABCD << 112);
    provider.arrive(&item);
    let listed: Vec<ApprovalItem> = serde_json::from_str(&terminal.ok(&["list", "--json"]).await).unwrap();
    assert_eq!(listed, std::slice::from_ref(&item));
    assert!(terminal.ok(&["list"]).await.contains("Order 4711"));

    let stderr = terminal.fails(2, &["approve", "abcd"]).await;
    assert!(stderr.contains("--code"), "{stderr}");
    let shown = terminal.ok(&["approve", "abcd", "--code", "123456"]).await;
    assert!(
        shown.contains("Message      Order 4711") && shown.ends_with("Sign-in for Demo shop: approved.\n")
    );
    assert_eq!(
        provider.with(|memory| memory.decisions[0].1.code.clone()),
        Some("123456".to_owned())
    );
    terminal.fails(2, &["approve", "abcd"]).await;
}

#[tokio::test]
async fn deny_not_me_reports_and_a_tampered_request_is_not_signed() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    let tampered = ApprovalItem {
        digest: item(2).digest,
        ..item(1)
    };
    provider.arrive(&tampered);
    let stderr = terminal.fails(1, &["approve", "0000"]).await;
    assert!(stderr.contains("nothing was signed"), "{stderr}");
    provider.with(|memory| memory.pending = vec![item(1)]);
    terminal.ok(&["deny", "0000", "--not-me"]).await;
    let claims = provider.with(|memory| memory.decisions[0].1.clone());
    assert_eq!(
        (claims.decision, claims.reason.as_deref()),
        (Decision::Denied, Some("not_me"))
    );
}

#[tokio::test]
async fn watch_auto_answers_what_arrives_says_so_loudly_and_ends_after_one() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    for (auto, said) in [("approve", "APPROVED"), ("deny", "DENIED")] {
        let mut watch = terminal
            .command(&["watch", "--auto", auto, "--once"])
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(watch.stderr.take().unwrap()).lines();
        let first = stderr.next_line().await.unwrap().unwrap();
        assert!(first.starts_with("WARNING") && first.contains(said), "{first}");
        provider.arrive(&item(1));
        let output = watch.wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(0));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains("Message      Order 4711"), "{shown}");
        assert!(
            stderr
                .next_line()
                .await
                .unwrap()
                .unwrap()
                .contains("without a person")
        );
    }
    let decisions = provider.with(|memory| {
        memory
            .decisions
            .iter()
            .map(|(_, claims)| claims.decision)
            .collect::<Vec<_>>()
    });
    assert_eq!(decisions, [Decision::Approved, Decision::Denied]);
}

#[tokio::test]
async fn watch_once_fails_when_its_decision_is_refused() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    provider.arrive(&compare(1, "123456"));
    let stderr = terminal
        .fails(1, &["watch", "--auto", "approve", "--once", "--code", "654321"])
        .await;
    assert!(stderr.contains("the code does not match"), "{stderr}");
    assert!(provider.with(|memory| memory.decisions.is_empty()));
}

#[tokio::test]
async fn watch_json_prints_one_event_a_line() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    let mut watch = terminal
        .command(&["watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let hostile = sealed(ApprovalItem {
        binding_message: Some("\u{9b}2J\u{202e}".into()),
        ..item(1)
    });
    provider.arrive(&hostile);
    let line = lines.next_line().await.unwrap().unwrap();
    assert!(line.is_ascii(), "{line}");
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["event"], "approval");
    assert_eq!(
        serde_json::from_value::<ApprovalItem>(event["data"].clone()).unwrap(),
        hostile
    );
    provider.settle(
        hostile.id,
        countersign_protocol::approval::ApprovalStatus::Expired,
    );
    let event: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!(
        (&event["event"], &event["data"]["status"]),
        (&"settled".into(), &"expired".into())
    );
}

#[tokio::test]
async fn several_accounts_need_a_name_and_remove_says_what_is_left_to_do() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    terminal.ok(&["enrol", &provider.invite("bob@example")]).await;
    assert!(terminal.fails(2, &["list"]).await.contains("--account"));
    terminal.ok(&["list", "--account", "bob@example"]).await;
    let accounts: Vec<Account> = serde_json::from_str(&terminal.ok(&["accounts", "--json"]).await).unwrap();
    assert_eq!(
        accounts
            .iter()
            .map(|account| account.username.as_str())
            .collect::<Vec<_>>(),
        ["ann@example", "bob@example"]
    );
    let said = terminal.ok(&["remove", "ann@example"]).await;
    assert!(said.contains("until an operator revokes"), "{said}");
    terminal.ok(&["list"]).await;
    terminal.fails(2, &["remove", "ann@example"]).await;
}

#[tokio::test]
async fn login_hint_token_and_history_are_for_scripts_too() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    assert_eq!(terminal.ok(&["login-hint-token"]).await, "hint-1\n");
    let token: Value = serde_json::from_str(&terminal.ok(&["login-hint-token", "--json"]).await).unwrap();
    assert_eq!(token["expiresIn"], 300);
    assert_eq!(terminal.ok(&["history", "--json"]).await, "[]\n");
    assert_eq!(terminal.ok(&["history"]).await, "No past requests.\n");
}

#[tokio::test]
async fn text_of_the_provider_in_an_error_cannot_move_the_cursor() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    provider.with(|memory| {
        memory.instead_of_the_list =
            Some(|| refuse(ErrorCode::InvalidRequest, "\u{1b}[2J\nerror: all is well"));
    });
    let stderr = terminal.fails(1, &["list"]).await;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("<U+001B>[2J<U+000A>error"), "{stderr}");
}

#[tokio::test]
async fn wrong_usage_is_2_and_help_teaches_with_examples() {
    let terminal = Terminal::new();
    for wrong in [
        &["nonsense"][..],
        &[],
        &["approve"],
        &["list"],
        &["watch", "--auto", "maybe"],
    ] {
        terminal.fails(2, wrong).await;
    }
    let help = terminal.ok(&["--help"]).await;
    for part in [
        "Examples:",
        "enroll 'https://id.example/enroll#",
        "Exit codes: 0 done",
        "--store <DIR>",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert!(
        terminal
            .ok(&["--version"])
            .await
            .starts_with("countersign-authenticator ")
    );
}

#[test]
fn the_command_line_is_consistent() {
    cli::command().debug_assert();
}

//! Credentials and mutual sign-ins, as a person or a script runs the program.

use std::process::Stdio;

use serde_json::Value;

use crate::fake_provider::FakeProvider;
use crate::program::Terminal;
use crate::samples::{credential_text, mutual, sealed};

/// A terminal whose home has a file with a credential that the provider issued.
fn terminal(provider: &FakeProvider, token_id: &str) -> (Terminal, String) {
    let terminal = Terminal::new();
    let file = terminal.path().join("credential.txt");
    std::fs::write(&file, credential_text(token_id, &provider.host())).unwrap();
    (terminal, file.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn enroll_shows_whose_the_credential_is_and_enrols_where_it_was_issued() {
    let provider = FakeProvider::start().await;
    let (terminal, file) = terminal(&provider, "tok_1");
    let shown = terminal
        .ok(&["enroll", "--credential", &file, "--name", "Marie's laptop"])
        .await;
    let host = provider.host();
    assert!(
        shown.starts_with(&format!(
            "Credential tok_1, Marie Dupont, good until 2027-01-15T08:00:00Z.\n\
             Said to be issued by {host}; {host} verifies it.\n\
             Enrolled on \"Marie's laptop\" for ann@example at {host}.\n\
             Token id:        tok_1\n"
        )),
        "{shown}"
    );
    let device = provider.with(|memory| memory.x1280.enrolments[0].device_id.clone());
    assert_eq!(device, "Marie's laptop");
    let accounts = terminal.ok(&["accounts"]).await;
    assert!(
        accounts.contains("  Credential       tok_1, Marie Dupont, good until 2027-01-15T08:00:00Z"),
        "{accounts}"
    );
}

#[tokio::test]
async fn a_credential_on_the_command_line_joins_the_account_that_is_there() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    // Its issuer is no provider: somebody has to say where to enrol it.
    let text = credential_text("tok_1", "Prefecture");
    let stderr = terminal.fails(2, &["enroll", "--credential", &text]).await;
    assert!(stderr.contains("--server"), "{stderr}");
    let host = provider.host();
    let args = ["enroll", "--credential", &text, "--server", &host, "--json"];
    let told: Value = serde_json::from_str(&terminal.ok(&args).await).unwrap();
    assert_eq!(told["credential"]["token_id"], "tok_1");
    assert_eq!(told["credential"]["expires_at"], 1_800_000_000);
    let (phones, client_id) =
        provider.with(|memory| (memory.phones.len(), memory.phones[0].client_id.clone()));
    assert_eq!(
        (phones, told["client_id"].as_str()),
        (1, Some(client_id.as_str()))
    );
    let accounts: Value = serde_json::from_str(&terminal.ok(&["accounts", "--json"]).await).unwrap();
    assert_eq!(accounts[0]["credentials"][0]["token_id"], "tok_1");

    // Another person on the same machine; then the key has to be named.
    let text = credential_text("tok_2", &host);
    terminal.ok(&["enroll", "--credential", &text, "--new"]).await;
    let text = credential_text("tok_3", &host);
    let stderr = terminal.fails(2, &["enroll", "--credential", &text]).await;
    assert!(
        stderr.contains("--account") && stderr.contains("--new"),
        "{stderr}"
    );
    terminal
        .ok(&["enroll", "--credential", &text, "--account", &client_id])
        .await;
    assert_eq!(provider.with(|memory| memory.phones.len()), 2);
}

#[tokio::test]
async fn enroll_of_a_credential_fails_with_one_sentence_and_leaves_no_store() {
    let provider = FakeProvider::start().await;
    let (terminal, file) = terminal(&provider, "tok_1");
    provider.with(|memory| {
        memory.x1280.refusal = Some((400, "invalid_request", "no issuer that is trusted\u{1b}[2J"));
    });
    let stderr = terminal
        .fails(1, &["enroll", "--credential", &file, "--json"])
        .await;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.contains("did not take the credential: no issuer that is trusted<U+001B>[2J"),
        "{stderr}"
    );
    for wrong in [
        &["enroll"][..],
        &["enroll", "--credential", "nowhere.txt"],
        &["enroll", "invitation", "--credential", &file],
        &["enroll", "--credential", &file, "--key-type", "ECC:p384"],
        &["enroll", "--credential", &file, "--server", "http://id.example"],
        &["enroll", "--credential", &file, "--account", "nobody"],
        &["enroll", "invitation", "--new"],
    ] {
        terminal.fails(2, wrong).await;
    }
    assert!(
        !terminal
            .path()
            .join(".local/share/countersign-authenticator")
            .exists()
    );
}

#[tokio::test]
async fn approve_grants_a_part_and_deny_and_history_know_mutual_sign_ins() {
    let provider = FakeProvider::start().await;
    let (terminal, file) = terminal(&provider, "tok_1");
    terminal.ok(&["enroll", "--credential", &file]).await;
    provider.arrive(&mutual(0xABCD << 112, "tok_1"));
    let listed = terminal.ok(&["list"]).await;
    assert!(
        listed.contains("Will not get date of birth, nationality, trust level"),
        "{listed}"
    );
    assert!(listed.contains("tok_1, of Marie Dupont"), "{listed}");

    let stderr = terminal.fails(1, &["approve", "abcd", "--code", "000000"]).await;
    assert!(stderr.contains("the code does not match"), "{stderr}");
    let stderr = terminal
        .fails(2, &["approve", "abcd", "--grant", "identity:photo"])
        .await;
    assert!(stderr.contains("identity:photo is not asked for"), "{stderr}");
    let shown = terminal
        .ok(&[
            "approve",
            "abcd",
            "--code",
            "482913",
            "--grant",
            "identity:age_over_18",
        ])
        .await;
    assert!(
        shown.ends_with("Mutual sign-in for Demo shop: approved.\n"),
        "{shown}"
    );
    let granted = provider.with(|memory| memory.x1280.verifications.remove(0).granted_scopes);
    assert_eq!(granted.unwrap(), ["identity:age_over_18"]);

    provider.arrive(&mutual(1, "tok_1"));
    terminal.ok(&["deny", "0000"]).await;
    assert_eq!(provider.with(|memory| memory.x1280.rejections.len()), 1);
    provider.arrive(&mutual(2, "tok_1"));
    terminal.ok(&["deny", "0000", "--not-me"]).await;
    assert_eq!(provider.with(|memory| memory.decisions.len()), 1);
}

#[tokio::test]
async fn watch_answers_mutual_sign_ins_and_shouts_about_services_that_proved_nothing() {
    let provider = FakeProvider::start().await;
    let (terminal, file) = terminal(&provider, "tok_1");
    terminal.ok(&["enroll", "--credential", &file]).await;
    for (number, auto) in [(1, "approve"), (2, "deny")] {
        let watch = terminal
            .command(&["watch", "--auto", auto, "--once"])
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut item = mutual(number, "tok_1");
        item.mutual.as_mut().unwrap().service.verified = false;
        provider.arrive(&sealed(item));
        let output = watch.wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{auto}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(
            shown.contains("NOT VERIFIED") && shown.contains(" 482913 "),
            "{shown}"
        );
    }
    let answers = provider.with(|memory| (memory.x1280.verifications.len(), memory.x1280.rejections.len()));
    assert_eq!(answers, (1, 1));
}

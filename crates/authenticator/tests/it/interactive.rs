//! `watch` with a person at a terminal: a real pseudo-terminal, read and typed into by the test.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::time::Duration;

use countersign_protocol::approval::{ApprovalStatus, Decision};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::process::Child;
use tokio::sync::mpsc;

use crate::fake_provider::FakeProvider;
use crate::program::Terminal;
use crate::samples::{choose, compare, credential_text, item, mutual, transfer};

/// The longest that a test waits for something to appear before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A person who reads the screen and types.
struct Person {
    keyboard: File,
    screen: mpsc::UnboundedReceiver<String>,
    seen: String,
    program: Child,
    _home: Terminal,
}

impl Person {
    async fn watching(provider: &FakeProvider, args: &[&str]) -> Self {
        Self::at(Terminal::enrolled(provider).await, args).await
    }

    async fn at(terminal: Terminal, args: &[&str]) -> Self {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let line = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let mut command = terminal.command(&[&["watch"], args].concat());
        command
            .stdin(line.try_clone().unwrap())
            .stdout(line.try_clone().unwrap())
            .stderr(line);
        let program = command.spawn().unwrap();
        let keyboard = File::from(master);
        let screen = read_on(keyboard.try_clone().unwrap());
        let mut person = Self {
            keyboard,
            screen,
            seen: String::new(),
            program,
            _home: terminal,
        };
        person.sees("Waiting for requests").await;
        person
    }

    /// Waits until `text` is on the screen, and forgets everything up to it.
    async fn sees(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            let piece = tokio::time::timeout(PATIENCE, self.screen.recv()).await;
            match piece {
                Ok(Some(piece)) => self.seen.push_str(&piece),
                _ => panic!("{text:?} does not appear after {:?}", self.seen),
            }
        }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.keyboard, "{line}").unwrap();
    }

    async fn leaves(mut self) -> Option<i32> {
        self.program.wait().await.unwrap().code()
    }
}

/// Reads a terminal on a thread of its own until it is closed.
fn read_on(mut terminal: File) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut piece = [0; 1024];
        while let Ok(length @ 1..) = terminal.read(&mut piece) {
            if sender
                .send(String::from_utf8_lossy(&piece[..length]).into_owned())
                .is_err()
            {
                return;
            }
        }
    });
    receiver
}

fn answers(provider: &FakeProvider) -> Vec<(Decision, Option<String>, Option<String>)> {
    let claims = |memory: &mut crate::fake_provider::Memory| {
        let sent = memory.decisions.iter().map(|(_, claims)| claims.clone());
        sent.map(|claims| (claims.decision, claims.code, claims.reason))
            .collect()
    };
    provider.with(claims)
}

#[tokio::test]
async fn a_person_compares_the_code_and_approves() {
    let provider = FakeProvider::start().await;
    let mut person = Person::watching(&provider, &["--once"]).await;
    provider.arrive(&compare(1, "471147"));
    let shown = person.sees("Does the other screen show 471147").await;
    assert!(shown.contains("Order 4711"), "{shown}");
    person.sees("[l]ater: ").await;
    person.types("perhaps");
    person.sees("[l]ater: ").await;
    person.types("y");
    person.sees("Sign-in for Demo shop: approved.").await;
    assert_eq!(person.leaves().await, Some(0));
    assert_eq!(answers(&provider), [(Decision::Approved, None, None)]);
}

#[tokio::test]
async fn a_person_compares_and_lets_a_part_of_an_identity_go() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::new();
    let credential = credential_text("tok_1", &provider.host());
    terminal.ok(&["enroll", "--credential", &credential]).await;
    let mut person = Person::at(terminal, &["--once"]).await;
    provider.arrive(&mutual(1, "tok_1"));
    let shown = person.sees("Does the other screen show 482913").await;
    assert!(
        shown.contains("Will not get date of birth, nationality, trust level"),
        "{shown}"
    );
    person.sees("[l]ater: ").await;
    person.types("p");
    person
        .sees("2 identity:age_over_18. Type numbers, such as 1,2: ")
        .await;
    person.types("2");
    person.sees("Mutual sign-in for Demo shop: approved.").await;
    assert_eq!(person.leaves().await, Some(0));
    let granted = provider.with(|memory| memory.x1280.verifications.remove(0).granted_scopes);
    assert_eq!(granted.unwrap(), ["identity:age_over_18"]);
}

#[tokio::test]
async fn a_person_types_and_picks_codes_and_reports() {
    let provider = FakeProvider::start().await;
    let mut person = Person::watching(&provider, &[]).await;
    provider.arrive(&transfer(1));
    person.sees("[l]ater: ").await;
    person.types("y");
    person.sees("Type the six digits").await;
    person.types("12345");
    person.sees("error:").await;
    person.sees("[l]ater: ").await;
    person.types("y");
    person.sees("Type the six digits").await;
    person.types("123456");
    person.sees("approved.").await;
    provider.arrive(&choose(2, ["11", "22", "33"]));
    person.sees("[l]ater: ").await;
    person.types("y");
    person.sees("Which code").await;
    person.types("22");
    person.sees("approved.").await;
    provider.arrive(&item(3));
    person.sees("[l]ater: ").await;
    person.types("r");
    person.sees("denied.").await;
    let expected = [
        (Decision::Approved, Some("123456".to_owned()), None),
        (Decision::Approved, Some("22".to_owned()), None),
        (Decision::Denied, None, Some("not_me".to_owned())),
    ];
    assert_eq!(answers(&provider), expected);
}

#[tokio::test]
async fn a_yes_that_was_meant_for_a_vanished_request_does_not_answer_the_next() {
    let provider = FakeProvider::start().await;
    let mut person = Person::watching(&provider, &[]).await;
    provider.arrive(&item(1));
    person.sees("[l]ater: ").await;
    provider.arrive(&item(2));
    person.sees("Another request has arrived").await;
    person.sees("[l]ater: ").await;
    provider.settle(item(1).id, ApprovalStatus::Expired);
    person.sees("is settled: expired.").await;
    person.sees("Press Enter to go on.").await;
    provider.arrive(&item(3));
    person.sees("Another request has arrived").await;
    person.sees("Press Enter to go on.").await;
    person.types("y");
    person.sees("[l]ater: ").await;
    assert!(answers(&provider).is_empty());
    person.types("n");
    person.sees("denied.").await;
    assert_eq!(answers(&provider), [(Decision::Denied, None, None)]);
}

//! Personal data, consents and receipts, with the program as an operator runs it.

use countersign_core::application::ApplicationType;
use countersign_core::application::add::{self, NewApplication};
use countersign_core::approval::open::Origin;
use countersign_core::client::Endpoint;
use countersign_core::consent::{ask, status};
use countersign_core::id::ConsentId;
use countersign_core::keys::KeyPurpose;
use countersign_core::oidc::{bearer, token};
use countersign_jose::KeyType;
use countersign_testkit::World;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const EMAIL: &str = "ada.lovelace@analytical.example";

/// A provider's world whose directory the program can open.
pub(crate) struct Operator {
    pub(crate) world: World,
}

impl Operator {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let operator = Self { world };
        operator.file("countersign.toml", "public_url = \"https://idp.example\"\n");
        let key = operator.file("sealing.key", &format!("{}\n", "07".repeat(32)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        drop(key);
        operator
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.world.directory().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.env_clear().args(args);
        command.env("COUNTERSIGN_DATA", self.world.directory());
        command
    }

    /// Exit code, standard output, standard error; `input` is typed.
    pub(crate) fn run(&self, args: &[&str], input: &str) -> (i32, String, String) {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(args, "");
        assert_eq!(code, 0, "{args:?}: {stderr}");
        stdout
    }

    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--json"]].concat())).unwrap()
    }

    #[track_caller]
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> String {
        let (exit, stdout, stderr) = self.run(args, "");
        assert_eq!(exit, code, "{args:?}: {stdout}{stderr}");
        stderr
    }

    /// Asks a person of this world for their mail address, lets the phone approve, and answers the receipt.
    async fn receipt(&self) -> String {
        let provider = &self.world.provider;
        let (user, phone) = self.world.person("bob@OnesID1").await;
        let device = self.world.device(KeyType::P256).await;
        let application = NewApplication {
            hostname: Some("rp.example".to_owned()),
            client_id: Some(device.client_id.clone()),
            ..NewApplication::new("Engine shop", ApplicationType::Server)
        };
        add::add(provider, application, "cli").await.unwrap();
        let caller = device.authenticated(provider, Endpoint::Token).await.unwrap();
        let token = token::client_credentials(provider, caller, None).await.unwrap();
        let bearer = bearer::authenticate(provider, &token.access_token).await.unwrap();
        let request = json!({
            "subject": user.id, "resource": "https://rp.example", "content": [{ "name": "email" }], "reason": "Post",
        });
        let request = serde_json::from_value(request).unwrap();
        let device = bearer.device().unwrap();
        let asked = ask::ask(provider, device, request, Origin::default())
            .await
            .unwrap();
        let item = phone.approvals(provider).await.unwrap().remove(0);
        phone
            .decide(provider, &item, "approved", &json!({}))
            .await
            .unwrap();
        let answer = status::status(provider, device, ConsentId(asked.id))
            .await
            .unwrap();
        answer.receipt.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_written_shown_and_removed_and_stands_in_no_log() {
    let operator = Operator::new().await;
    operator.ok(&["user", "add", "ada@OnesID1"]);
    let email = format!("email={EMAIL}");
    let written = operator.ok(&[
        "user",
        "data",
        "set",
        "ada@OnesID1",
        &email,
        "dateOfBirth=1815-12-10",
    ]);
    assert_eq!(written, "Written: email, dateOfBirth.\n");
    let typed = "firstName=Ada\n\nfullName=Ada = Lovelace\n";
    let (code, _, stderr) = operator.run(&["user", "data", "set", "ada@OnesID1", "-"], typed);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        operator.json(&["user", "data", "show", "ada@OnesID1"]),
        json!({ "email": EMAIL, "dateOfBirth": "1815-12-10", "firstName": "Ada", "fullName": "Ada = Lovelace" })
    );
    assert!(
        operator
            .ok(&["user", "data", "show", "ada@OnesID1"])
            .contains(EMAIL)
    );
    let removed = operator.ok(&["user", "data", "remove", "ada@OnesID1", "email", "lastName"]);
    assert_eq!(removed, "Removed: email.\n");
    assert_eq!(
        operator
            .json(&["user", "data", "show", "ada@OnesID1"])
            .get("email"),
        None
    );
    let log = operator.ok(&["audit", "list", "--action", "user.", "--json"]);
    for action in ["user.set_data", "user.show_data", "user.remove_data"] {
        assert!(log.contains(action), "{log}");
    }
    assert!(!log.contains(EMAIL) && !log.contains("Lovelace"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_personal_data_is_refused_without_being_repeated() {
    let operator = Operator::new().await;
    operator.ok(&["user", "add", "ada@OnesID1"]);
    for (code, value) in [
        (2, "address=secret"),
        (2, "secret"),
        (1, "dateOfBirth=secret"),
        (1, "email="),
    ] {
        let stderr = operator.fails(code, &["user", "data", "set", "ada@OnesID1", value]);
        assert!(!stderr.contains("secret"), "{stderr}");
    }
    operator.fails(2, &["user", "data", "remove", "ada@OnesID1", "address"]);
    operator.fails(1, &["user", "data", "show", "nobody@OnesID1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_verified_with_the_own_keys_or_a_saved_key_set() {
    let operator = Operator::new().await;
    let receipt = operator.receipt().await;
    let file = operator.file("receipt.jwt", &format!("{receipt}\n"));
    let file = file.to_str().unwrap();
    let shown = operator.ok(&["consent", "verify", file]);
    assert!(shown.starts_with("The receipt is genuine.\n"), "{shown}");
    assert!(
        shown.contains("granted   email") && shown.contains("reason    Post"),
        "{shown}"
    );
    let world = &operator.world;
    let jwks = world
        .provider
        .keys()
        .jwks(KeyPurpose::Oidc, world.now())
        .to_string();
    let jwks = operator.file("jwks.json", &jwks);
    let offline = [
        "consent",
        "verify",
        &receipt,
        "--jwks",
        jwks.to_str().unwrap(),
        "--json",
    ];
    let mut alone = operator.command(&offline);
    let output = alone.env_remove("COUNTERSIGN_DATA").output().unwrap();
    assert!(output.status.success(), "needs no data directory");
    let claims: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&claims["granted"], &claims["iss"]),
        (&json!(["email"]), &json!("https://idp.example/oidc"))
    );
    let (code, stdout, _) = operator.run(&["consent", "verify", "-"], &receipt);
    assert_eq!((code, stdout), (0, shown));
    let list = operator.json(&["consent", "list"]);
    assert_eq!(
        (&list[0]["status"], &list[0]["granted"]),
        (&json!("approved"), &json!("email"))
    );
    assert_eq!(operator.json(&["consent", "list", "--user", "bob@OnesID1"]), list);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_receipt_fails_with_a_sentence() {
    let operator = Operator::new().await;
    let receipt = operator.receipt().await;
    let changed = format!("{}AAAA", &receipt[..receipt.len() - 4]);
    let empty = operator.file("empty.json", "{\"keys\":[]}");
    let nonsense = operator.file("nonsense.json", "[");
    let (empty, nonsense) = (empty.to_str().unwrap(), nonsense.to_str().unwrap());
    for (args, says) in [
        (&["consent", "verify", changed.as_str()][..], "was changed"),
        (&["consent", "verify", "/nowhere"], "neither a receipt nor a file"),
        (&["consent", "verify", empty], "not a receipt"),
        (
            &["consent", "verify", receipt.as_str(), "--jwks", empty],
            "not in this key set",
        ),
        (
            &["consent", "verify", receipt.as_str(), "--jwks", nonsense],
            "not a key set",
        ),
        (
            &["consent", "verify", receipt.as_str(), "--jwks", "/nowhere"],
            "cannot be read",
        ),
    ] {
        let stderr = operator.fails(1, args);
        assert!(
            stderr.contains(says) && stderr.lines().count() == 1,
            "{args:?}: {stderr}"
        );
    }
}

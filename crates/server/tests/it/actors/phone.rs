//! A person's phone: `countersign-authenticator`, enrolled by an operator's invitation.

use super::programs::{self, Ran, Running, run};
use super::wire::{Caller, now, text};
use crate::support::TestServer;
use countersign_jose::PrivateKey;
use countersign_protocol::approval::DECISION_TYP;
use countersign_testkit::{Party, fresh_jti};
use serde_json::{Value, json};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// An enrolled phone.
pub(crate) struct Phone {
    caller: Caller,
    /// Its person.
    pub(crate) username: String,
    /// Its id as an authenticator.
    pub(crate) id: String,
    store: TempDir,
}

impl Phone {
    /// Adds a person and enrols their first phone.
    pub(crate) fn of_new_person(server: &TestServer, username: &str) -> Self {
        Self::of_new_person_with_role(server, username, "user")
    }

    /// The same for a person with a role.
    pub(crate) fn of_new_person_with_role(server: &TestServer, username: &str, role: &str) -> Self {
        server.command(["user", "add", username, "--role", role]);
        Self::invited(server, username)
    }

    /// Enrols a phone of a person who is known already.
    pub(crate) fn invited(server: &TestServer, username: &str) -> Self {
        let invitation = server.command(["user", "invite", username]);
        Self::enroll(server.host(), &text(&invitation, "url"))
    }

    /// Enrols with an invitation.
    pub(crate) fn enroll(host: &str, invitation: &str) -> Self {
        let store = TempDir::new().unwrap();
        let account = run(on_store(&store).args(["enroll", invitation, "--json"])).json();
        Self::of(host, store, &account)
    }

    /// Enrols with a credential, where it was issued.
    pub(crate) fn with_credential(host: &str, credential: &str) -> Self {
        let store = TempDir::new().unwrap();
        let account = run(on_store(&store).args(["enroll", "--credential", credential, "--json"])).json();
        Self::of(host, store, &account)
    }

    /// Asserts that an invitation enrols nobody.
    #[track_caller]
    pub(crate) fn refused_with(invitation: &str) {
        let store = TempDir::new().unwrap();
        assert!(
            !run(on_store(&store).args(["enroll", invitation]))
                .fails()
                .is_empty()
        );
    }

    /// A phone whose store has an account.
    pub(crate) fn of(host: &str, store: TempDir, account: &Value) -> Self {
        let client_id = text(account, "client_id");
        let pem = folder(&store)
            .join("accounts")
            .join(&client_id)
            .join("private.pem");
        let key = PrivateKey::from_pem(&std::fs::read_to_string(pem).unwrap()).unwrap();
        let algorithm = key.public().natural_algorithm();
        let caller = Caller::new(
            Party {
                client_id,
                key,
                algorithm,
            },
            host,
        );
        Self {
            caller,
            username: text(account, "username"),
            id: text(account, "id"),
            store,
        }
    }

    /// Runs the program with arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(on_store(&self.store).args(arguments))
    }

    /// Starts the program and goes on beside it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = on_store(&self.store);
        command.args(arguments);
        Running::start(command)
    }

    /// The requests that wait, as `list --json` shows them.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.run(&["list", "--json"]).json().as_array().unwrap().clone()
    }

    /// The one request that waits.
    #[track_caller]
    pub(crate) fn item(&self) -> Value {
        let list = self.list();
        assert_eq!(list.len(), 1, "{list:?}");
        list[0].clone()
    }

    /// Approves the one request that waits.
    #[track_caller]
    pub(crate) fn approve(&self) {
        self.run(&["approve", &text(&self.item(), "id")]).succeeds();
    }

    /// Denies the one request that waits.
    #[track_caller]
    pub(crate) fn deny(&self) {
        self.run(&["deny", &text(&self.item(), "id")]).succeeds();
    }

    /// A signed decision about an item, as the body of `POST {host}/approvals/{id}/decision`.
    pub(crate) fn decision(&self, item: &Value, decision: &str) -> Value {
        self.decision_with(item, decision, &json!({}))
    }

    /// The same with further claims.
    pub(crate) fn decision_with(&self, item: &Value, decision: &str, further: &Value) -> Value {
        let mut claims = json!({
            "iss": self.party.client_id, "aud": self.host, "jti": fresh_jti(), "iat": now().unix(),
            "exp": now().unix() + 60, "approval_id": item["id"], "decision": decision, "digest": item["digest"],
        });
        claims
            .as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        json!({ "decision": self.party.sign(&json!({ "typ": DECISION_TYP }), &claims) })
    }
}

impl Deref for Phone {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// `countersign-authenticator` on a store.
pub(crate) fn on_store(store: &TempDir) -> Command {
    let mut command = programs::authenticator();
    command.arg("--store").arg(folder(store));
    command
}

/// The store itself, which the program makes with a mode that keeps others out.
fn folder(store: &TempDir) -> PathBuf {
    store.path().join("store")
}

//! A service of a machine that runs: `countersign-device serve` and `countersign-device user-agent`.

use super::Machine;
use super::programs::{Running, device};
use super::wire::{Answer, client};
use serde_json::Value;

/// The program while it serves, on a port of its own. It ends with this value.
pub(crate) struct MachineService {
    _program: Running,
    address: String,
}

impl MachineService {
    /// The signing service of a machine (onesid.md §12).
    pub(crate) fn signing(machine: &Machine) -> Self {
        Self::start(machine, &["serve", "--port", "0"])
    }

    /// The user agent of a machine, whose requests this signing service signs.
    pub(crate) fn user_agent(machine: &Machine, signing: &Self) -> Self {
        let url = signing.url("/sign");
        Self::start(machine, &["user-agent", "--port", "0", "--signing-service", &url])
    }

    fn start(machine: &Machine, arguments: &[&str]) -> Self {
        let mut command = device();
        command.args(arguments).arg("--config-dir").arg(machine.folder());
        command.arg("--key-dir").arg(machine.folder());
        let mut program = Running::start(command);
        let address = program.next_line_after("listening on ");
        Self {
            _program: program,
            address,
        }
    }

    /// An address on it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(client().get(self.url(path))).await
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(client().post(self.url(path)).json(body)).await
    }
}

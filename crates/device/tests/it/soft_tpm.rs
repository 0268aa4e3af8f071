//! A TPM 2.0 in software (swtpm), with tpm2-tools to do to it what happens to real ones.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::peers;

pub(crate) struct SoftTpm {
    process: Child,
    port: u16,
    _state: TempDir,
}

impl SoftTpm {
    /// A new TPM; `None` when swtpm or tpm2-tools are not installed, which is said, and is a failure in CI.
    pub(crate) fn start() -> Option<Self> {
        if !peers::are_here(&["swtpm", "tpm2_clear"], "swtpm swtpm-tools tpm2-tools") {
            return None;
        }
        let state = tempfile::tempdir().unwrap();
        let port = two_free_ports();
        let process = Command::new("swtpm")
            .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
            .arg("--tpmstate")
            .arg(format!("dir={}", state.path().display()))
            .args(["--server", &format!("type=tcp,port={port}")])
            .args(["--ctrl", &format!("type=tcp,port={}", port + 1)])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let tpm = Self {
            process,
            port,
            _state: state,
        };
        tpm.wait_until_it_listens();
        Some(tpm)
    }

    fn wait_until_it_listens(&self) {
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port + 1)).is_ok() {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("swtpm does not listen on port {}", self.port + 1);
    }

    /// What `COUNTERSIGN_TPM_TCTI` holds.
    pub(crate) fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Runs one of the tpm2-tools, or openssl, on this TPM.
    pub(crate) fn try_tool(&self, program: &str, args: &[&str]) -> Output {
        Command::new(program)
            .args(args)
            .env("TPM2TOOLS_TCTI", self.tcti())
            .env("TPM2OPENSSL_TCTI", self.tcti())
            .output()
            .unwrap()
    }

    /// The same, which has to succeed.
    pub(crate) fn tool(&self, program: &str, args: &[&str]) {
        let output = self.try_tool(program, args);
        assert!(
            output.status.success(),
            "{program} {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Drop for SoftTpm {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The control channel has the port after that of the commands.
fn two_free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::LOCALHOST, port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two free ports beside each other");
}

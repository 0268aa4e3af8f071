//! One run of the program.

use serde_json::Value;
use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

/// The program with its arguments, in an environment without anything of ours.
pub(crate) struct Program(Command);

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Program {
    /// The program with arguments.
    pub(crate) fn new<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.env_clear().stdin(Stdio::null()).args(args);
        Self(command)
    }

    /// With an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// With one more argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = self.0.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        let code = status.code().expect("the program ends by itself");
        Ran {
            code,
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Runs it; it must succeed.
    pub(crate) fn ok(self) -> String {
        let ran = self.run();
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
    }

    /// Runs it; it must succeed and print JSON.
    pub(crate) fn json(self) -> Value {
        let stdout = self.ok();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }

    /// Runs it; it must fail with an exit code. Returns its one sentence.
    pub(crate) fn fails(self, code: i32) -> String {
        let ran = self.run();
        assert_eq!(ran.code, code, "{ran:?}");
        ran.sentence()
    }

    /// The command, to be started in another way.
    pub(crate) fn into_command(self) -> Command {
        self.0
    }
}

impl Ran {
    /// The one sentence of a failure: one line on standard error, without any colour.
    pub(crate) fn sentence(&self) -> String {
        let line = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(
            !line.contains('\n') && !line.contains('\x1b'),
            "more than a sentence: {}",
            self.stderr
        );
        line.strip_prefix("error: ")
            .unwrap_or_else(|| panic!("no error: {line}"))
            .to_owned()
    }
}

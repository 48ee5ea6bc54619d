//! The binary as a person or a script runs it.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::TestDatabase;

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// How it ended.
    pub(crate) code: Option<i32>,
    /// What was asked for.
    pub(crate) stdout: String,
    /// What went wrong.
    pub(crate) stderr: String,
}

impl Ran {
    /// The command did what it was asked for.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// The command ended with this code.
    #[track_caller]
    pub(crate) fn failed_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

/// The binary in a folder, with these variables and no others of the service.
pub(crate) fn command(folder: &Path, variables: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aumsos"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AUMSOS_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(variables.iter().map(|(name, value)| (*name, value)));
    command
}

/// Runs the binary to its end in a folder, with nothing configured but these variables.
pub(crate) fn run_in(folder: &Path, variables: &[(&'static str, String)], arguments: &[&str]) -> Ran {
    let output = command(folder, variables).args(arguments).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl TestDatabase {
    /// Runs the binary on this database to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder(), &self.variables(), arguments)
    }
}

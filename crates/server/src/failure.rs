//! Why a command could not do what it was asked for, and the exit code that says so.

use std::{io, path::PathBuf};

use aumsos_domain::{Invalid, Refusal};
use aumsos_persistence::{CopyError, IsContended, StoreError};

use crate::{
    config::{ConfigError, MasterKeyError},
    telemetry::TelemetryError,
};

/// What went wrong. Each says what to do about it, where something can be done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong; all of its problems.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no usable master key.
    #[error("the master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The store could not be opened or said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No copy was made.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Logs or traces could not be started.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The embedded database does not exist, and this command makes none.
    #[error("there is no database at {}; `aumsos serve` or `aumsos migrate up` makes one", .0.display())]
    NoDatabase(PathBuf),
    /// Steps of the schema are missing.
    #[error("the database lacks {0} of the steps of its schema: run `aumsos migrate up`, or `aumsos serve --migrate`")]
    SchemaBehind(usize),
    /// A file or an address.
    #[error("{what}: {source}")]
    Io {
        /// The file or address.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A value that the service made itself is none.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A rule of the domain does not allow a step of the service's own.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// The command refuses, and says why.
    #[error("{0}")]
    Refused(String),
    /// The command ran and found what it looks for; it has said so already.
    #[error("faults were found")]
    Found,
}

impl Failure {
    /// An error of the system with a file or an address.
    #[expect(clippy::needless_pass_by_value, reason = "what is named is mostly made on the spot")]
    pub fn io(what: impl ToString, source: io::Error) -> Self {
        Self::Io { what: what.to_string(), source }
    }

    /// 2 for what was asked in a wrong way (as for wrong arguments), 1 for everything else.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            _ => 1,
        }
    }
}

impl IsContended for Failure {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_contended())
    }
}

//! `aumsos config`: what is in force.

use std::io::Write;

use crate::{config::Config, config::Overrides, failure::Failure};

/// Show the configuration in force, and where each value came from
///
/// What is printed is TOML and can be the beginning of an aumsos.toml of your own. Secrets and passwords are masked.
/// Every setting is explained in docs/configuration.md.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    overrides: Overrides,
}

impl Show {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (_, origins) = Config::load(&self.overrides)?;
        // Whoever closed the pipe has read enough.
        let _ = write!(std::io::stdout().lock(), "{origins}");
        Ok(())
    }
}

//! `aumsos openapi`.

use super::say;
use crate::failure::Failure;

/// Print the OpenAPI document, the contract of the interface
#[derive(Debug, clap::Args)]
pub(crate) struct OpenApi {}

impl OpenApi {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "every command is run the same way")]
    pub(crate) fn run(&self) -> Result<(), Failure> {
        say(aumsos_http::openapi::document_json().trim_end());
        Ok(())
    }
}

//! `aumsos openapi`.

use super::say;
use crate::failure::Failure;

/// Print the OpenAPI document, the contract of the interface
#[derive(Debug, clap::Args)]
pub(crate) struct OpenApi {}

impl OpenApi {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        say(aumsos_http::openapi::document_json().trim_end());
        Ok(())
    }
}

//! `aumsos openapi`: the contract.

use std::io::Write;

use crate::failure::Failure;

/// Print the OpenAPI document of the interface
///
/// It is what the service answers at /openapi.json, and what is committed as openapi/openapi.json.
#[derive(Debug, clap::Args)]
pub(crate) struct Openapi;

impl Openapi {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "every command is run in the same way")]
    pub(crate) fn run(&self) -> Result<(), Failure> {
        // Whoever closed the pipe has read enough.
        let _ = std::io::stdout().lock().write_all(aumsos_http::openapi::document_json().as_bytes());
        Ok(())
    }
}

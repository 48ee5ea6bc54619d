//! The subcommands, one file each: what it takes, and what it does.

#![allow(clippy::doc_markdown, reason = "doc comments are the help that people read on a terminal")]

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod client;
pub(crate) mod config;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod openapi;
mod places;
pub(crate) mod serve;
pub(crate) mod user;

use std::{fmt::Display, io::Write};

use crate::failure::Failure;

/// Prints a line of what was asked for. Whoever closed the pipe has read enough.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Runs what a command does. Two threads carry it: requests run on threads of their own.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Failure::io("no threads", error))?.block_on(work)
}

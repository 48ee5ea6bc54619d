//! The parts of the binary `aumsos`: the command line, the configuration, the service that runs.
//!
//! Begin at [`command_line`] for what a person types, at [`running`] for what `aumsos serve` runs: the store, the
//! HTTP server of [`serve`] and the background [`workers`], started and stopped together.

pub mod command_line;
mod commands;
pub mod config;
mod demo;
pub mod failure;
pub mod mail;
mod metrics;
pub mod opening;
pub mod progress;
pub mod running;
pub mod serve;
mod signals;
pub mod telemetry;
pub mod workers;

//! The parts of the binary `aumsos` that serve every command: configuration, logs and traces, progress.

pub mod config;
pub mod progress;
pub mod telemetry;

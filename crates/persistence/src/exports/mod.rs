//! A list in whole: as CSV, NDJSON, `GeoJSON` or Parquet, streamed with flat memory however many rows go out.
//!
//! An area names the columns of its records once, in a [`Table`]; from them come the header and cells of CSV, the
//! properties of `GeoJSON` and the schema of Parquet. Rows arrive in batches (`batches`) and leave as bytes
//! ([`encode`]), which are made on the threads for blocking work.

mod batches;
mod csv;
mod encode;
mod format;
mod json;
mod parquet;
mod plain;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use batches::batches;
pub use encode::encode;
pub use format::ExportFormat;
pub use table::{Column, Point, Table, UnknownColumn, Value};

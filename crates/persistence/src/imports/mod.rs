//! Imports of spreadsheets: reading files, judging their rows against the register, keeping and applying them.

mod reading;
mod text;
mod workbook;

pub use reading::{FileRefusal, ReadSheet, ReadingLimits, read_file};

#[cfg(test)]
mod tests;

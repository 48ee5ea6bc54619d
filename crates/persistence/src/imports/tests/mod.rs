//! Files as people and attackers send them, read and judged against an empty register.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod truth;
pub(super) mod workbooks;

use chrono::NaiveDate;

use aumsos_domain::imports::Mapping;

use super::{FileRefusal, ReadSheet, ReadingLimits, read_file};

pub(super) const DIRECTORY_CSV: &[u8] = include_bytes!("../../../../../tests/data/direktori-aumsos.csv");
pub(super) const DIRECTORY_XLSX: &[u8] = include_bytes!("../../../../../tests/data/direktori-aumsos.xlsx");

pub(super) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

pub(super) fn read(bytes: &[u8]) -> Result<ReadSheet, FileRefusal> {
    read_file(bytes, &Mapping::default(), today(), &ReadingLimits::default())
}

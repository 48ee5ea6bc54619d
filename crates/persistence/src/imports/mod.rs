//! Imports of spreadsheets: reading files, judging their rows against the register, keeping and applying them.

mod applying;
pub(crate) mod entity;
mod export;
mod forgetting;
mod judged;
mod judging;
mod keeping;
mod kept;
mod reading;
mod text;
mod workbook;

pub use applying::Applied;
pub use export::import_row_table;
pub use forgetting::CONTENTS_KEPT_FOR;
pub use judging::{DryRun, ImportWish};
pub use keeping::{ApplyPlan, ImportError, ImportSight};
pub use kept::JudgedRow;
pub(crate) use kept::at as sealed_place;
pub use reading::{FileRefusal, ReadSheet, ReadingLimits, read_file};

#[cfg(test)]
mod tests;

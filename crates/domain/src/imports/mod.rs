//! Imports: what people write in spreadsheets of institutions, and what the register makes of it.
//!
//! [`Header`] finds the columns, [`RowReader`] understands the rows, [`judge()`] says what becomes of each. All of it is
//! made of rules about how people write, none of one file. Reading files, and writing what was judged, is not here.

pub mod cell;
pub mod dates;
pub mod entry;
pub mod field;
pub mod files;
pub mod grades;
pub mod header;
pub mod import;
pub mod judge;
pub mod kinds;
pub mod likeness;
pub mod numbers;
pub mod phones;
pub mod positions;
mod reading;
pub mod remark;
pub mod row;
#[cfg(test)]
mod tests;

pub use crate::institutions::duplicates::{Likeness, Traits};
pub use cell::{Cell, cell_name, column_letters, column_of_letters};
pub use dates::{ShortYears, read_date, read_day};
pub use entry::{Entry, Figures, Head};
pub use field::ImportField;
pub use grades::read_grade;
pub use header::{HEADER_WITHIN, Header, Mapping};
pub use import::{Decision, DecisionKind, Import, ImportStatus, MappedColumn};
pub use judge::{Alike, Candidate, ImportSummary, KnownInstitution, RowOutcome, Twin, Verdict, judge};
pub use kinds::{kind_named, operator_named};
pub use likeness::LikenessIndex;
pub use numbers::read_count;
pub use phones::read_phones;
pub use positions::{read_latitude_longitude, read_position};
pub use remark::Remark;
pub use row::{ReadRow, RowReader};

use crate::{institutions::rules, reason::Reason, text_value};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &dates::IMPORT_DATE_NOT_UNDERSTOOD,
    &dates::IMPORT_DATE_NEEDS_DAY,
    &phones::IMPORT_PHONE_NOT_UNDERSTOOD,
    &numbers::IMPORT_NUMBER_NOT_UNDERSTOOD,
    &numbers::IMPORT_NUMBER_NEGATIVE,
    &numbers::IMPORT_NUMBER_TOO_LARGE,
    &grades::IMPORT_GRADE_NOT_UNDERSTOOD,
    &kinds::IMPORT_KIND_NOT_UNDERSTOOD,
    &kinds::IMPORT_OPERATOR_NOT_UNDERSTOOD,
    &positions::IMPORT_POSITION_NOT_UNDERSTOOD,
    &positions::IMPORT_POSITION_OUTSIDE_INDONESIA,
    &header::IMPORT_HEADER_NOT_FOUND,
    &header::IMPORT_MAPPING_COLUMN_UNKNOWN,
    &header::IMPORT_MAPPING_FIELD_UNKNOWN,
    &header::IMPORT_MAPPING_FIELD_REPEATED,
    &files::IMPORT_FILE_EMPTY,
    &files::IMPORT_FILE_TOO_LARGE,
    &files::IMPORT_FORMAT_NOT_SUPPORTED,
    &files::IMPORT_FILE_DAMAGED,
    &files::IMPORT_ENCODING_BROKEN,
    &files::IMPORT_FILE_SWELLS,
    &files::IMPORT_TOO_MANY_COLUMNS,
    &files::IMPORT_TOO_MANY_ROWS,
    &files::IMPORT_CELL_TOO_LONG,
    &files::IMPORT_QUOTE_NOT_CLOSED,
    &import::IMPORT_STATUS_DOES_NOT_ALLOW,
    &import::IMPORT_ROW_WAITS_FOR_NONE,
    &import::IMPORT_SAME_AS_NOT_LIVE,
    &import::IMPORT_ROW_OUTSIDE_SCOPE,
    &remark::IMPORT_CELL_REQUIRED,
    &remark::IMPORT_CELL_IS_FORMULA,
    &remark::IMPORT_CELL_IS_ERROR,
    &remark::IMPORT_REGION_NOT_FOUND,
    &remark::IMPORT_REGION_CONTRADICTS,
    &remark::IMPORT_REGION_AMBIGUOUS,
    &remark::IMPORT_CODE_NOT_OURS,
    &remark::IMPORT_HEAD_NAME_MISSING,
];

/// The reason of a code, of those that a row can be refused for.
pub fn reason_of(code: &str) -> Option<&'static Reason> {
    let all = [REASONS, text_value::REASONS, rules::REASONS];
    all.into_iter().flatten().copied().find(|reason| reason.code == code)
}

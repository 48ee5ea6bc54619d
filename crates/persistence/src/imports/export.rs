//! The columns of the rows of an import as a file.

use std::borrow::Cow;

use aumsos_domain::{
    CodeList,
    imports::{Remark, Twin},
};
use uuid::Uuid;

use super::JudgedRow;
use crate::exports::{Column, Table, Value};

/// The table of rows: what became of each, to be laid beside the sheet.
pub fn import_row_table() -> Table<JudgedRow> {
    Table::new(|row: &JudgedRow| row.institution.unwrap_or_else(Uuid::nil), COLUMNS)
}

const COLUMNS: &[Column<JudgedRow>] = &[
    Column::new("row", Value::Whole(|row| i64::try_from(row.number).ok())),
    Column::new("outcome", Value::Text(|row| Some(Cow::Borrowed(row.outcome.code())))),
    Column::new("name", Value::Text(|row| Some(Cow::Borrowed(row.name())))),
    Column::new("institution_id", Value::Id(|row| row.institution)),
    Column::new("is_applied", Value::Flag(|row| Some(row.is_applied))),
    Column::new("possible_duplicate_of", Value::Text(twins)),
    Column::new("cells", Value::Text(|row| joined(row.problems(), |one| one.cell.as_deref().unwrap_or_default()))),
    Column::new("codes", Value::Text(|row| joined(row.problems(), |one| one.reason.code))),
    Column::new("reasons_id", Value::Text(|row| joined(row.problems(), |one| one.reason.id))),
    Column::new("reasons_en", Value::Text(|row| joined(row.problems(), |one| one.reason.en))),
    Column::new("notes", Value::Text(|row| joined(row.notes(), |one| one.reason.code))),
];

fn joined<'a>(remarks: &'a [Remark], text: impl Fn(&'a Remark) -> &'a str) -> Option<Cow<'a, str>> {
    let texts: Vec<&str> = remarks.iter().map(text).collect();
    (!texts.is_empty()).then(|| Cow::Owned(texts.join("; ")))
}

fn twins(row: &JudgedRow) -> Option<Cow<'_, str>> {
    let texts: Vec<String> = row
        .twins()
        .iter()
        .map(|twin| match twin {
            Twin::Row(number) => format!("row {number}"),
            Twin::Institution(id) => id.to_string(),
        })
        .collect();
    (!texts.is_empty()).then(|| Cow::Owned(texts.join("; ")))
}

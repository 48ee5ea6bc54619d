//! CSV (RFC 4180): UTF-8, a header row, CRLF. Text that a spreadsheet would run as a formula is defused.

use std::io::Write;

use uuid::fmt::Hyphenated;

use super::{
    encode::Encoder,
    plain::{push_day, push_time, push_whole},
    table::{Table, Value},
};
use crate::StoreError;

/// Whether a spreadsheet may take text that begins so for a formula, or hide it behind one.
const fn begins_formula(first: u8) -> bool {
    matches!(first, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')
}

pub(super) struct Csv<T> {
    pub(super) table: Table<T>,
}

impl<T> Encoder<T> for Csv<T> {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        for (at, column) in self.table.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            push_text(out, column.name);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn rows(&mut self, rows: &[T], out: &mut Vec<u8>) -> Result<(), StoreError> {
        for row in rows {
            for (at, column) in self.table.columns.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_cell(out, &column.value, row);
            }
            out.extend_from_slice(b"\r\n");
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }
}

fn push_cell<T>(out: &mut Vec<u8>, value: &Value<T>, row: &T) {
    match value {
        Value::Id(get) => {
            if let Some(id) = get(row) {
                let mut text = [0; Hyphenated::LENGTH];
                out.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
            }
        }
        Value::Text(get) => {
            if let Some(text) = get(row) {
                push_text(out, &text);
            }
        }
        Value::Whole(get) => {
            if let Some(number) = get(row) {
                push_whole(out, number);
            }
        }
        Value::Number(get) => {
            if let Some(number) = get(row).filter(|number| number.is_finite()) {
                // Writing into memory does not fail.
                let _ = write!(out, "{number}");
            }
        }
        Value::Flag(get) => {
            if let Some(flag) = get(row) {
                out.extend_from_slice(if flag { b"true" } else { b"false" });
            }
        }
        Value::Time(get) => {
            if let Some(time) = get(row) {
                push_time(out, time);
            }
        }
        Value::Day(get) => {
            if let Some(day) = get(row) {
                push_day(out, day);
            }
        }
    }
}

/// Text as a cell: an apostrophe before what looks like a formula, quotes where RFC 4180 asks for them and around
/// text that is empty, which tells it from no text.
fn push_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let is_formula = bytes.first().is_some_and(|&first| begins_formula(first));
    let is_quoted = bytes.is_empty() || bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    if is_quoted {
        out.push(b'"');
    }
    if is_formula {
        out.push(b'\'');
    }
    if is_quoted {
        for part in bytes.split_inclusive(|&byte| byte == b'"') {
            out.extend_from_slice(part);
            if part.last() == Some(&b'"') {
                out.push(b'"');
            }
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(bytes);
    }
}

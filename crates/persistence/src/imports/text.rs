//! Reading CSV: any common separator, UTF-8 with and without its mark, UTF-16, Windows-1252.

use std::{borrow::Cow, iter::Peekable, str::Bytes};

use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use aumsos_domain::imports::{
    Cell, HEADER_WITHIN, Header, Mapping,
    files::{IMPORT_ENCODING_BROKEN, IMPORT_FILE_DAMAGED, IMPORT_FORMAT_NOT_SUPPORTED, IMPORT_QUOTE_NOT_CLOSED},
};

use super::reading::{FileRefusal, RawRow, ReadSheet, ReadingLimits, read_rows};

/// What parts the cells of a row, the commonest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Line ends that a cell may hold: an address or a remark has a few, rows that were swallowed have many.
const LINE_ENDS_OF_A_CELL: u64 = 20;

pub(super) fn read(
    bytes: &[u8],
    mapping: &Mapping,
    today: NaiveDate,
    limits: &ReadingLimits,
) -> Result<ReadSheet, FileRefusal> {
    // One way to end a row, and an end to the last one too, so that rows can be counted.
    let mut text = decode(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    text.push('\n');
    let separator = separator_of(&text, mapping, limits)?;
    if let Some(line) = stray_quote(&text, separator) {
        return Err(not_closed(line));
    }
    read_rows(None, Rows::new(&text, separator, limits), mapping, today, limits)
}

/// The text of the bytes. What is no UTF-8 at all is taken for Windows-1252, of which Latin-1 is a part; what is UTF-8
/// in one place and not in another is broken.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileRefusal> {
    let (encoding, body) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (encoding_without_mark(bytes)?, bytes),
    };
    let decoded = encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or_else(|| FileRefusal::from(&IMPORT_ENCODING_BROKEN))?;
    if decoded.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}')) {
        let reason = if decoded.contains('\0') { &IMPORT_FORMAT_NOT_SUPPORTED } else { &IMPORT_ENCODING_BROKEN };
        return Err(FileRefusal::from(reason));
    }
    Ok(decoded)
}

fn encoding_without_mark(bytes: &[u8]) -> Result<&'static Encoding, FileRefusal> {
    if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        return Ok(UTF_8);
    }
    // Text of Latin letters in UTF-16 has a zero in every second byte.
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let zeros = |at: usize| start.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 4 > start.len() && even * 10 < start.len() {
        return Ok(UTF_16LE);
    }
    if even * 4 > start.len() && odd * 10 < start.len() {
        return Ok(UTF_16BE);
    }
    let is_utf8_in_part = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if is_utf8_in_part { Err(FileRefusal::from(&IMPORT_ENCODING_BROKEN)) } else { Ok(WINDOWS_1252) }
}

/// The separator under which the first rows have the best header; where none has one, that which parts most.
fn separator_of(text: &str, mapping: &Mapping, limits: &ReadingLimits) -> Result<u8, FileRefusal> {
    let mut best = (b',', (i32::MIN, 0));
    let mut refusal = None;
    for separator in SEPARATORS {
        let head: Result<Vec<RawRow>, FileRefusal> = Rows::new(text, separator, limits).take(HEADER_WITHIN).collect();
        let head = match head {
            Ok(head) => head,
            Err(refused) => {
                refusal.get_or_insert_with(|| stray_quote(text, separator).map_or(refused, not_closed));
                continue;
            }
        };
        let widest = head.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let cells: Vec<Vec<Cell>> = head.into_iter().map(|(_, cells)| cells).collect();
        let score = Header::find(&cells, mapping).map_or(0, |header| header.score);
        if (score, widest) > best.1 {
            best = (separator, (score, widest));
        }
    }
    match (best.1, refusal) {
        // Under one separator there is a sheet, and that another one makes nonsense of it is no fault of the file.
        ((1.., _), _) | (_, None) => Ok(best.0),
        (_, Some(refused)) => Err(refused),
    }
}

/// The line, from 1, of a quotation mark that opens a cell and takes in what is no part of it: the cell never ends, or
/// after very many lines, or at a mark after which more text stands, which then opens another cell.
fn stray_quote(text: &str, separator: u8) -> Option<u64> {
    let ends_a_cell = |byte: u8| byte == separator || byte == b'\n';
    let mut bytes = text.bytes().peekable();
    let (mut line, mut is_start) = (1, true);
    while let Some(byte) = bytes.next() {
        if is_start && byte == b'"' {
            let inside = line_ends_in_quotes(&mut bytes).filter(|count| *count <= LINE_ENDS_OF_A_CELL);
            let is_closed = bytes.peek().is_none_or(|next| ends_a_cell(*next));
            match inside {
                Some(count) if count == 0 || is_closed => line += count,
                _ => return Some(line),
            }
            is_start = false;
        } else {
            line += u64::from(byte == b'\n');
            is_start = ends_a_cell(byte);
        }
    }
    None
}

/// The line ends up to the quotation mark that closes a cell; nothing if there is none. Two marks are one of the text.
fn line_ends_in_quotes(bytes: &mut Peekable<Bytes<'_>>) -> Option<u64> {
    let mut count = 0;
    loop {
        match bytes.next()? {
            b'"' if bytes.next_if_eq(&b'"').is_none() => return Some(count),
            b'\n' => count += 1,
            _ => {}
        }
    }
}

fn not_closed(line: u64) -> FileRefusal {
    FileRefusal { line: Some(line), ..FileRefusal::from(&IMPORT_QUOTE_NOT_CLOSED) }
}

/// The rows of a text that have something in them, with their numbers as a spreadsheet shows them.
struct Rows<'a> {
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    limits: &'a ReadingLimits,
    /// The number of the row that was read last, from 1.
    number: u64,
    is_over: bool,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, separator: u8, limits: &'a ReadingLimits) -> Self {
        let reader =
            ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { reader, record: StringRecord::new(), limits, number: 0, is_over: false }
    }

    fn read(&mut self) -> Result<Option<RawRow>, FileRefusal> {
        loop {
            let line_before = self.reader.position().line();
            let is_there =
                self.reader.read_record(&mut self.record).map_err(|_| FileRefusal::from(&IMPORT_FILE_DAMAGED))?;
            if !is_there {
                return Ok(None);
            }
            // The reader passes blank lines over: lines that are neither the row's end nor inside its cells.
            let lines = self.reader.position().line() - line_before;
            let inside: usize = self.record.iter().map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count()).sum();
            self.number += lines.saturating_sub(inside as u64).max(1);
            let mut cells = Vec::with_capacity(self.record.len().min(self.limits.columns));
            for (column, text) in self.record.iter().enumerate() {
                if text.trim().is_empty() {
                    if column < self.limits.columns {
                        cells.push(Cell::Empty);
                    }
                    continue;
                }
                self.limits.check_column(column)?;
                self.limits.check_text(text)?;
                cells.push(Cell::Text(text.to_owned()));
            }
            if cells.iter().any(|cell| *cell != Cell::Empty) {
                return Ok(Some((self.number, cells)));
            }
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<RawRow, FileRefusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let row = self.read().transpose();
        self.is_over = !matches!(row, Some(Ok(_)));
        row
    }
}

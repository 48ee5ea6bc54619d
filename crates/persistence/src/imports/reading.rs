//! From the bytes of a file to rows that are understood, with bounded memory whatever the file holds.

use chrono::NaiveDate;

use aumsos_domain::{
    imports::{
        Cell, HEADER_WITHIN, Header, Mapping, ReadRow, RowReader,
        files::{
            IMPORT_CELL_TOO_LONG, IMPORT_FILE_EMPTY, IMPORT_FILE_TOO_LARGE, IMPORT_FORMAT_NOT_SUPPORTED,
            IMPORT_TOO_MANY_COLUMNS, IMPORT_TOO_MANY_ROWS,
        },
    },
    reason::Reason,
};

use super::{text, workbook};

/// How much of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingLimits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes that a workbook unpacks to, all its parts together.
    pub unpacked_bytes: u64,
    /// How many times larger a part of a workbook may be than it is packed.
    pub swelling: u64,
    /// Parts of a workbook.
    pub parts: usize,
    /// Columns with something in them.
    pub columns: usize,
    /// Rows with something in them.
    pub rows: usize,
    /// Characters of a cell.
    pub cell_characters: usize,
}

impl Default for ReadingLimits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            unpacked_bytes: 256 << 20,
            swelling: 200,
            parts: 1_000,
            columns: 300,
            rows: 100_000,
            cell_characters: 10_000,
        }
    }
}

/// Why a whole file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", reason.en)]
pub struct FileRefusal {
    /// Which rule.
    pub reason: &'static Reason,
    /// The entry of the mapping that is wrong, if it is one.
    pub mapping: Option<String>,
    /// The line of the file where to look, from 1, if it is one line.
    pub line: Option<u64>,
}

impl From<&'static Reason> for FileRefusal {
    fn from(reason: &'static Reason) -> Self {
        Self { reason, mapping: None, line: None }
    }
}

/// A sheet, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSheet {
    /// The name of the sheet in its workbook; none for CSV.
    pub sheet: Option<String>,
    /// Its header.
    pub header: Header,
    /// Its rows of data, in their order.
    pub rows: Vec<ReadRow>,
}

/// A row that has something in it: its number in the sheet, from 1, and its cells.
pub(super) type RawRow = (u64, Vec<Cell>);

/// Reads a CSV or XLSX file; which of them it is, its bytes tell. Takes its time: call it where nobody waits.
pub fn read_file(
    bytes: &[u8],
    mapping: &Mapping,
    today: NaiveDate,
    limits: &ReadingLimits,
) -> Result<ReadSheet, FileRefusal> {
    if bytes.len() > limits.file_bytes {
        return Err(FileRefusal::from(&IMPORT_FILE_TOO_LARGE));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FileRefusal::from(&IMPORT_FILE_EMPTY));
    }
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::read(bytes, mapping, today, limits),
        // XLS and encrypted workbooks; PDF; gzip; RTF; HTML or XML under another name.
        [0xd0, 0xcf, 0x11, 0xe0, ..]
        | [b'%', b'P', b'D', b'F', ..]
        | [0x1f, 0x8b, ..]
        | [b'{', b'\\', ..]
        | [b'<', ..] => Err(FileRefusal::from(&IMPORT_FORMAT_NOT_SUPPORTED)),
        _ => text::read(bytes, mapping, today, limits),
    }
}

/// Reads the rows of a sheet one after the other; only what they say is kept.
pub(super) fn read_rows(
    sheet: Option<String>,
    rows: impl IntoIterator<Item = Result<RawRow, FileRefusal>>,
    mapping: &Mapping,
    today: NaiveDate,
    limits: &ReadingLimits,
) -> Result<ReadSheet, FileRefusal> {
    let mut rows = rows.into_iter();
    let head: Vec<RawRow> = rows.by_ref().take(HEADER_WITHIN).collect::<Result<_, _>>()?;
    let header = header_of(&head, mapping)?;
    let reader = RowReader::new(&header, today);
    let mut read: Vec<ReadRow> =
        head.iter().skip(header.data_from).filter_map(|(number, cells)| reader.read(*number, cells)).collect();
    let mut count = head.len();
    for row in rows {
        let (number, cells) = row?;
        count += 1;
        if count > limits.rows {
            return Err(FileRefusal::from(&IMPORT_TOO_MANY_ROWS));
        }
        read.extend(reader.read(number, &cells));
    }
    Ok(ReadSheet { sheet, header, rows: read })
}

/// The header in the first rows of a sheet.
pub(super) fn header_of(head: &[RawRow], mapping: &Mapping) -> Result<Header, FileRefusal> {
    let cells: Vec<Vec<Cell>> = head.iter().map(|(_, cells)| cells.clone()).collect();
    Header::find(&cells, mapping).map_err(|(mapping, reason)| FileRefusal { mapping, ..FileRefusal::from(reason) })
}

impl ReadingLimits {
    /// Holds a column of a cell that has something in it to the limit.
    pub(super) fn check_column(&self, column: usize) -> Result<(), FileRefusal> {
        if column < self.columns { Ok(()) } else { Err(FileRefusal::from(&IMPORT_TOO_MANY_COLUMNS)) }
    }

    /// Holds the text of a cell to the limit.
    pub(super) fn check_text(&self, text: &str) -> Result<(), FileRefusal> {
        // No text has more characters than bytes.
        if text.len() <= self.cell_characters || text.chars().count() <= self.cell_characters {
            Ok(())
        } else {
            Err(FileRefusal::from(&IMPORT_CELL_TOO_LONG))
        }
    }
}

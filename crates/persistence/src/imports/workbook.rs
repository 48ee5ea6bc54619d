//! Reading XLSX: the directory of the archive is looked at and every part unpacked into nothing before anything is
//! trusted; then one sheet is read cell by cell.

use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader};
use chrono::{Days, NaiveDate};
use zip::ZipArchive;

use aumsos_domain::imports::{
    Cell, HEADER_WITHIN, Mapping,
    files::{IMPORT_FILE_DAMAGED, IMPORT_FILE_SWELLS, IMPORT_FORMAT_NOT_SUPPORTED},
    header::IMPORT_HEADER_NOT_FOUND,
};

use super::reading::{FileRefusal, RawRow, ReadSheet, ReadingLimits, header_of, read_rows};

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Smaller parts may be packed as well as they like.
const SMALL_PART: u64 = 1 << 20;

pub(super) fn read(
    bytes: &[u8],
    mapping: &Mapping,
    today: NaiveDate,
    limits: &ReadingLimits,
) -> Result<ReadSheet, FileRefusal> {
    check_archive(bytes, limits)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let sheet = best_sheet(&mut workbook, mapping, limits)?;
    let cells = workbook.worksheet_cells_reader(&sheet).map_err(|_| damaged())?;
    read_rows(Some(sheet), Rows::new(cells, limits), mapping, today, limits)
}

fn damaged() -> FileRefusal {
    FileRefusal::from(&IMPORT_FILE_DAMAGED)
}

/// Refuses an archive that holds more than a workbook would: by what its directory says, and by what its parts truly
/// unpack to, for a directory can say anything.
fn check_archive(bytes: &[u8], limits: &ReadingLimits) -> Result<(), FileRefusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > limits.parts {
        return Err(FileRefusal::from(&IMPORT_FILE_SWELLS));
    }
    let (mut left, mut is_workbook) = (limits.unpacked_bytes, false);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let most = match part.compressed_size().saturating_mul(limits.swelling) {
            most if most < SMALL_PART => SMALL_PART,
            most => most,
        };
        let most = most.min(left);
        if part.size() > most {
            return Err(FileRefusal::from(&IMPORT_FILE_SWELLS));
        }
        is_workbook |= part.name().is_ok_and(|name| name == "xl/workbook.xml");
        let unpacked = io::copy(&mut part.take(most + 1), &mut io::sink()).map_err(|_| damaged())?;
        if unpacked > most {
            return Err(FileRefusal::from(&IMPORT_FILE_SWELLS));
        }
        left -= unpacked;
    }
    if is_workbook { Ok(()) } else { Err(FileRefusal::from(&IMPORT_FORMAT_NOT_SUPPORTED)) }
}

/// The sheet with the best header.
fn best_sheet(workbook: &mut Workbook<'_>, mapping: &Mapping, limits: &ReadingLimits) -> Result<String, FileRefusal> {
    let mut best: Option<(i32, String)> = None;
    let mut refusal = None;
    for sheet in workbook.sheet_names() {
        let Ok(cells) = workbook.worksheet_cells_reader(&sheet) else { continue };
        let head: Result<Vec<RawRow>, FileRefusal> = Rows::new(cells, limits).take(HEADER_WITHIN).collect();
        match head.and_then(|head| header_of(&head, mapping)) {
            Ok(header) if best.as_ref().is_none_or(|(score, _)| header.score > *score) => {
                best = Some((header.score, sheet));
            }
            Ok(_) => {}
            // What is wrong with a sheet that has a header says more than that another has none.
            Err(refused) if refused.reason.code != IMPORT_HEADER_NOT_FOUND.code => {
                refusal.get_or_insert(refused);
            }
            Err(_) => {}
        }
    }
    match (best, refusal) {
        (Some((_, sheet)), _) => Ok(sheet),
        (None, Some(refused)) => Err(refused),
        (None, None) => Err(FileRefusal::from(&IMPORT_HEADER_NOT_FOUND)),
    }
}

/// The rows of a sheet that have something in them, as the file has them one after the other.
struct Rows<'a, R: io::Read + io::Seek> {
    cells: XlsxCellReader<'a, R>,
    limits: &'a ReadingLimits,
    /// The first cell of the next row, which ended the one before.
    ahead: Option<(u32, usize, Cell)>,
    last: Option<u32>,
    /// No cell is left: the reader must not be asked again.
    is_read: bool,
    is_over: bool,
}

impl<'a, R: io::Read + io::Seek> Rows<'a, R> {
    fn new(cells: XlsxCellReader<'a, R>, limits: &'a ReadingLimits) -> Self {
        Self { cells, limits, ahead: None, last: None, is_read: false, is_over: false }
    }

    fn next_cell(&mut self) -> Result<Option<(u32, usize, Cell)>, FileRefusal> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        if self.is_read {
            return Ok(None);
        }
        while let Some(record) = self.cells.next_cell_with_formula_metadata().map_err(|_| damaged())? {
            let Some(value) = value_of(&record.value, self.limits)? else { continue };
            let (row, column) = record.pos;
            let column = usize::try_from(column).map_err(|_| damaged())?;
            self.limits.check_column(column)?;
            let cell = if record.formula.is_some() { Cell::Formula(Box::new(value)) } else { value };
            return Ok(Some((row, column, cell)));
        }
        self.is_read = true;
        Ok(None)
    }

    fn read(&mut self) -> Result<Option<RawRow>, FileRefusal> {
        let Some((row, column, cell)) = self.next_cell()? else { return Ok(None) };
        // Rows stand in their order; a file in which they do not was made to confuse.
        if self.last.is_some_and(|last| row <= last) {
            return Err(damaged());
        }
        self.last = Some(row);
        let mut cells = Vec::new();
        put(&mut cells, column, cell);
        while let Some((next, column, cell)) = self.next_cell()? {
            if next != row {
                self.ahead = Some((next, column, cell));
                break;
            }
            put(&mut cells, column, cell);
        }
        Ok(Some((u64::from(row) + 1, cells)))
    }
}

fn put(cells: &mut Vec<Cell>, column: usize, cell: Cell) {
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    if let Some(place) = cells.get_mut(column) {
        *place = cell;
    }
}

impl<R: io::Read + io::Seek> Iterator for Rows<'_, R> {
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

/// What a cell says; none for an empty one.
fn value_of(value: &DataRef<'_>, limits: &ReadingLimits) -> Result<Option<Cell>, FileRefusal> {
    let text = |text: &str| -> Result<Option<Cell>, FileRefusal> {
        limits.check_text(text)?;
        Ok((!text.trim().is_empty()).then(|| Cell::Text(text.to_owned())))
    };
    #[expect(clippy::cast_precision_loss, reason = "whole numbers in sheets are counts and phone numbers")]
    Ok(match value {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::String(written) => text(written)?,
        DataRef::SharedString(written) => text(written)?,
        DataRef::DateTimeIso(written) | DataRef::DurationIso(written) => text(written)?,
        DataRef::Bool(is_true) => Some(Cell::Text(is_true.to_string())),
        DataRef::Error(_) => Some(Cell::Error),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let is_time = moment.as_f64() < 1.0 || moment.is_duration();
            let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
            match day {
                _ if is_time => Some(Cell::Number(moment.as_f64())),
                Some(day) => Some(Cell::Day(day)),
                // The 29 February 1900 that spreadsheets believe in.
                None => Some(NaiveDate::from_ymd_opt(1900, 2, 28).and_then(|day| day.checked_add_days(Days::new(1))))
                    .flatten()
                    .map(Cell::Day),
            }
        }
    })
}

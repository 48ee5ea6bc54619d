//! Which rows are data; the rest of a sheet is titles, totals, notes and signatures.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Cell, Entry, Header, ImportField, Remark, reading::read_row};

/// A row of data, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRow {
    /// Its number as spreadsheets show it, from 1.
    pub number: u64,
    /// The name as it is written, for whoever looks the import over.
    pub name: String,
    /// What it says, or all that is wrong with it. Shared by those who read and who keep it: sheets are large.
    pub said: Result<Arc<Entry>, Vec<Remark>>,
    /// What was left out of it, and why.
    pub notes: Vec<Remark>,
}

/// Reads the rows of a sheet under its header. What is no row of data is passed over: blank rows, totals, headers said
/// again, section titles, notes and signatures.
#[derive(Debug)]
pub struct RowReader<'a> {
    header: &'a Header,
    today: NaiveDate,
}

impl<'a> RowReader<'a> {
    /// A reader of the rows under a header, on a day.
    pub const fn new(header: &'a Header, today: NaiveDate) -> Self {
        Self { header, today }
    }

    /// Reads a row; none if it is no row of data. `number` is that of the row in the sheet, from 1.
    pub fn read(&self, number: u64, cells: &[Cell]) -> Option<ReadRow> {
        self.is_data(cells).then(|| read_row(self.header, self.today, number, cells))
    }

    fn is_data(&self, cells: &[Cell]) -> bool {
        const IDENTITY: [ImportField; 12] = [
            ImportField::Name,
            ImportField::Kind,
            ImportField::Operator,
            ImportField::Address,
            ImportField::Village,
            ImportField::District,
            ImportField::Regency,
            ImportField::Province,
            ImportField::Phone,
            ImportField::Email,
            ImportField::Founded,
            ImportField::Code,
        ];
        let filled: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_blank()).collect();
        if filled.len() < 2 || self.header.is_repeated_by(cells) || counts_columns(&filled) {
            return false;
        }
        let of = |field| self.header.column(field).and_then(|at| cells.get(at));
        let says = |field: &ImportField| of(*field).is_some_and(|cell| !cell.is_blank());
        let identity = IDENTITY.iter().filter(|field| says(field)).count();
        let is_total = [of(ImportField::Name), of(ImportField::RowNumber), filled.first().copied()]
            .into_iter()
            .flatten()
            .any(|cell| is_total(&cell.text()));
        if is_total && identity < 4 {
            return false;
        }
        let is_numbered = of(ImportField::RowNumber)
            .is_some_and(|cell| cell.text().trim_end_matches('.').parse::<u32>().is_ok() && !cell.is_blank());
        identity >= 2 || is_numbered && identity > 0
    }
}

/// Whether a row under the header only numbers the columns: 1, 2, 3, … or (1), (2), (3), …
fn counts_columns(filled: &[&Cell]) -> bool {
    let number = |cell: &&Cell| cell.text().trim_matches(['(', ')', ' ']).parse::<usize>().ok();
    filled.len() > 2 && filled.iter().enumerate().all(|(at, cell)| number(cell) == Some(at + 1))
}

fn is_total(text: &str) -> bool {
    let plain = crate::spelling::plain(text);
    ["jumlah", "total", "sub total", "subtotal", "grand total", "jml", "rekap", "rekapitulasi", "rata rata"]
        .iter()
        .any(|word| plain == *word || plain.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')))
}

//! A cell of a sheet, as the file gives it, before anybody understands it.

use chrono::NaiveDate;

use crate::spelling;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text as somebody wrote it; every cell of a CSV file.
    Text(String),
    /// A number that the spreadsheet keeps as one.
    Number(f64),
    /// A date that the spreadsheet keeps as one.
    Day(NaiveDate),
    /// The result of a formula.
    Formula(Box<Cell>),
    /// What a formula gives that failed: `#REF!`, `#N/A`.
    Error,
}

impl Cell {
    /// What it says, without the formula that may be behind it.
    pub fn value(&self) -> &Self {
        match self {
            Self::Formula(result) => result.value(),
            cell => cell,
        }
    }

    /// The text it shows, trimmed; empty for an empty cell. A number is shown without an exponent, so that a phone
    /// number that the spreadsheet took for a number keeps its digits.
    pub fn text(&self) -> String {
        match self.value() {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
            _ => String::new(),
        }
    }

    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        match self.value() {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it says in words that nothing is known: a dash, "tidak diketahui", `n/a`.
    pub fn says_nothing(&self) -> bool {
        match self.value() {
            Self::Empty | Self::Error => true,
            Self::Text(text) => is_nothing(text),
            _ => false,
        }
    }

    /// Whether a spreadsheet that opens the text would run it: a formula, or text that begins like one
    /// (OWASP, "CSV injection"). A number with its sign is none.
    pub fn is_active(&self) -> bool {
        match self {
            Self::Formula(_) => true,
            Self::Text(text) => {
                let text = text.trim_start();
                match text.chars().next() {
                    Some('=' | '@') => true,
                    Some('+' | '-') => text.chars().any(|c| c.is_alphabetic() || matches!(c, '(' | '*' | '|' | '!')),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// Whether text stands for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let plain = spelling::plain(text);
    plain.is_empty()
        || matches!(
            plain.as_str(),
            "n a"
                | "na"
                | "null"
                | "none"
                | "unknown"
                | "tidak diketahui"
                | "tdk diketahui"
                | "belum diketahui"
                | "tidak ada"
                | "tdk ada"
                | "belum ada"
                | "blm ada"
                | "kosong"
                | "nihil"
        )
}

/// The letters of a column, the first being 0: `A`, `Z`, `AA`.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        match rest / 26 {
            0 => break,
            more => rest = more - 1,
        }
    }
    letters.iter().rev().collect()
}

/// The column of its letters, the first being 0.
pub fn column_of_letters(letters: &str) -> Option<usize> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let number =
        letters.bytes().fold(0, |number, byte| number * 26 + usize::from(byte.to_ascii_uppercase() - b'A' + 1));
    Some(number - 1)
}

/// The name of a cell as spreadsheets show it: `Q52`. The first column is 0, the first row 1.
pub fn cell_name(column: usize, row: u64) -> String {
    format!("{}{row}", column_letters(column))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_have_the_letters_of_spreadsheets() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), letters);
            assert_eq!(column_of_letters(letters), Some(column));
        }
        assert_eq!(cell_name(28, 344), "AC344");
        assert_eq!(column_of_letters("nama"), None);
        assert_eq!(column_of_letters("A1"), None);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_told_from_what_people_write() {
        for active in ["=1+1", "@SUM(1+1)", "+cmd|'/C calc'!A0", "-2+3*SUM(A1)", " =HYPERLINK(\"x\")"] {
            assert!(Cell::Text(active.to_owned()).is_active(), "{active}");
        }
        for still in ["+62 813-4293-3464", "-", "-7.15, 109.7", "'Aisyiyah", "panti@contoh.or.id", "12"] {
            assert!(!Cell::Text(still.to_owned()).is_active(), "{still}");
        }
        assert!(Cell::Formula(Box::new(Cell::Text("Panti".to_owned()))).is_active());
    }

    #[test]
    fn a_number_keeps_its_digits() {
        assert_eq!(Cell::Number(6_281_342_933_464.0).text(), "6281342933464");
        assert_eq!(Cell::Number(84.0).text(), "84");
    }

    proptest! {
        #[test]
        fn letters_and_columns_are_one(column in 0_usize..18_278) {
            prop_assert_eq!(column_of_letters(&column_letters(column)), Some(column));
        }
    }
}

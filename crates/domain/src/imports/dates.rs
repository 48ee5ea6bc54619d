//! Dates in the ways people write them.

use chrono::{Datelike, Days, NaiveDate};

use super::{Cell, cell::is_nothing};
use crate::{reason::Reason, spelling, text_value::PartialDate};

/// No date in any way that people write one.
pub const IMPORT_DATE_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_date_not_understood",
    id: "Tanggal tidak terbaca atau tidak ada di kalender; tulis misalnya 12/11/2003, 12 November 2003, atau 2003.",
    en: "The date cannot be read or is not in the calendar; write for example 12/11/2003, 12 November 2003 or 2003.",
};
/// The day matters, and only a year or a month is given.
pub const IMPORT_DATE_NEEDS_DAY: Reason = Reason {
    code: "import_date_needs_day",
    id: "Tulis tanggal lengkap dengan hari dan bulan.",
    en: "Write the date in full, with day and month.",
};

/// In which century a year of two digits lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortYears {
    /// Not after this year: days of founding.
    Past(i32),
    /// In this century: days until which something is valid.
    ThisCentury,
}

impl ShortYears {
    fn full(self, short: i32) -> i32 {
        match self {
            Self::Past(now) if 2000 + short > now => 1900 + short,
            _ => 2000 + short,
        }
    }
}

/// Reads a date, of which the day or the month may be missing; nothing when the cell says nothing.
///
/// Day before month, as Indonesians write; the other way round only where a month would be above 12. A bare number of
/// 1800 to 2200 is a year, any other a day as spreadsheets count them (1 is 1 January 1900).
pub fn read_date(cell: &Cell, years: ShortYears) -> Result<Option<PartialDate>, &'static Reason> {
    let text = match cell.value() {
        Cell::Day(day) => return whole(*day).map(Some),
        Cell::Number(number) => return counted(*number).map(Some),
        Cell::Text(text) => text,
        _ => return Ok(None),
    };
    if is_nothing(text) {
        return Ok(None);
    }
    written(text, years).map(Some)
}

/// Reads a day, in full.
pub fn read_day(cell: &Cell, years: ShortYears) -> Result<Option<NaiveDate>, &'static Reason> {
    let Some(date) = read_date(cell, years)? else { return Ok(None) };
    date.as_str().parse().map(Some).map_err(|_| &IMPORT_DATE_NEEDS_DAY)
}

fn whole(day: NaiveDate) -> Result<PartialDate, &'static Reason> {
    PartialDate::parse(&day.to_string()).map_err(|_| &IMPORT_DATE_NOT_UNDERSTOOD)
}

fn of_parts(year: i32, month: Option<u32>, day: Option<u32>) -> Result<PartialDate, &'static Reason> {
    let text = match (month, day) {
        (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(month), None) => format!("{year:04}-{month:02}"),
        _ => format!("{year:04}"),
    };
    PartialDate::parse(&text).map_err(|_| &IMPORT_DATE_NOT_UNDERSTOOD)
}

/// A bare number: a year, or a day as spreadsheets count them. They count a 29 February 1900 that never was.
fn counted(number: f64) -> Result<PartialDate, &'static Reason> {
    const LAST: f64 = 80_000.0;
    if !(1.0..=LAST).contains(&number) {
        return Err(&IMPORT_DATE_NOT_UNDERSTOOD);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 80,000")]
    let days = number.trunc() as u64;
    if (1800..=2200).contains(&days) {
        return of_parts(i32::try_from(days).unwrap_or(0), None, None);
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).ok_or(&IMPORT_DATE_NOT_UNDERSTOOD)?;
    let since_epoch = if days < 60 { days + 1 } else { days };
    whole(epoch.checked_add_days(Days::new(since_epoch)).ok_or(&IMPORT_DATE_NOT_UNDERSTOOD)?)
}

/// One part of a written date.
enum Part {
    Number { value: u32, digits: usize },
    Month(u32),
}

fn written(text: &str, years: ShortYears) -> Result<PartialDate, &'static Reason> {
    let parts = parts_of(text)?;
    let year = |value: u32, digits: usize| -> Result<i32, &'static Reason> {
        let value = i32::try_from(value).map_err(|_| &IMPORT_DATE_NOT_UNDERSTOOD)?;
        match digits {
            4 => Ok(value),
            1 | 2 => Ok(years.full(value)),
            _ => Err(&IMPORT_DATE_NOT_UNDERSTOOD),
        }
    };
    match parts.as_slice() {
        [Part::Number { value, digits: 4 }] => of_parts(year(*value, 4)?, None, None),
        [Part::Number { value, digits: 8 }] => eight_digits(*value),
        [Part::Number { value, digits: 5 }] => counted(f64::from(*value)),
        [Part::Month(month), Part::Number { value, digits }] | [Part::Number { value, digits }, Part::Month(month)]
            if *digits == 4 || matches!(parts.first(), Some(Part::Month(_))) =>
        {
            of_parts(year(*value, *digits)?, Some(*month), None)
        }
        [Part::Number { value: month, digits: 1 | 2 }, Part::Number { value, digits: 4 }]
        | [Part::Number { value, digits: 4 }, Part::Number { value: month, digits: 1 | 2 }] => {
            of_parts(year(*value, 4)?, Some(*month), None)
        }
        [Part::Number { value, digits: 4 }, month, Part::Number { value: day, digits: 1 | 2 }] => {
            of_parts(year(*value, 4)?, Some(number_of_month(month)), Some(*day))
        }
        [Part::Month(month), Part::Number { value: day, digits: 1 | 2 }, Part::Number { value, digits }]
        | [Part::Number { value: day, digits: 1 | 2 }, Part::Month(month), Part::Number { value, digits }] => {
            of_parts(year(*value, *digits)?, Some(*month), Some(*day))
        }
        [
            Part::Number { value: first, digits: 1 | 2 },
            Part::Number { value: second, digits: 1 | 2 },
            Part::Number { value, digits },
        ] => {
            let (day, month) = if *second > 12 { (*second, *first) } else { (*first, *second) };
            of_parts(year(*value, *digits)?, Some(month), Some(day))
        }
        _ => Err(&IMPORT_DATE_NOT_UNDERSTOOD),
    }
}

fn number_of_month(part: &Part) -> u32 {
    match part {
        Part::Month(month) => *month,
        // A number of more than two digits is no month; 13 makes the date fail.
        Part::Number { value, digits } => {
            if *digits <= 2 {
                *value
            } else {
                13
            }
        }
    }
}

/// `20031112` or `12112003`: whichever is a date of our times.
fn eight_digits(value: u32) -> Result<PartialDate, &'static Reason> {
    let (head, middle, tail) = (value / 10_000, value / 100 % 100, value % 100);
    if (1800..=2200).contains(&head) && (1..=12).contains(&middle) {
        return of_parts(i32::try_from(head).unwrap_or(0), Some(middle), Some(tail));
    }
    let (day, month, year) = (value / 1_000_000, value / 10_000 % 100, value % 10_000);
    of_parts(i32::try_from(year).unwrap_or(0), Some(month), Some(day))
}

/// Words that stand beside a date and say nothing of it.
const BESIDE: &[&str] = &[
    "senin",
    "selasa",
    "rabu",
    "kamis",
    "jumat",
    "sabtu",
    "minggu",
    "ahad",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "tahun",
    "thn",
    "th",
    "tgl",
    "tanggal",
    "sejak",
    "pada",
    "bulan",
    "bln",
    "sd",
    "sampai",
    "dengan",
    "hingga",
    "s",
    "d",
    "m",
    "year",
    "until",
    "since",
    "of",
    "the",
];

fn parts_of(text: &str) -> Result<Vec<Part>, &'static Reason> {
    let plain = spelling::plain(without_time(text.trim().trim_start_matches('\'')));
    let mut parts = Vec::new();
    for word in plain.split(' ') {
        for piece in runs(word) {
            if piece.bytes().all(|byte| byte.is_ascii_digit()) {
                let value = piece.parse().map_err(|_| &IMPORT_DATE_NOT_UNDERSTOOD)?;
                parts.push(Part::Number { value, digits: piece.len() });
            } else if let Some(month) = month_named(piece) {
                parts.push(Part::Month(month));
            } else if !BESIDE.contains(&piece) && !matches!(piece, "st" | "nd" | "rd") {
                return Err(&IMPORT_DATE_NOT_UNDERSTOOD);
            }
        }
    }
    Ok(parts)
}

/// The date of a date with a time behind it.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let before = text.get(..colon).unwrap_or(text).trim_end_matches(|c: char| c.is_ascii_digit());
    before.trim_end_matches(['T', 't', ' ', ','])
}

/// Runs of digits and runs of letters: `12Nov2003` has three.
fn runs(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        found.push(run);
        rest = behind;
    }
    found
}

/// The month of a name: Indonesian or English, in full or short, or a Roman number.
fn month_named(word: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["januari", "january", "jan", "i"],
        &["februari", "pebruari", "february", "feb", "peb", "ii"],
        &["maret", "march", "mar", "mrt", "iii"],
        &["april", "apr", "iv"],
        &["mei", "may", "v"],
        &["juni", "june", "jun", "vi"],
        &["juli", "july", "jul", "vii"],
        &["agustus", "august", "agu", "agt", "ags", "agust", "agst", "aug", "viii"],
        &["september", "sep", "sept", "ix"],
        &["oktober", "october", "okt", "oct", "x"],
        &["november", "nopember", "nov", "nop", "xi"],
        &["desember", "december", "des", "dec", "xii"],
    ];
    let at = NAMES.iter().position(|names| names.contains(&word))?;
    u32::try_from(at + 1).ok()
}

/// The year of today, by which years of two digits are told.
pub(super) fn past(today: NaiveDate) -> ShortYears {
    ShortYears::Past(today.year())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Option<String>, &'static str> {
        read_date(&Cell::Text(text.to_owned()), ShortYears::Past(2026))
            .map(|date| date.map(|date| date.to_string()))
            .map_err(|reason| reason.code)
    }

    #[test]
    fn a_day_is_read_however_it_is_written() {
        for text in [
            "12/11/2003",
            "12-11-2003",
            "12.11.2003",
            "12 11 2003",
            "12-11-03",
            "12/11/'03",
            "2003-11-12",
            "2003/11/12",
            "12 November 2003",
            "12 Nov 2003",
            "12 Nop 2003",
            "12 Nopember 2003",
            "12-Nov-03",
            "12 NOV. 2003",
            "November 12, 2003",
            "Rabu, 12 November 2003",
            "12 XI 2003",
            "12Nov2003",
            "2003-11-12 00:00:00",
            "2003-11-12T07:30:00",
            "'12/11/2003",
            "20031112",
            "12112003",
            "37937",
            " 12 / 11 / 2003 ",
            "tgl 12-11-2003",
        ] {
            assert_eq!(read(text), Ok(Some("2003-11-12".to_owned())), "{text}");
        }
        assert_eq!(read("12/25/2003"), Ok(Some("2003-12-25".to_owned())), "no month is above 12");
        assert_eq!(read("3 Agustus 1920"), Ok(Some("1920-08-03".to_owned())));
        assert_eq!(read("17 Mei 28"), Ok(Some("1928-05-17".to_owned())), "2028 has not come");
    }

    #[test]
    fn the_year_or_month_alone_is_fine() {
        assert_eq!(read("2003"), Ok(Some("2003".to_owned())));
        assert_eq!(read("tahun 1928"), Ok(Some("1928".to_owned())));
        assert_eq!(read("November 2003"), Ok(Some("2003-11".to_owned())));
        assert_eq!(read("11/2003"), Ok(Some("2003-11".to_owned())));
        assert_eq!(read_date(&Cell::Number(1987.0), ShortYears::Past(2026)).unwrap().unwrap().as_str(), "1987");
    }

    #[test]
    fn spreadsheets_count_days_from_1900() {
        let day = |number| read_date(&Cell::Number(number), ShortYears::ThisCentury).unwrap().unwrap().to_string();
        assert_eq!(day(1.0), "1900-01-01");
        assert_eq!(day(59.0), "1900-02-28");
        assert_eq!(day(61.0), "1900-03-01");
        assert_eq!(day(37_937.0), "2003-11-12");
        assert_eq!(day(45_000.75), "2023-03-15");
    }

    #[test]
    fn what_is_no_date_is_refused_and_nothing_is_nothing() {
        for wrong in
            ["31 Februari 1999", "30/02/2001", "45/13/2003", "dulu sekali", "12/11", "-5", "1/2/3/4", "99999999"]
        {
            assert_eq!(read(wrong), Err("import_date_not_understood"), "{wrong}");
        }
        for nothing in ["", " ", "-", "—", "tidak diketahui", "n/a", "?"] {
            assert_eq!(read(nothing), Ok(None), "{nothing}");
        }
        let year = Cell::Text("2022".to_owned());
        assert_eq!(read_day(&year, ShortYears::ThisCentury).unwrap_err().code, "import_date_needs_day");
    }

    const SHAPES: usize = 8;

    fn write_date(day: NaiveDate, shape: usize) -> String {
        const INDONESIAN: [&str; 12] = [
            "Januari",
            "Februari",
            "Maret",
            "April",
            "Mei",
            "Juni",
            "Juli",
            "Agustus",
            "September",
            "Oktober",
            "November",
            "Desember",
        ];
        const SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
        let (y, m, d) = (day.year(), day.month(), day.day());
        match shape {
            0 => format!("{d:02}/{m:02}/{y}"),
            1 => format!("{d}-{m}-{y}"),
            2 => format!("{y}-{m:02}-{d:02}"),
            3 => format!("{d} {} {y}", INDONESIAN[day.month0() as usize]),
            4 => format!("{d:02} {} {y}", SHORT[day.month0() as usize]),
            5 => format!("  {d}.{m}.{y} "),
            6 => format!("{d} {} {y}", INDONESIAN[day.month0() as usize].to_uppercase()),
            _ => format!("{y:04}{m:02}{d:02}"),
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_in_every_shape(days in 0_u64..45_000, shape in 0..SHAPES) {
            let day = NaiveDate::from_ymd_opt(1905, 1, 1).unwrap() + Days::new(days);
            prop_assert_eq!(read(&write_date(day, shape)), Ok(Some(day.to_string())));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}|[0-9/ .-]{0,14}") {
            let _ = read(&text);
        }
    }
}

//! Whole numbers in the ways people write them: with a unit, with dots between thousands, with blanks around.

use super::Cell;
use crate::{reason::Reason, spelling};

/// Nothing that can be counted with.
pub const IMPORT_NUMBER_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_number_not_understood",
    id: "Isi sel ini bukan bilangan; tulis angka saja, misalnya 42.",
    en: "The cell holds no whole number; write digits only, for example 42.",
};
/// Fewer than none.
pub const IMPORT_NUMBER_NEGATIVE: Reason = Reason {
    code: "import_number_negative",
    id: "Jumlah orang atau tempat tidak mungkin kurang dari nol.",
    en: "There cannot be fewer than none of people or places.",
};
/// More than any institution has.
pub const IMPORT_NUMBER_TOO_LARGE: Reason =
    Reason { code: "import_number_too_large", id: "Jumlah ini melebihi 100.000.", en: "The number is above 100,000." };

/// The most that is believed, as the schemas of capacity and census say.
const MOST: u32 = 100_000;

/// Words that stand beside a number of people or places.
const UNITS: &[&str] = &[
    "anak",
    "org",
    "orang",
    "jiwa",
    "santri",
    "lansia",
    "klien",
    "penghuni",
    "kelayan",
    "warga",
    "binaan",
    "asuh",
    "kk",
    "keluarga",
    "tempat",
    "tidur",
    "tt",
    "bed",
    "beds",
    "kamar",
    "people",
    "persons",
    "person",
    "children",
    "child",
    "residents",
    "putra",
    "putri",
    "laki",
    "perempuan",
    "petugas",
    "pengasuh",
    "pekerja",
    "sosial",
    "peksos",
    "buah",
    "sekitar",
    "kurang",
    "lebih",
    "kl",
    "kira",
    "about",
    "ca",
    "total",
    "jumlah",
    "dewasa",
];

/// Reads a number of people or places; nothing when the cell says nothing. "kosong", "nihil" and "tidak ada" are none.
pub fn read_count(cell: &Cell) -> Result<Option<u32>, &'static Reason> {
    let text = match cell.value() {
        Cell::Number(number) => return whole(*number).map(Some),
        Cell::Text(text) => text.trim().trim_start_matches('\'').trim(),
        Cell::Day(_) => return Err(&IMPORT_NUMBER_NOT_UNDERSTOOD),
        _ => return Ok(None),
    };
    let plain = spelling::plain(text);
    match plain.as_str() {
        "" | "n a" | "na" | "null" | "tidak diketahui" | "tdk diketahui" | "belum diketahui" | "unknown" => {
            return Ok(None);
        }
        "kosong" | "nihil" | "tidak ada" | "tdk ada" | "belum ada" | "blm ada" | "nol" | "none" => return Ok(Some(0)),
        _ => {}
    }
    let Some(from) = text.find(|c: char| c.is_ascii_digit()) else { return Err(&IMPORT_NUMBER_NOT_UNDERSTOOD) };
    let (before, rest) = text.split_at(from);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    if before.trim_end().ends_with(['-', '−', '–']) {
        return Err(&IMPORT_NUMBER_NEGATIVE);
    }
    if !only_units(before) || !only_units(behind) {
        return Err(&IMPORT_NUMBER_NOT_UNDERSTOOD);
    }
    whole(number_of(digits.trim_end_matches(['.', ',']))?).map(Some)
}

fn only_units(text: &str) -> bool {
    let allowed =
        |c: char| c.is_alphabetic() || c.is_whitespace() || matches!(c, '±' | '~' | '.' | ',' | '(' | ')' | ':');
    text.chars().all(allowed) && spelling::plain(text).split(' ').all(|word| word.is_empty() || UNITS.contains(&word))
}

/// Digits with dots or commas: between groups of three they part thousands, else the last of them begins a fraction.
fn number_of(digits: &str) -> Result<f64, &'static Reason> {
    let groups: Vec<&str> = digits.split(['.', ',']).collect();
    let are_thousands = groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'));
    let plain = match groups.as_slice() {
        [whole] => (*whole).to_owned(),
        _ if are_thousands => groups.concat(),
        [whole, fraction] => format!("{whole}.{fraction}"),
        _ => return Err(&IMPORT_NUMBER_NOT_UNDERSTOOD),
    };
    plain.parse().map_err(|_| &IMPORT_NUMBER_NOT_UNDERSTOOD)
}

fn whole(number: f64) -> Result<u32, &'static Reason> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(&IMPORT_NUMBER_NOT_UNDERSTOOD);
    }
    if number < 0.0 {
        return Err(&IMPORT_NUMBER_NEGATIVE);
    }
    if number > f64::from(MOST) {
        return Err(&IMPORT_NUMBER_TOO_LARGE);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 0 to 100,000")]
    let count = number as u32;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Option<u32>, &'static str> {
        read_count(&Cell::Text(text.to_owned())).map_err(|reason| reason.code)
    }

    #[test]
    fn numbers_come_with_units_and_blanks() {
        for (text, number) in [
            ("84", 84),
            (" 84 ", 84),
            ("4 anak", 4),
            ("38 org", 38),
            ("38 orang", 38),
            ("1.234", 1_234),
            ("1,234", 1_234),
            ("12,0", 12),
            ("12.0", 12),
            ("± 40", 40),
            ("sekitar 40 anak", 40),
            ("0 anak", 0),
            ("'17", 17),
            ("007", 7),
            ("25 orang (anak)", 25),
            ("30anak", 30),
            ("12.", 12),
        ] {
            assert_eq!(read(text), Ok(Some(number)), "{text}");
        }
        assert_eq!(read_count(&Cell::Number(16.0)), Ok(Some(16)));
    }

    #[test]
    fn nothing_is_not_none() {
        for text in ["", " ", "-", "—", "?", "tidak diketahui"] {
            assert_eq!(read(text), Ok(None), "{text}");
        }
        for text in ["0", "kosong", "Nihil", "tidak ada"] {
            assert_eq!(read(text), Ok(Some(0)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for wrong in ["banyak sekali", "12,5", "20-30", "5 juta", "3/4", "12 L 13 P", "=1+1", "1.2.3"] {
            assert_eq!(read(wrong), Err("import_number_not_understood"), "{wrong}");
        }
        assert_eq!(read("-5"), Err("import_number_negative"));
        assert_eq!(read("- 5 anak"), Err("import_number_negative"));
        assert_eq!(read("250000"), Err("import_number_too_large"));
        assert!(read_count(&Cell::Number(-5.0)).is_err());
        assert!(read_count(&Cell::Number(f64::NAN)).is_err());
    }

    proptest! {
        #[test]
        fn every_number_is_read_in_every_shape(number in 0_u32..=100_000, shape in 0_usize..6) {
            let thousands = if number >= 1000 { format!("{}.{:03}", number / 1000, number % 1000) } else { number.to_string() };
            let text = match shape {
                0 => number.to_string(),
                1 => format!(" {number} "),
                2 => format!("{number} anak"),
                3 => format!("{number} org"),
                4 => thousands,
                _ => format!("'{number}"),
            };
            prop_assert_eq!(read(&text), Ok(Some(number)));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}|[0-9., -]{0,12}") {
            let _ = read(&text);
        }
    }
}

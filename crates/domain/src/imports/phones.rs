//! Phone numbers in the ways people write them.

use super::{Cell, cell::is_nothing};
use crate::{
    reason::Reason,
    text_value::{PHONE_MALFORMED, Phone},
};

/// No phone number that can be called from elsewhere.
pub const IMPORT_PHONE_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_phone_not_understood",
    id: "Nomor telepon tidak terbaca; tulis lengkap dengan kode wilayah, misalnya 0274-123456 atau 0812-3456-7890.",
    en: "The phone number cannot be read; write it with its area code, for example 0274-123456 or 0812-3456-7890.",
};

/// Reads the phone numbers of a cell, each once, in their order. `0…` and `62…` are Indonesian numbers; several are
/// parted by a slash, a comma, a semicolon, a word or a line break. Fax numbers are left out. What is written as a
/// short end behind a slash (`0274-123456/57`) is another line of the same number.
pub fn read_phones(cell: &Cell) -> Result<Vec<Phone>, &'static Reason> {
    let text = cell.text();
    if is_nothing(&text) {
        return Ok(Vec::new());
    }
    let mut phones: Vec<Phone> = Vec::new();
    let (mut is_fax, mut left_out) = (false, false);
    for piece in pieces(&text) {
        let (digits, has_plus) = match piece {
            Piece::Word(word) => {
                is_fax = matches!(word.as_str(), "fax" | "faks" | "faksimile" | "facsimile");
                continue;
            }
            Piece::Number { digits, has_plus } => (digits, has_plus),
        };
        if is_fax {
            (is_fax, left_out) = (false, true);
            continue;
        }
        let phone = match phones.last() {
            Some(before) if !has_plus && digits.len() <= 3 && !digits.starts_with('0') => other_line(before, &digits)?,
            _ => in_e164(&digits, has_plus)?,
        };
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    if phones.is_empty() && !left_out {
        return Err(&IMPORT_PHONE_NOT_UNDERSTOOD);
    }
    Ok(phones)
}

enum Piece {
    Number { digits: String, has_plus: bool },
    Word(String),
}

/// Cuts a text into numbers and words. Blanks, dashes, dots and brackets stand inside a number, unless what comes
/// behind a blank begins a new one.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut digits = String::new();
    let mut has_plus = false;
    let mut word = String::new();
    let whole = text.trim_start_matches('\'');
    for (at, letter) in whole.char_indices() {
        let behind = whole.get(at + letter.len_utf8()..).unwrap_or_default();
        if letter.is_alphabetic() {
            finish_number(&mut found, &mut digits, &mut has_plus);
            word.extend(letter.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            found.push(Piece::Word(std::mem::take(&mut word)));
        }
        match letter {
            '0'..='9' => digits.push(letter),
            '+' => {
                finish_number(&mut found, &mut digits, &mut has_plus);
                has_plus = true;
            }
            '-' | '.' | '(' | ')' | '–' | '\u{a0}' | '‑' | '\'' => {}
            ' ' | '\t' if digits.len() >= 9 && begins_number(behind) => {
                finish_number(&mut found, &mut digits, &mut has_plus);
            }
            ' ' | '\t' => {}
            _ => finish_number(&mut found, &mut digits, &mut has_plus),
        }
    }
    finish_number(&mut found, &mut digits, &mut has_plus);
    if !word.is_empty() {
        found.push(Piece::Word(word));
    }
    found
}

fn finish_number(found: &mut Vec<Piece>, digits: &mut String, has_plus: &mut bool) {
    if !digits.is_empty() {
        found.push(Piece::Number { digits: std::mem::take(digits), has_plus: *has_plus });
    }
    *has_plus = false;
}

/// Whether what stands behind a blank is a number of its own: it begins as one and is as long as one.
fn begins_number(behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', '-', '(']);
    let begins = behind.starts_with('0') || behind.starts_with("62") || behind.starts_with('+');
    let digits = behind
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+'))
        .filter(char::is_ascii_digit)
        .count();
    begins && digits >= 9
}

/// An Indonesian number as E.164: the national number without its 0 has 7 to 12 digits.
fn in_e164(digits: &str, has_plus: bool) -> Result<Phone, &'static Reason> {
    let national = match digits.strip_prefix("0062") {
        Some(national) => national,
        None => match (has_plus, digits.strip_prefix("62")) {
            (true, None) => return foreign(digits),
            (_, Some(national)) if has_plus || digits.len() >= 10 => national,
            _ => match digits.strip_prefix('0') {
                Some(national) => national,
                // A spreadsheet that took a mobile number for a number has dropped its 0.
                None if digits.starts_with('8') && digits.len() >= 9 => digits,
                None => return Err(&IMPORT_PHONE_NOT_UNDERSTOOD),
            },
        },
    };
    // "+62 (0) 813 …"
    let national = national.strip_prefix('0').unwrap_or(national);
    if !(7..=12).contains(&national.len()) || national.starts_with('0') {
        return Err(&IMPORT_PHONE_NOT_UNDERSTOOD);
    }
    Phone::parse(&format!("+62{national}")).map_err(|_| &PHONE_MALFORMED)
}

fn foreign(digits: &str) -> Result<Phone, &'static Reason> {
    Phone::parse(&format!("+{digits}")).map_err(|_| &IMPORT_PHONE_NOT_UNDERSTOOD)
}

fn other_line(before: &Phone, end: &str) -> Result<Phone, &'static Reason> {
    let kept = before.as_str().len().saturating_sub(end.len());
    let head = before.as_str().get(..kept).unwrap_or_default();
    Phone::parse(&format!("{head}{end}")).map_err(|_| &IMPORT_PHONE_NOT_UNDERSTOOD)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        read_phones(&Cell::Text(text.to_owned())).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_number_in_many_ways() {
        for text in [
            "(0813) 42933464",
            "0813-4293-3464",
            "0813 4293 3464",
            "0813.4293.3464",
            "+62 813-4293-3464",
            "6281342933464",
            "081342933464/WA",
            "'081342933464",
            "081342933464 (WA)",
            "HP: 081342933464",
            "+62 (0)813 4293 3464",
            "81342933464",
            "006281342933464",
            "081342933464 a.n. Ibu Siti",
            "081342933464/081342933464",
            "081342933464, Fax. 0274-123456",
        ] {
            assert_eq!(read(text), ["+6281342933464"], "{text}");
        }
        assert_eq!(read_phones(&Cell::Number(6_281_342_933_464.0)).unwrap(), [Phone::parse("+6281342933464").unwrap()]);
        assert_eq!(read("(0274) 375917"), ["+62274375917"]);
        assert_eq!(read("+65 6123 4567"), ["+6561234567"]);
    }

    #[test]
    fn several_in_one_cell() {
        let both = ["+6281342933464", "+62274375917"];
        for text in [
            "081342933464 / 0274-375917",
            "081342933464, (0274) 375917",
            "081342933464; 0274375917",
            "081342933464\n0274 375917",
            "081342933464 atau 0274 375917",
            "081342933464 dan 0274-375917",
            "081342933464 0274375917",
        ] {
            assert_eq!(read(text), both, "{text}");
        }
        assert_eq!(read("0274-375917/18"), ["+62274375917", "+62274375918"]);
    }

    #[test]
    fn what_cannot_be_called_is_refused() {
        for wrong in ["375917", "081", "telp", "0813429334641234567", "0813-xxx", "+cmd|' /C calc'!A0"] {
            assert!(read_phones(&Cell::Text(wrong.to_owned())).is_err(), "{wrong}");
        }
        for nothing in ["", "-", "tidak ada", " "] {
            assert!(read(nothing).is_empty());
        }
    }

    proptest! {
        #[test]
        fn every_mobile_number_is_read_in_every_shape(middle in 0_u32..10_000, end in 0_u32..10_000, shape in 0_usize..7) {
            let (a, b) = (format!("{middle:04}"), format!("{end:04}"));
            let text = match shape {
                0 => format!("0812{a}{b}"),
                1 => format!("0812-{a}-{b}"),
                2 => format!("(0812) {a}{b}"),
                3 => format!("+62 812-{a}-{b}"),
                4 => format!("62812{a}{b}"),
                5 => format!("'0812{a}{b}"),
                _ => format!("0812 {a} {b}/WA"),
            };
            prop_assert_eq!(read(&text), [format!("+62812{a}{b}")]);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}|[0-9+/ ()-]{0,30}") {
            let _ = read_phones(&Cell::Text(text));
        }
    }
}

//! The standing in accreditation in the ways people write it.

use super::Cell;
use crate::{
    institutions::{AccreditationStatus, Grade},
    reason::Reason,
    spelling,
};

/// No grade and no standing.
pub const IMPORT_GRADE_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_grade_not_understood",
    id: "Akreditasi tidak terbaca; tulis A, B, C, proses, atau belum.",
    en: "The accreditation cannot be read; write A, B, C, in process or none.",
};

/// Reads a standing with its grade; nothing when the cell is empty. A dash says: not accredited.
pub fn read_grade(cell: &Cell) -> Result<Option<(AccreditationStatus, Option<Grade>)>, &'static Reason> {
    let text = cell.text();
    if text.is_empty() {
        return Ok(None);
    }
    let plain = spelling::plain(&text);
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let says = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if says(&["proses", "process", "pengajuan", "diajukan", "mengajukan", "visitasi", "persiapan"]) {
        return Ok(Some((AccreditationStatus::InProcess, None)));
    }
    let is_none = words.is_empty()
        || says(&[
            "belum",
            "blm",
            "tidak",
            "tdk",
            "non",
            "not",
            "none",
            "no",
            "nihil",
            "kosong",
            "kadaluarsa",
            "kedaluwarsa",
        ]);
    if is_none || matches!(plain.as_str(), "n a" | "na" | "0") {
        return Ok(Some((AccreditationStatus::NotAccredited, None)));
    }
    let grade = if says(&["a"]) {
        Grade::A
    } else if says(&["b"]) {
        Grade::B
    } else if says(&["c"]) {
        Grade::C
    } else if says(&["unggul", "excellent"]) || says(&["sangat", "very"]) && says(&["baik", "good"]) {
        Grade::A
    } else if says(&["baik", "good"]) {
        Grade::B
    } else if says(&["cukup", "sufficient"]) {
        Grade::C
    } else {
        return Err(&IMPORT_GRADE_NOT_UNDERSTOOD);
    };
    let letters = words.iter().filter(|word| word.len() == 1).count();
    if letters > 1 {
        return Err(&IMPORT_GRADE_NOT_UNDERSTOOD);
    }
    Ok(Some((AccreditationStatus::Accredited, Some(grade))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<(AccreditationStatus, Option<Grade>)>, &'static str> {
        read_grade(&Cell::Text(text.to_owned())).map_err(|reason| reason.code)
    }

    #[test]
    fn grades_are_read_however_they_are_written() {
        for (grade, texts) in [
            (
                Grade::A,
                [
                    "A",
                    " a",
                    "A (Sangat Baik)",
                    "Terakreditasi A",
                    "akreditasi: A",
                    "Peringkat A",
                    "\"A\"",
                    "Sangat Baik",
                ],
            ),
            (Grade::B, ["B", " b", "B (Baik)", "Terakreditasi B", "akreditasi B", "nilai B", "B - Baik", "baik"]),
            (Grade::C, ["C", " c", "C (Cukup)", "Terakreditasi C", "akreditasi C", "Grade C", "C.", "Cukup"]),
        ] {
            for text in texts {
                assert_eq!(read(text), Ok(Some((AccreditationStatus::Accredited, Some(grade)))), "{text}");
            }
        }
        for text in ["proses", "Dalam proses", "sedang proses", "Proses akreditasi", "in process", "sedang diajukan"] {
            assert_eq!(read(text), Ok(Some((AccreditationStatus::InProcess, None))), "{text}");
        }
        for text in ["-", "belum", "Belum terakreditasi", "Tidak terakreditasi", "not accredited"] {
            assert_eq!(read(text), Ok(Some((AccreditationStatus::NotAccredited, None))), "{text}");
        }
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn a_grade_that_there_is_not_is_refused() {
        for wrong in ["D", "1", "Terakreditasi", "A/B", "lihat lampiran"] {
            assert_eq!(read(wrong), Err("import_grade_not_understood"), "{wrong}");
        }
    }
}

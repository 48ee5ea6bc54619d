//! Finding the header among titles and blank rows, and the fields its columns stand for.

use std::collections::BTreeMap;

use super::{
    Cell, ImportField,
    cell::{column_letters, column_of_letters},
    field::{likeness, words_of},
};
use crate::{CodeList, reason::Reason, spelling};

/// No row that looks like a header.
pub const IMPORT_HEADER_NOT_FOUND: Reason = Reason {
    code: "import_header_not_found",
    id: "Baris judul kolom tidak ditemukan; perlu paling sedikit nama lembaga dan dua kolom lain yang dikenal.",
    en: "There is no header row; it needs at least the name of the institution and two other known columns.",
};
/// A mapping names a column that the sheet does not have.
pub const IMPORT_MAPPING_COLUMN_UNKNOWN: Reason = Reason {
    code: "import_mapping_column_unknown",
    id: "Pemetaan menyebut kolom yang tidak ada pada lembar ini.",
    en: "The mapping names a column that the sheet does not have.",
};
/// A mapping names a field that there is not.
pub const IMPORT_MAPPING_FIELD_UNKNOWN: Reason = Reason {
    code: "import_mapping_field_unknown",
    id: "Pemetaan menyebut isian yang tidak dikenal; lihat /v1/code-lists/import_field.",
    en: "The mapping names a field that there is not; see /v1/code-lists/import_field.",
};
/// Two columns for a field that has one value.
pub const IMPORT_MAPPING_FIELD_REPEATED: Reason = Reason {
    code: "import_mapping_field_repeated",
    id: "Pemetaan memberi satu isian pada dua kolom.",
    en: "The mapping gives one field to two columns.",
};

/// A header is among the first rows of a sheet.
pub const HEADER_WITHIN: usize = 60;

/// What the caller says of columns: a header's text, a column's letters or its number, from 1; and the code of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(BTreeMap<String, ImportField>);

impl Mapping {
    /// Reads a mapping; the error names the entry.
    pub fn parse(entries: &BTreeMap<String, String>) -> Result<Self, (String, &'static Reason)> {
        let mut mapping = BTreeMap::new();
        for (column, field) in entries {
            let known = ImportField::from_code(field).ok_or_else(|| (column.clone(), &IMPORT_MAPPING_FIELD_UNKNOWN))?;
            mapping.insert(column.clone(), known);
        }
        Ok(Self(mapping))
    }

    /// The entries, by column.
    pub const fn entries(&self) -> &BTreeMap<String, ImportField> {
        &self.0
    }
}

/// The header of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Where the rows of data begin, counted from the first row of the sheet, which is 0.
    pub data_from: usize,
    /// The text above each column.
    pub labels: Vec<String>,
    /// What each column says.
    pub fields: Vec<ImportField>,
    /// How well the header fits; the sheet of a workbook with the best one is read.
    pub score: i32,
}

impl Header {
    /// Finds the header in the first rows of a sheet: the row, or two rows under each other, that names the most
    /// fields; where none is understood, the first row over the columns that a mapping names by their place. A given
    /// mapping goes before what the headers say.
    pub fn find(rows: &[Vec<Cell>], mapping: &Mapping) -> Result<Self, (Option<String>, &'static Reason)> {
        let candidates: Vec<Self> =
            (0..rows.len().min(HEADER_WITHIN)).flat_map(|at| Self::candidates_at(rows, at, mapping)).collect();
        // Of equals the one further up.
        let best = candidates.iter().rev().max_by_key(|header| header.score).ok_or((None, &IMPORT_HEADER_NOT_FOUND))?;
        let placed = if best.is_plain() { None } else { Self::over_places(&candidates, mapping) };
        let mut header = placed.unwrap_or_else(|| best.clone());
        header.obey(mapping)?;
        if header.is_understood() { Ok(header) } else { Err((None, &IMPORT_HEADER_NOT_FOUND)) }
    }

    fn candidates_at(rows: &[Vec<Cell>], at: usize, mapping: &Mapping) -> Vec<Self> {
        let of = |labels: Labels| {
            let mut header = Self::of_labels(labels.texts, at + labels.rows);
            header.score += header.named_by(mapping);
            header
        };
        labels_at(rows, at).into_iter().map(of).collect()
    }

    /// Whether an import can go by it.
    fn is_understood(&self) -> bool {
        let known = self.fields.iter().filter(|field| **field != ImportField::Ignore).count();
        self.column(ImportField::Name).is_some() && known >= 3
    }

    /// Whether it is a header beyond doubt. A row of data has words of headers too ("LKSA", "Jl. Mawar", "Kab. Sleman"),
    /// but few cells with nothing else in them.
    fn is_plain(&self) -> bool {
        let is_plain = |label: &&String| matches!(words_of(label), (known, 0) if !known.is_empty());
        self.is_understood() && self.labels.iter().filter(is_plain).count() >= 3
    }

    /// The first row with something above most of the columns that a mapping names by letters or number. What it says is
    /// of no matter: a row of data further down may sound more like a header, and must not become one. Most is enough, for
    /// to wait for a row that fills them all could pass rows of data over.
    fn over_places(candidates: &[Self], mapping: &Mapping) -> Option<Self> {
        let width = candidates.iter().map(|header| header.labels.len()).max()?;
        let places: Vec<usize> =
            mapping.entries().keys().filter_map(|name| place_named(name)).filter(|at| *at < width).collect();
        let filled = |header: &Self| {
            places.iter().filter(|at| header.labels.get(**at).is_some_and(|label| !label.is_empty())).count()
        };
        let first = candidates.iter().find(|header| filled(header) * 2 > places.len())?;
        let named = 30 * i32::try_from(places.len()).unwrap_or(0);
        Some(Self { score: first.score + named, ..first.clone() })
    }

    /// The first column of a field.
    pub fn column(&self, field: ImportField) -> Option<usize> {
        self.fields.iter().position(|mapped| *mapped == field)
    }

    /// All columns of a field.
    pub fn columns(&self, field: ImportField) -> impl Iterator<Item = usize> + '_ {
        self.fields.iter().enumerate().filter(move |(_, mapped)| **mapped == field).map(|(at, _)| at)
    }

    /// The columns with their letters, headers and fields, as the caller is told them.
    pub fn mapped(&self) -> impl Iterator<Item = (String, &str, ImportField)> + '_ {
        self.labels
            .iter()
            .zip(&self.fields)
            .enumerate()
            .filter(|(_, (label, _))| !label.is_empty())
            .map(|(at, (label, field))| (column_letters(at), label.as_str(), *field))
    }

    fn of_labels(labels: Vec<String>, data_from: usize) -> Self {
        let mut claims = Vec::new();
        for (column, label) in labels.iter().enumerate() {
            let (words, unknown) = words_of(label);
            for &field in ImportField::ALL {
                if let Some(score) = likeness(field, &words, unknown) {
                    claims.push((score, column, field));
                }
            }
        }
        // The best fit first; of equals the column further left.
        claims.sort_by_key(|(score, column, field)| (-score, *column, *field));
        let mut fields = vec![ImportField::Ignore; labels.len()];
        let mut taken = Vec::new();
        let mut total = 0;
        for (score, column, field) in claims {
            let is_free = fields.get(column) == Some(&ImportField::Ignore);
            if is_free && (field.may_repeat() || !taken.contains(&field)) {
                if let Some(mapped) = fields.get_mut(column) {
                    *mapped = field;
                }
                taken.push(field);
                total += score.min(20) + 10;
            }
        }
        Self { data_from, labels, fields, score: total }
    }

    /// How much a row is the header that a mapping speaks of: by the texts above columns that it names. What can be the
    /// letters or the number of a column is none: "A" is also a grade, and "3" a count, in rows of data.
    fn named_by(&self, mapping: &Mapping) -> i32 {
        let is_place = |name: &str| place_named(name).is_some_and(|at| at < self.labels.len());
        let is_label = |name: &&String| !is_place(name) && self.label_of(name).is_some();
        30 * i32::try_from(mapping.entries().keys().filter(is_label).count()).unwrap_or(0)
    }

    fn obey(&mut self, mapping: &Mapping) -> Result<(), (Option<String>, &'static Reason)> {
        let mut given = Vec::new();
        for (column, field) in mapping.entries() {
            let at = self.column_named(column).ok_or_else(|| (Some(column.clone()), &IMPORT_MAPPING_COLUMN_UNKNOWN))?;
            if !field.may_repeat() && given.iter().any(|(_, other)| other == field) {
                return Err((Some(column.clone()), &IMPORT_MAPPING_FIELD_REPEATED));
            }
            given.push((at, *field));
        }
        for (at, field) in given {
            for (column, mapped) in self.fields.iter_mut().enumerate() {
                if column == at {
                    *mapped = field;
                } else if *mapped == field && !field.may_repeat() {
                    *mapped = ImportField::Ignore;
                }
            }
        }
        Ok(())
    }

    fn column_named(&self, name: &str) -> Option<usize> {
        self.label_of(name).or_else(|| place_named(name)).filter(|at| *at < self.labels.len())
    }

    /// The column whose label is this text.
    fn label_of(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|label| is_one_text(label, name))
    }

    /// Whether a row says the header again.
    pub(super) fn is_repeated_by(&self, row: &[Cell]) -> bool {
        let filled = row.iter().filter(|cell| !cell.is_blank()).count();
        let same = row
            .iter()
            .zip(&self.labels)
            .filter(|(cell, label)| !cell.is_blank() && spelling::plain(&cell.text()) == spelling::plain(label))
            .count();
        filled > 1 && same * 2 > filled
    }
}

/// The column of its letters or its number.
fn place_named(name: &str) -> Option<usize> {
    let by_number = || name.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    column_of_letters(name.trim()).or_else(by_number)
}

/// Whether two texts have the same words.
fn is_one_text(one: &str, other: &str) -> bool {
    let plain = spelling::plain(one);
    !plain.is_empty() && plain == spelling::plain(other)
}

struct Labels {
    texts: Vec<String>,
    rows: usize,
}

/// The labels that a row gives by itself, and those it gives with the row below, where a label of the upper row may
/// stand over several of the lower one (merged cells).
fn labels_at(rows: &[Vec<Cell>], at: usize) -> Vec<Labels> {
    let text_of = |cell: &Cell| match cell.value() {
        Cell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let Some(row) = rows.get(at) else { return Vec::new() };
    let upper: Vec<String> = row.iter().map(text_of).collect();
    if upper.iter().filter(|text| !text.is_empty()).count() < 2 {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(below) = rows.get(at + 1) {
        let lower: Vec<String> = below.iter().map(text_of).collect();
        // A lower row that fills most of the sheet is data, not the second line of a header.
        let is_second_line = lower.iter().any(|text| !text.is_empty())
            && below.iter().all(|cell| matches!(cell.value(), Cell::Empty | Cell::Text(_)))
            && upper.iter().zip(&lower).filter(|(upper, lower)| !upper.is_empty() && lower.is_empty()).count() > 0;
        if is_second_line {
            let mut over = String::new();
            let columns = upper.len().max(lower.len());
            let texts = (0..columns)
                .map(|column| {
                    let own = upper.get(column).map_or("", String::as_str);
                    let under = lower.get(column).map_or("", String::as_str);
                    if !own.is_empty() {
                        own.clone_into(&mut over);
                    }
                    match (own.is_empty(), under.is_empty()) {
                        (true, true) => String::new(),
                        (false, true) => own.to_owned(),
                        (_, false) => format!("{over} {under}").trim().to_owned(),
                    }
                })
                .collect();
            found.push(Labels { texts, rows: 2 });
        }
    }
    found.insert(0, Labels { texts: upper, rows: 1 });
    found
}

#[cfg(test)]
mod tests;

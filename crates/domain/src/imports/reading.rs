//! Understanding a row: all its cells, and everything that is wrong with them at once.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Cell, Entry, Figures, Head, Header, ImportField, ReadRow, Remark,
    cell::{cell_name, is_nothing},
    dates::{ShortYears, past, read_date, read_day},
    entry::paper,
    grades::read_grade,
    kinds::{IMPORT_KIND_NOT_UNDERSTOOD, IMPORT_OPERATOR_NOT_UNDERSTOOD, kind_named, operator_named},
    numbers::read_count,
    phones::read_phones,
    positions::{read_latitude_longitude, read_position},
    remark::{
        IMPORT_CELL_IS_ERROR, IMPORT_CELL_IS_FORMULA, IMPORT_CELL_REQUIRED, IMPORT_CODE_NOT_OURS,
        IMPORT_HEAD_NAME_MISSING, IMPORT_REGION_AMBIGUOUS, IMPORT_REGION_CONTRADICTS, IMPORT_REGION_NOT_FOUND,
    },
};
use crate::{
    institutions::{
        AccreditationStanding, AccreditationStatus, Capacity, InstitutionKind, Operator, Paper, PaperKind,
        life::AumsosCode,
        rules::{CAPACITY_PARTS_EXCEED_TOTAL, DATE_IN_FUTURE, NPWP_MALFORMED, is_npwp},
    },
    position::Position,
    reason::{Invalid, Reason},
    regions::{PlaceFaultKind, RegionCode, RegionLevel, Regions, WrittenPlace},
    text_value::{EMAIL_MALFORMED, Email, Line, Name, PartialDate, Phone, PostalCode, TEXT_EMPTY, WebAddress},
};

/// Reads a row of data under its header; `number` is that of the row in the sheet, from 1.
pub(super) fn read_row(header: &Header, today: NaiveDate, number: u64, cells: &[Cell]) -> ReadRow {
    let mut reading = Reading { header, today, number, cells, problems: Vec::new(), notes: Vec::new() };
    let name = reading.cell(ImportField::Name).text();
    let entry = reading.entry();
    let Reading { mut problems, notes, .. } = reading;
    let said = match entry {
        Some(entry) if problems.is_empty() => Ok(Arc::new(entry)),
        _ => {
            problems.sort_by_key(|problem| problem.field);
            problems.dedup();
            Err(problems)
        }
    };
    ReadRow { number, name, said, notes }
}

struct Reading<'a> {
    header: &'a Header,
    today: NaiveDate,
    number: u64,
    cells: &'a [Cell],
    problems: Vec<Remark>,
    notes: Vec<Remark>,
}

/// A place that is not there reads as an empty cell.
static NO_CELL: LazyLock<Cell> = LazyLock::new(|| Cell::Empty);

impl<'a> Reading<'a> {
    fn cell(&self, field: ImportField) -> &'a Cell {
        self.header.column(field).and_then(|at| self.cells.get(at)).unwrap_or_else(|| &NO_CELL)
    }

    fn remark(&self, column: Option<usize>, field: ImportField, reason: &'static Reason) -> Remark {
        Remark { cell: column.map(|column| cell_name(column, self.number)), field: Some(field), reason }
    }

    fn refuse(&mut self, field: ImportField, reason: &'static Reason) {
        let problem = self.remark(self.header.column(field), field, reason);
        self.problems.push(problem);
    }

    fn note(&mut self, field: ImportField, reason: &'static Reason) {
        let note = self.remark(self.header.column(field), field, reason);
        self.notes.push(note);
    }

    /// What a reader makes of a cell; a problem is noted.
    fn read<T: Default>(&mut self, field: ImportField, reader: impl FnOnce(&Cell) -> Result<T, &'static Reason>) -> T {
        let cell = self.cell(field);
        if matches!(cell.value(), Cell::Error) {
            self.refuse(field, &IMPORT_CELL_IS_ERROR);
            return T::default();
        }
        reader(cell).unwrap_or_else(|reason| {
            self.refuse(field, reason);
            T::default()
        })
    }

    /// The text of a cell that is kept as text; none for a cell that says nothing or must not be kept.
    fn text(&mut self, field: ImportField) -> Option<String> {
        let cell = self.cell(field);
        if field.is_kept_text() && cell.is_active() {
            self.refuse(field, &IMPORT_CELL_IS_FORMULA);
            return None;
        }
        if matches!(cell.value(), Cell::Error) {
            self.refuse(field, &IMPORT_CELL_IS_ERROR);
            return None;
        }
        Some(cell.text()).filter(|text| !is_nothing(text))
    }

    fn parsed<T>(&mut self, field: ImportField, parse: fn(&str) -> Result<T, Invalid>) -> Option<T> {
        let text = self.text(field)?;
        match parse(&text.replace(['\n', '\r', '\t'], " ")) {
            Ok(value) => Some(value),
            Err(Invalid(reason)) => {
                self.refuse(field, reason);
                None
            }
        }
    }

    fn entry(&mut self) -> Option<Entry> {
        let name = self.name();
        let kind = self.kind();
        let operator = self.operator();
        let region = self.region();
        let street = self.street();
        let as_written = self.as_written();
        let (code, postal_code, position) = (self.code(), self.postal_code(), self.position());
        let (phones, email, website) = (self.phones(), self.email(), self.website());
        let (founded, papers, capacity) = (self.founded(), self.papers(), self.capacity());
        let (accreditation, head, figures) = (self.accreditation(), self.head(), self.figures());
        let entry = Entry {
            code,
            name: name?,
            kind: kind?,
            operator: operator?,
            region: region?,
            street,
            as_written,
            postal_code,
            position,
            phones,
            email,
            website,
            founded,
            papers: papers.into(),
            capacity,
            accreditation,
            head,
            figures,
            remarks: self.remarks(),
        };
        self.check_rules(&entry);
        Some(entry)
    }

    fn name(&mut self) -> Option<Name> {
        let before = self.problems.len();
        let name = self.parsed(ImportField::Name, Name::parse);
        if name.is_none() && self.problems.len() == before {
            self.refuse(ImportField::Name, &TEXT_EMPTY);
        }
        name
    }

    /// The kind, from its cell, or from the name where the sheet has none.
    fn kind(&mut self) -> Option<InstitutionKind> {
        let cell = self.cell(ImportField::Kind).text();
        let (named, reason) = if is_nothing(&cell) {
            (kind_named(&self.cell(ImportField::Name).text()), &IMPORT_CELL_REQUIRED)
        } else {
            (kind_named(&cell), &IMPORT_KIND_NOT_UNDERSTOOD)
        };
        if named.is_none() {
            self.refuse(ImportField::Kind, reason);
        }
        named
    }

    fn operator(&mut self) -> Option<Operator> {
        let cell = self.cell(ImportField::Operator).text();
        let (named, reason) = if is_nothing(&cell) {
            (operator_named(&self.cell(ImportField::Name).text()), &IMPORT_CELL_REQUIRED)
        } else {
            (operator_named(&cell), &IMPORT_OPERATOR_NOT_UNDERSTOOD)
        };
        if named.is_none() {
            self.refuse(ImportField::Operator, reason);
        }
        named
    }

    /// The region. Province and regency must be right; a district or village that the register does not know by this
    /// name is noted, and the address keeps it as it is written.
    fn region(&mut self) -> Option<RegionCode> {
        let before = self.problems.len();
        let texts = PLACE_FIELDS.map(|(field, _)| self.text(field));
        if self.problems.len() > before {
            return None;
        }
        let [province, regency, district, village] = &texts;
        let found = Regions::get().find(&WrittenPlace {
            province: province.as_deref(),
            regency: regency.as_deref(),
            district: district.as_deref(),
            village: village.as_deref(),
        });
        for fault in &found.faults {
            let Some((field, _)) = PLACE_FIELDS.iter().find(|(_, level)| *level == fault.part) else { continue };
            let reason = match fault.kind {
                PlaceFaultKind::Unknown => &IMPORT_REGION_NOT_FOUND,
                PlaceFaultKind::Contradiction => &IMPORT_REGION_CONTRADICTS,
                PlaceFaultKind::Ambiguous => &IMPORT_REGION_AMBIGUOUS,
            };
            if fault.part <= RegionLevel::Regency {
                self.refuse(*field, reason);
            } else {
                self.note(*field, reason);
            }
        }
        let region = found.region.map(|region| region.code).filter(|code| code.level() >= RegionLevel::Regency);
        if region.is_none() && self.problems.len() == before {
            self.refuse(ImportField::Regency, &IMPORT_CELL_REQUIRED);
        }
        region
    }

    fn street(&mut self) -> Option<Line> {
        let street = self.parsed(ImportField::Address, Line::parse);
        let Some(rt_rw) = self.text(ImportField::RtRw) else { return street };
        let rt_rw = match rt_rw.split_once('/') {
            Some((rt, rw)) if !rt_rw.to_lowercase().contains("rt") => format!("RT {} RW {}", rt.trim(), rw.trim()),
            _ => rt_rw,
        };
        match &street {
            Some(street) if !street.as_str().contains(&rt_rw) => Line::parse(&format!("{street}, {rt_rw}")).ok(),
            Some(_) => street,
            None => Line::parse(&rt_rw).ok(),
        }
    }

    /// All of the place in one line. A line that would be too long for a record is left out: its parts are there.
    fn as_written(&self) -> Option<Line> {
        let fields = [ImportField::Address, ImportField::RtRw].into_iter();
        let finer_first = PLACE_FIELDS.iter().rev().map(|(field, _)| *field);
        let parts: Vec<String> = fields
            .chain(finer_first)
            .map(|field| self.cell(field))
            .filter(|cell| !cell.is_active() && !cell.says_nothing())
            .map(Cell::text)
            .collect();
        Line::parse(&parts.join(", ").replace(['\n', '\r', '\t'], " ")).ok()
    }

    fn code(&mut self) -> Option<AumsosCode> {
        let text = self.text(ImportField::Code)?;
        let code = AumsosCode::parse(&text);
        if code.is_none() {
            self.note(ImportField::Code, &IMPORT_CODE_NOT_OURS);
        }
        code
    }

    fn postal_code(&mut self) -> Option<PostalCode> {
        let parse = |text: &str| PostalCode::parse(text.trim_start_matches('\'').trim());
        self.parsed(ImportField::PostalCode, parse)
    }

    fn position(&mut self) -> Option<Position> {
        if let Some(position) = self.read(ImportField::Coordinates, read_position) {
            return Some(position);
        }
        let longitude = self.cell(ImportField::Longitude);
        self.read(ImportField::Latitude, |latitude| read_latitude_longitude(latitude, longitude))
    }

    fn phones(&mut self) -> Vec<Phone> {
        let mut phones = Vec::new();
        let columns: Vec<usize> = self.header.columns(ImportField::Phone).collect();
        for column in columns {
            match read_phones(self.cells.get(column).unwrap_or(&NO_CELL)) {
                Ok(found) => phones.extend(found),
                Err(reason) => {
                    let problem = self.remark(Some(column), ImportField::Phone, reason);
                    self.problems.push(problem);
                }
            }
        }
        let mut kept: Vec<Phone> = Vec::new();
        for phone in phones {
            if !kept.contains(&phone) && kept.len() < 10 {
                kept.push(phone);
            }
        }
        kept
    }

    /// The first address of the cell.
    fn email(&mut self) -> Option<Email> {
        let text = self.text(ImportField::Email)?;
        let first = text.split([',', ';', '/', '\n', ' ']).map(str::trim).find(|part| part.contains('@'));
        let email =
            first.map(|part| part.strip_prefix("mailto:").unwrap_or(part)).and_then(|part| Email::parse(part).ok());
        if email.is_none() {
            self.refuse(ImportField::Email, &EMAIL_MALFORMED);
        }
        email
    }

    fn website(&mut self) -> Option<WebAddress> {
        self.parsed(ImportField::Website, |text| {
            let text = text.trim();
            if text.contains("://") { WebAddress::parse(text) } else { WebAddress::parse(&format!("https://{text}")) }
        })
    }

    fn founded(&mut self) -> Option<PartialDate> {
        let today = self.today;
        self.read(ImportField::Founded, |cell| {
            let founded = read_date(cell, past(today))?;
            let has_come = founded.as_ref().is_none_or(|day| *day.as_str() <= *today.to_string());
            if has_come { Ok(founded) } else { Err(&DATE_IN_FUTURE) }
        })
    }

    fn papers(&mut self) -> Vec<Paper> {
        const PAPERS: [(ImportField, PaperKind); 5] = [
            (ImportField::Deed, PaperKind::Deed),
            (ImportField::CouncilDecree, PaperKind::CouncilDecree),
            (ImportField::LksRegistration, PaperKind::LksRegistration),
            (ImportField::Npwp, PaperKind::Npwp),
            (ImportField::OperatingPermit, PaperKind::OperatingPermit),
        ];
        PAPERS
            .iter()
            .filter_map(|&(field, kind)| {
                let parse: fn(&str) -> Result<Line, Invalid> = if kind == PaperKind::Npwp { npwp } else { Line::parse };
                self.parsed(field, parse).map(|number| paper(kind, number))
            })
            .collect()
    }

    /// Capacity in all; where the sheet has it by sex alone, the sum.
    fn capacity(&mut self) -> Option<Capacity> {
        let total = self.read(ImportField::Capacity, read_count);
        let male = self.read(ImportField::CapacityMale, read_count);
        let female = self.read(ImportField::CapacityFemale, read_count);
        let sum = || Some(male.unwrap_or(0) + female.unwrap_or(0)).filter(|_| male.is_some() || female.is_some());
        let total = total.or_else(sum)?;
        if male.unwrap_or(0) + female.unwrap_or(0) > total {
            self.refuse(ImportField::Capacity, &CAPACITY_PARTS_EXCEED_TOTAL);
        }
        Some(Capacity { total, male, female, ..Capacity::default() })
    }

    fn accreditation(&mut self) -> Option<AccreditationStanding> {
        let valid_until = self.read(ImportField::AccreditedUntil, |cell| read_day(cell, ShortYears::ThisCentury));
        let (status, grade) = self.read(ImportField::Accreditation, read_grade)?;
        let valid_until = valid_until.filter(|_| status == AccreditationStatus::Accredited);
        Some(AccreditationStanding { status, grade, valid_until })
    }

    fn head(&mut self) -> Option<Head> {
        let name = self.parsed(ImportField::HeadName, Name::parse);
        let phone = self.read(ImportField::HeadPhone, read_phones).into_iter().next();
        if name.is_none() && phone.is_some() {
            self.note(ImportField::HeadPhone, &IMPORT_HEAD_NAME_MISSING);
        }
        Some(Head { name: name?, phone })
    }

    fn figures(&mut self) -> Figures {
        Figures {
            inside_male: self.read(ImportField::InsideMale, read_count),
            inside_female: self.read(ImportField::InsideFemale, read_count),
            outside_male: self.read(ImportField::OutsideMale, read_count),
            outside_female: self.read(ImportField::OutsideFemale, read_count),
            carers: self.read(ImportField::Carers, read_count),
            social_workers: self.read(ImportField::SocialWorkers, read_count),
            certified_social_workers: self.read(ImportField::CertifiedSocialWorkers, read_count),
        }
    }

    fn remarks(&self) -> Option<String> {
        let texts: Vec<String> = self
            .header
            .columns(ImportField::Remarks)
            .filter_map(|column| self.cells.get(column))
            .map(Cell::text)
            .filter(|text| !text.is_empty())
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// The rules of the register, told by the cell that breaks them. Those that a row can break in itself were checked
    /// with its cells; this holds the row to every rule there will be.
    fn check_rules(&mut self, entry: &Entry) {
        for broken in entry.profile(Uuid::nil()).broken_rules(self.today) {
            let field = match broken.pointer.as_str() {
                "/founded" => ImportField::Founded,
                "/capacity/total" | "/capacity/funded" => ImportField::Capacity,
                "/accreditation/grade" => ImportField::Accreditation,
                pointer if pointer.starts_with("/papers/") => ImportField::Npwp,
                "/accreditation/valid_until" => ImportField::AccreditedUntil,
                _ => ImportField::Regency,
            };
            self.refuse(field, broken.reason);
        }
    }
}

/// A taxpayer number. One that a spreadsheet took for a number has lost the zeros before it.
fn npwp(text: &str) -> Result<Line, Invalid> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 13 | 14);
    let line = if is_number { Line::parse(&format!("{text:0>15}"))? } else { Line::parse(text)? };
    if is_npwp(line.as_str()) { Ok(line) } else { Err(Invalid(&NPWP_MALFORMED)) }
}

/// The parts of a place, coarse to fine, with their levels.
const PLACE_FIELDS: [(ImportField, RegionLevel); 4] = [
    (ImportField::Province, RegionLevel::Province),
    (ImportField::Regency, RegionLevel::Regency),
    (ImportField::District, RegionLevel::District),
    (ImportField::Village, RegionLevel::Village),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taxpayer_number_is_read_as_people_and_spreadsheets_write_it() {
        let read = |text: &str| npwp(text).map(|line| line.to_string()).map_err(|Invalid(reason)| reason.code);
        for written in ["01.234.567.8-901.000", "012345678901000", "0012345678901000", "01 234 567 8 901 000"] {
            assert_eq!(read(written), Ok(written.to_owned()));
        }
        assert_eq!(read("12345678901000"), Ok("012345678901000".to_owned()));
        for wrong in ["123", "01.234.567.8-901", "NPWP 012345678901000", "01234567890100012"] {
            assert_eq!(read(wrong), Err("npwp_malformed"), "{wrong}");
        }
    }
}

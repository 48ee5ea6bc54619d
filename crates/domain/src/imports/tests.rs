//! Whole rows: clean records are written the way people write them, and must come back as they were.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    CodeList,
    census::{CarePlace, Sex},
    institutions::{AccreditationStatus, Grade, Institution, InstitutionKind, Operator, life::AumsosCode},
    regions::{Region, RegionLevel, Regions},
    text_value::PartialDate,
};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn cells(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|one| text(one)).collect()
}

/// The rows of data under a header in the first row.
fn read(rows: &[Vec<Cell>]) -> Vec<ReadRow> {
    let header = Header::find(rows, &Mapping::default()).unwrap();
    let reader = RowReader::new(&header, today());
    let data = rows.iter().enumerate().skip(header.data_from);
    data.filter_map(|(at, row)| reader.read(at as u64 + 1, row)).collect()
}

const HEAD: &[&str] = &[
    "No",
    "Nama Lembaga",
    "Jenis",
    "Pengelola",
    "Alamat",
    "Kabupaten/Kota",
    "Provinsi",
    "Telepon",
    "Tanggal Berdiri",
    "Kapasitas",
    "Dalam L",
    "Dalam P",
    "Akreditasi",
    "Koordinat",
    "Keterangan",
];

fn home<'a>(number: &'a str, name: &'a str, phone: &'a str) -> Vec<&'a str> {
    vec![
        number,
        name,
        "LKSA",
        "Muhammadiyah",
        "Jl. Mawar No. 3",
        "Kab. Sleman",
        "DIY",
        phone,
        "12/11/2003",
        "40",
        "10",
        "12",
        "B (Baik)",
        "-7.716160, 110.355400",
        "",
    ]
}

fn with<'a>(mut row: Vec<&'a str>, column: usize, value: &'a str) -> Vec<Cell> {
    row[column] = value;
    cells(&row)
}

fn codes(row: &ReadRow) -> Vec<(String, &'static str)> {
    let problems = row.said.as_ref().err().unwrap();
    problems.iter().map(|problem| (problem.cell.clone().unwrap_or_default(), problem.reason.code)).collect()
}

#[test]
fn every_problem_of_a_row_is_told_with_its_cell() {
    let mut wrong = home("1", "   ", "12");
    wrong[2] = "Rumah Makan";
    wrong[5] = "Kab. Antah Berantah";
    wrong[8] = "31 Februari 1999";
    wrong[9] = "-5";
    wrong[10] = "banyak sekali";
    wrong[12] = "Z";
    wrong[13] = "97.4478, 412.7183";
    let rows = [cells(HEAD), cells(&wrong)];
    assert_eq!(
        codes(&read(&rows)[0]),
        [
            ("B2".to_owned(), "text_empty"),
            ("C2".to_owned(), "import_kind_not_understood"),
            ("F2".to_owned(), "import_region_not_found"),
            ("H2".to_owned(), "import_phone_not_understood"),
            ("I2".to_owned(), "import_date_not_understood"),
            ("J2".to_owned(), "import_number_negative"),
            ("K2".to_owned(), "import_number_not_understood"),
            ("M2".to_owned(), "import_grade_not_understood"),
            ("N2".to_owned(), "import_position_outside_indonesia"),
        ]
    );
}

#[test]
fn rules_of_the_register_hold_for_rows() {
    let long = "Panti ".repeat(50);
    let rows = [
        cells(HEAD),
        with(home("1", "LKSA Muhammadiyah Al-Amin", "081234567890"), 8, "12-08-2199"),
        with(home("2", "LKSA Muhammadiyah Al-Amin", "081234567890"), 1, &long),
        with(home("3", "LKSA Muhammadiyah Al-Amin", "081234567890"), 6, "Sumatera Barat"),
        with(home("4", "LKSA Muhammadiyah Al-Amin", "081234567890"), 5, ""),
    ];
    let found: Vec<_> = read(&rows).iter().map(|row| codes(row)[0].clone()).collect();
    assert_eq!(
        found,
        [
            ("I2".to_owned(), "date_in_future"),
            ("B3".to_owned(), "text_too_long"),
            ("F4".to_owned(), "import_region_contradicts"),
            ("F5".to_owned(), "import_cell_required"),
        ]
    );
}

#[test]
fn formulas_are_refused_where_text_is_kept_and_harmless_elsewhere() {
    let rows = [
        cells(HEAD),
        with(home("1", "=HYPERLINK(\"http://x\",\"y\")", "081234567890"), 14, "x"),
        with(home("2", "LKSA Muhammadiyah Al-Amin", "081234567890"), 4, "+cmd|' /C calc'!A0"),
        with(home("3", "LKSA Muhammadiyah Al-Amin", "+62 812-3456-7890"), 14, "=1+1"),
    ];
    let found = read(&rows);
    assert_eq!(codes(&found[0]), [("B2".to_owned(), "import_cell_is_formula")]);
    assert_eq!(codes(&found[1]), [("E3".to_owned(), "import_cell_is_formula")]);
    let kept = found[2].said.as_ref().unwrap();
    assert_eq!(kept.phones[0].as_str(), "+6281234567890");
    assert_eq!(kept.remarks.as_deref(), Some("=1+1"));
    let mut formula = cells(&home("4", "", "081234567890"));
    formula[1] = Cell::Formula(Box::new(text("LKSA Muhammadiyah Al-Amin")));
    formula[9] = Cell::Formula(Box::new(Cell::Number(41.0)));
    assert_eq!(codes(&read(&[cells(HEAD), formula])[0]), [("B2".to_owned(), "import_cell_is_formula")]);
}

#[test]
fn what_is_no_row_of_data_is_passed_over() {
    let rows = [
        cells(&["DIREKTORI", ""]),
        cells(HEAD),
        cells(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"]),
        cells(&["A", "PROVINSI D.I. YOGYAKARTA"]),
        cells(&home("1", "LKSA Muhammadiyah Al-Amin", "081234567890")),
        cells(&["", "JUMLAH", "", "", "", "", "", "", "", "40"]),
        cells(HEAD),
        cells(&home("2", "LKSA Muhammadiyah Bina Insani", "081234567891")),
        cells(&["", "Total Kab. Sleman", "", "", "", "", "", "", "", "80", "20", "24"]),
        cells(&["", "", "", ""]),
        cells(&["Catatan: data sementara"]),
        cells(&["", "Mengetahui,", "", "", "", "", "", "", "", "", "Sekretaris,"]),
        cells(&["3", "LKSA Muhammadiyah Tanpa Data"]),
    ];
    let found = read(&rows);
    let seen: Vec<_> = found.iter().map(|row| (row.number, row.said.is_ok())).collect();
    assert_eq!(seen, [(5, true), (8, true), (13, false)], "a numbered row with a name alone is data, and wrong");
}

#[test]
fn a_kind_or_operator_that_the_sheet_does_not_have_comes_from_the_name() {
    let rows = [
        cells(&["Nama", "Alamat", "Kabupaten", "Provinsi"]),
        cells(&["Panti Werdha ‘Aisyiyah Sakinah", "Jl. Melati 2", "Kab. Bantul", "DIY"]),
        cells(&["Wisma Sakinah", "Jl. Melati 2", "Kab. Bantul", "DIY"]),
    ];
    let found = read(&rows);
    let entry = found[0].said.as_ref().unwrap();
    assert_eq!((entry.kind, entry.operator), (InstitutionKind::PantiWerdha, Operator::Aisyiyah));
    let missing = found[1].said.as_ref().unwrap_err();
    assert!(missing.iter().all(|problem| problem.cell.is_none() && problem.reason.code == "import_cell_required"));
    assert_eq!(missing.len(), 2);
}

fn record(entry: &Entry, id: u128, code: &str) -> KnownInstitution {
    let at = today().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let id = Uuid::from_u128(id);
    let mut institution = Institution::draft(id, entry.profile(Uuid::nil()), entry.contacts(id), at);
    institution.status = crate::institutions::InstitutionStatus::Active;
    institution.code = AumsosCode::parse(code);
    KnownInstitution { institution, census: entry.figures.census(today()) }
}

/// The verdicts of rows against a register that holds these records.
fn judged(rows: &[ReadRow], applied: &[Option<Uuid>], known: &[KnownInstitution]) -> Vec<Verdict> {
    let mut alike = Alike::of(rows.iter().filter_map(|row| row.said.as_ref().ok()).map(AsRef::as_ref));
    for known in known {
        alike.compare(&known.institution);
    }
    let mut found = alike.candidates().into_iter();
    let candidates = |row: &ReadRow| row.said.as_ref().ok().and_then(|_| found.next()).unwrap_or_default();
    let verdicts = judge(rows, applied, &rows.iter().map(candidates).collect::<Vec<_>>());
    let beside_all = |(row, verdict): (&ReadRow, Verdict)| {
        known.iter().fold(verdict, |verdict, known| match (&verdict, &row.said) {
            (Verdict::Updated(id), Ok(entry)) if *id == known.institution.id => verdict.beside(entry, known),
            _ => verdict,
        })
    };
    rows.iter().zip(verdicts).map(beside_all).collect()
}

#[test]
fn what_is_known_is_unchanged_what_is_newer_is_updated_what_is_alike_is_asked() {
    let first = read(&[cells(HEAD), cells(&home("1", "LKSA Muhammadiyah Al-Amin Sleman", "081234567890"))]);
    let entry = first[0].said.as_ref().unwrap().clone();
    let known = [record(&entry, 7, "AUM-34-00001")];
    let outcome = |row: Vec<Cell>| judged(&read(&[cells(HEAD), row]), &[None], &known).remove(0);
    let id = Uuid::from_u128(7);
    let same = || home("1", "LKSA Muhammadiyah Al-Amin Sleman", "081234567890");
    let unchanged = Verdict::Unchanged(Twin::Institution(id));
    assert_eq!(outcome(cells(&same())), unchanged);
    assert_eq!(outcome(with(same(), 1, "LKSA MUHAMMADIYAH AL-AMIN SLEMAN")), unchanged, "case is no news");
    assert_eq!(outcome(with(same(), 13, "-7.71616 110.35540")), unchanged, "fewer digits are no news");
    assert_eq!(outcome(with(same(), 8, "2003")), unchanged, "the year of a known day is no news");
    assert_eq!(outcome(with(same(), 9, "")), unchanged, "what is not said is no news");
    assert_eq!(outcome(with(same(), 9, "45")), Verdict::Updated(id));
    assert_eq!(outcome(with(same(), 10, "11")), Verdict::Updated(id), "the census has news");
    assert_eq!(outcome(with(same(), 12, "A")), Verdict::Updated(id));
    let asked = Verdict::PossibleDuplicate(vec![Twin::Institution(id)]);
    assert_eq!(outcome(with(same(), 1, "PA Muhammadiyah Al Amien Sleman")), asked);
    assert_eq!(outcome(with(same(), 1, "LKSA Muhammadiyah Bina Insani")), asked, "same phone, same building");
    let mut elsewhere = same();
    elsewhere[1] = "LKSA Muhammadiyah Bina Insani";
    elsewhere[7] = "081999999999";
    elsewhere[13] = "";
    elsewhere[4] = "Jl. Lain 4";
    assert_eq!(outcome(cells(&elsewhere)), Verdict::Created);
}

#[test]
fn two_rows_on_one_institution_are_a_question_and_the_same_row_twice_is_none() {
    let row = home("1", "LKSA Muhammadiyah Al-Amin Sleman", "081234567890");
    let again = with(row.clone(), 0, "2");
    let newer = with(row.clone(), 9, "55");
    let rows = read(&[cells(HEAD), cells(&row), again, newer]);
    let expected = [Verdict::Created, Verdict::Unchanged(Twin::Row(2)), Verdict::PossibleDuplicate(vec![Twin::Row(2)])];
    assert_eq!(judged(&rows, &[None; 3], &[]), expected);
    // The first row is in the register now: nothing is written, and the question stays.
    let known = [record(rows[0].said.as_ref().unwrap(), 7, "AUM-34-00001")];
    let id = Uuid::from_u128(7);
    let later = judged(&rows, &[None; 3], &known);
    assert_eq!(later[0], Verdict::Unchanged(Twin::Institution(id)));
    assert_eq!(later[2].outcome(), RowOutcome::PossibleDuplicate);
    // A person has decided on the third row.
    let decided = judged(&rows, &[Some(id), None, Some(id)], &known);
    assert!(decided.iter().all(|verdict| verdict.outcome() == RowOutcome::Unchanged));
}

#[test]
fn a_code_of_the_register_decides_and_its_record_moves() {
    let head: Vec<&str> = std::iter::once("Kode AUMSOS").chain(HEAD.iter().copied()).collect();
    let first = read(&[cells(HEAD), cells(&home("1", "LKSA Muhammadiyah Al-Amin Sleman", "081234567890"))]);
    let known = [record(first[0].said.as_ref().unwrap(), 7, "AUM-34-00001")];
    let mut moved = vec!["aum-34-00001"];
    moved.extend(home("1", "LKSA Muhammadiyah Nama Baru", "081999999999"));
    let rows = read(&[cells(&head), cells(&moved)]);
    assert_eq!(judged(&rows, &[None], &known), [Verdict::Updated(Uuid::from_u128(7))]);
    let mut closed = known.to_vec();
    closed[0].institution.status = crate::institutions::InstitutionStatus::Closed;
    assert_eq!(judged(&rows, &[None], &closed)[0].outcome(), RowOutcome::PossibleDuplicate);
}

/// A record as it truly is.
#[derive(Debug, Clone)]
struct Truth {
    name: String,
    kind: InstitutionKind,
    operator: Operator,
    village: Region,
    phone: String,
    founded: NaiveDate,
    capacity: u32,
    inside: (u32, u32),
    outside: (u32, u32),
    grade: Option<Grade>,
    position: (f64, f64),
    shapes: [usize; 12],
}

fn truth() -> impl Strategy<Value = Truth> {
    let regions = Regions::get();
    let villages = regions.count(RegionLevel::Village);
    let names =
        prop::sample::select(vec!["Al-Amin", "Bina Insani", "Nurul Huda", "Budi Mulia", "Siti Walidah", "Fathimah"]);
    let kinds = prop::sample::select(InstitutionKind::ALL);
    let operators = prop::sample::select(Operator::ALL);
    let grades = prop::sample::select(vec![None, Some(Grade::A), Some(Grade::B), Some(Grade::C)]);
    let people = (0_u32..200, 0_u32..200, 0_u32..200, 0_u32..200, 0_u32..2_000);
    let place = (0..villages, 0_u32..110_000, 950_000_u32..1_410_000);
    let shapes = prop::array::uniform12(0_usize..6);
    ((names, kinds, operators, grades), people, place, (0_u64..40_000, 10_000_000_u32..99_999_999), shapes).prop_map(
        move |((name, kind, operator, grade), people, (village, south, east), (days, phone), shapes)| Truth {
            name: format!("{} {name}", ["LKSA", "Panti", "PA"][shapes[11] % 3]),
            kind,
            operator,
            village: regions.of_level(RegionLevel::Village).nth(village).unwrap(),
            phone: phone.to_string(),
            founded: NaiveDate::from_ymd_opt(1912, 11, 18).unwrap() + Days::new(days),
            capacity: people.4,
            inside: (people.0, people.1),
            outside: (people.2, people.3),
            grade,
            position: (-f64::from(south) / 10_000.0, f64::from(east) / 10_000.0),
            shapes,
        },
    )
}

impl Truth {
    /// Each field with a header and a cell, each in one of the ways in which people write it.
    fn written(&self) -> Vec<(&'static str, String)> {
        let shape = |at: usize| self.shapes[at];
        let pick = |at: usize, options: &[&'static str]| options[shape(at) % options.len()];
        let name_of = |level| Regions::get().region(self.village.code.ancestor(level).unwrap()).unwrap().name;
        let count = |at: usize, number: u32| match shape(at) {
            0 => number.to_string(),
            1 => format!(" {number} "),
            2 => format!("{number} anak"),
            3 => format!("{number} org"),
            4 if number >= 1000 => format!("{}.{:03}", number / 1000, number % 1000),
            _ => format!("'{number}"),
        };
        let kind = match self.kind {
            InstitutionKind::Lksa => pick(0, &["LKSA", "lksa (dalam panti)", "Panti Asuhan", "Panti Asuhan Anak"]),
            InstitutionKind::FamilyCare => pick(0, &["Asuhan Keluarga", "asuhan keluarga", "Pengasuhan Keluarga"]),
            InstitutionKind::FamilyAssistance => pick(0, &["Santunan Keluarga", "Santunan Kel.", "SANTUNAN KELUARGA"]),
            InstitutionKind::PantiWerdha => {
                pick(0, &["Panti Werdha", "Panti Jompo", "LKS Lanjut Usia", "panti lansia"])
            }
            InstitutionKind::PantiDisabilitas => pick(0, &["Panti Disabilitas", "LKS Disabilitas", "panti cacat"]),
            InstitutionKind::Bakesos => pick(0, &["Bakesos", "BAKESOS", "Balai Kesejahteraan Sosial"]),
        };
        let operator = match self.operator {
            Operator::Muhammadiyah => pick(1, &["Muhammadiyah", "MUHAMMADIYAH", "PDM", "Muhamadiyah"]),
            Operator::Aisyiyah => pick(1, &["'Aisyiyah", "’Aisyiyah", "‘Aisyiyah", "AISYIYAH", "Aisyiyah", "PDA"]),
        };
        let (year, month, day) = (self.founded.year(), self.founded.month(), self.founded.day());
        let months = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
        let founded = match shape(2) {
            0 => format!("{day:02}/{month:02}/{year}"),
            1 => format!("{day}-{month}-{year}"),
            2 => format!("{year}-{month:02}-{day:02}"),
            3 => format!("{day} {} {year}", months[month as usize - 1]),
            4 => format!("{day}.{month}.{year}"),
            _ => format!("'{day:02}/{month:02}/{year}"),
        };
        let (middle, end) = self.phone.split_at(4);
        let phone = match shape(3) {
            0 => format!("(0812) {middle}{end}"),
            1 => format!("0812-{middle}-{end}"),
            2 => format!("+62 812-{middle}-{end}"),
            3 => format!("62812{middle}{end}"),
            4 => format!("'0812{middle}{end}"),
            _ => format!("0812{middle}{end}/WA"),
        };
        let grade = match self.grade {
            Some(grade) => match shape(4) {
                0 => format!(" {}", grade.code().to_lowercase()),
                1 => format!("Terakreditasi {grade}"),
                2 => format!("akreditasi {grade}"),
                3 => format!("{grade} (sesuai sertifikat)"),
                _ => grade.to_string(),
            },
            None => pick(4, &["-", "belum", "Belum terakreditasi"]).to_owned(),
        };
        let (south, east) = self.position;
        let position = match shape(5) {
            0 => format!("{south:.4}, {east:.4}"),
            1 => format!("{south:.4} {east:.4}"),
            2 => format!("{south:.4};{east:.4}").replace('.', ","),
            3 => format!("{east:.4}, {south:.4}"),
            4 => format!("{:.4} LS {east:.4} BT", -south),
            _ => format!("{south:.4},{east:.4}"),
        };
        let regency = name_of(RegionLevel::Regency);
        let regency = match shape(6) {
            0 => regency.to_uppercase(),
            1 => regency.replace("Kabupaten ", "Kab. "),
            2 => regency.replace("Kabupaten ", "Kab."),
            3 => regency.to_lowercase(),
            _ => regency.to_owned(),
        };
        let province = match shape(7) {
            0 => name_of(RegionLevel::Province).to_uppercase(),
            1 => format!(" {} ", name_of(RegionLevel::Province).to_lowercase()),
            _ => name_of(RegionLevel::Province).to_owned(),
        };
        let name = match shape(8) {
            0 => format!("  {} ", self.name.to_uppercase()),
            1 => self.name.replace(' ', "  "),
            _ => self.name.clone(),
        };
        vec![
            (pick(8, &["Nama Lembaga", "NAMA PANTI", "Nama", "Name of institution"]), name),
            (pick(0, &["Jenis Layanan", "Jenis", "Tipe Lembaga", "Kind"]), kind.to_owned()),
            (pick(1, &["Pengelola", "Penyelenggara", "Operator"]), operator.to_owned()),
            (pick(7, &["Provinsi", "PROPINSI", "Province"]), province),
            (pick(6, &["Kabupaten/Kota", "Kab/Kota", "Kab./Kota", "Regency"]), regency),
            (pick(9, &["Kecamatan", "Kec.", "District"]), name_of(RegionLevel::District).to_owned()),
            (pick(10, &["Desa/Kelurahan", "Kel/Desa", "Village"]), self.village.name.to_owned()),
            (pick(3, &["No. Telp/HP", "Telepon", "HP/WA", "Phone"]), phone),
            (pick(2, &["Tanggal Berdiri", "Tgl. Pendirian", "Founded"]), founded),
            (pick(9, &["Kapasitas", "Daya Tampung", "Capacity"]), count(9, self.capacity)),
            (pick(10, &["Dalam Panti L", "Dalam (Putra)", "Inside, boys"]), count(10, self.inside.0)),
            (pick(10, &["Dalam Panti P", "Dalam (Putri)", "Inside, girls"]), count(11, self.inside.1)),
            (pick(11, &["Luar Panti L", "Luar (Laki-laki)", "Outside male"]), count(9, self.outside.0)),
            (pick(11, &["Luar Panti P", "Luar (Perempuan)", "Outside female"]), count(10, self.outside.1)),
            (pick(4, &["Akreditasi", "Nilai Akreditasi", "Accreditation"]), grade),
            (pick(5, &["Koordinat", "Titik Koordinat", "GPS"]), position),
        ]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_record_comes_back_however_it_is_written(truth in truth(), order in any::<u64>(), titles in 0_usize..4) {
        let mut columns = truth.written();
        // Some order of the columns.
        let mut seed = order;
        for at in (1..columns.len()).rev() {
            columns.swap(at, usize::try_from(seed % (at as u64 + 1)).unwrap());
            seed = seed.rotate_right(7).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        rows.extend((0..titles).map(|at| if at % 2 == 0 { vec![text("DIREKTORI AUMSOS")] } else { Vec::new() }));
        rows.push(columns.iter().map(|(header, _)| text(header)).collect());
        rows.push(columns.iter().map(|(_, cell)| text(cell)).collect());
        let found = read(&rows);
        prop_assert_eq!(found.len(), 1, "{:?}", columns);
        let said = found[0].said.as_ref();
        prop_assert!(said.is_ok(), "{:?} {:?}", said.unwrap_err(), columns);
        let entry = said.unwrap();
        prop_assert_eq!(entry.name.as_str().to_lowercase(), truth.name.to_lowercase());
        prop_assert_eq!(entry.kind, truth.kind);
        prop_assert_eq!(entry.operator, truth.operator);
        let regency = truth.village.code.ancestor(RegionLevel::Regency).unwrap();
        prop_assert!(entry.region.is_within(regency), "{} {:?}", entry.region, columns);
        if found[0].notes.is_empty() {
            prop_assert_eq!(entry.region, truth.village.code);
        }
        prop_assert_eq!(entry.phones[0].as_str(), format!("+62812{}", truth.phone));
        let founded = truth.founded.to_string();
        prop_assert_eq!(entry.founded.as_ref().map(PartialDate::as_str), Some(founded.as_str()));
        prop_assert_eq!(entry.capacity.as_ref().unwrap().total, truth.capacity);
        let census = entry.figures.census(today()).unwrap();
        let of = |care, sex| {
            census.residents.iter().filter(|cell| cell.care == care && cell.sex == sex).map(|cell| cell.count).sum::<u32>()
        };
        prop_assert_eq!((of(CarePlace::Inside, Sex::Male), of(CarePlace::Inside, Sex::Female)), truth.inside);
        prop_assert_eq!((of(CarePlace::Outside, Sex::Male), of(CarePlace::Outside, Sex::Female)), truth.outside);
        let standing = entry.accreditation.as_ref().unwrap();
        prop_assert_eq!(standing.grade, truth.grade);
        prop_assert_eq!(standing.status == AccreditationStatus::Accredited, truth.grade.is_some());
        let position = entry.position.unwrap();
        prop_assert!(position.distance_m(truth.position.0, truth.position.1) < 15.0, "{:?}", position);
    }
}

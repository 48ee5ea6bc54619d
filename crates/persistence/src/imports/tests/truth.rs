//! The directory of a council, in both of its forms, gives exactly what is known to be right.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use aumsos_domain::{
    CodeList,
    imports::{ImportSummary, Verdict, judge},
    institutions::AccreditationStatus,
};

use super::{DIRECTORY_CSV, DIRECTORY_XLSX, read};

const TRUTH: &str = include_str!("../../../../../tests/data/direktori-aumsos.truth.json");

/// The figures of the truth, counted over the institutions that an import would create.
fn found(bytes: &[u8]) -> Value {
    let sheet = read(bytes).unwrap();
    let verdicts = judge(&sheet.rows, &vec![None; sheet.rows.len()], &[]);
    let summary = ImportSummary::of(verdicts.iter().map(Verdict::outcome));
    assert_eq!((summary.updated, summary.unchanged), (0, 0));
    let mut by: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    let (mut in_process, mut capacity, mut male, mut female) = (0, 0, 0, 0);
    for (row, verdict) in sheet.rows.iter().zip(&verdicts) {
        let (Ok(entry), Verdict::Created) = (&row.said, verdict) else { continue };
        let mut count = |list, code: &str| *by.entry(list).or_default().entry(code.to_owned()).or_default() += 1;
        count("by_kind", entry.kind.code());
        count("by_operator", entry.operator.code());
        count("by_province", &entry.region.as_str()[..2]);
        if let Some(standing) = &entry.accreditation {
            if let Some(grade) = standing.grade {
                count("by_grade", grade.code());
            }
            in_process += u64::from(standing.status == AccreditationStatus::InProcess);
        }
        capacity += u64::from(entry.capacity.as_ref().map_or(0, |capacity| capacity.total));
        male += u64::from(entry.figures.inside_male.unwrap_or(0));
        female += u64::from(entry.figures.inside_female.unwrap_or(0));
    }
    let mut figures = json!({
        "data_rows": summary.rows, "unique": summary.created, "duplicates": summary.possible_duplicates,
        "rejected": summary.refused, "in_process": in_process, "capacity": capacity, "residents_in_male": male,
        "residents_in_female": female,
    });
    for (list, counts) in by {
        figures[list] = json!(counts);
    }
    figures
}

#[test]
fn the_directory_gives_the_truth_in_both_forms() {
    let truth: Value = serde_json::from_str(TRUTH).unwrap();
    assert_eq!(found(DIRECTORY_CSV), truth);
    assert_eq!(found(DIRECTORY_XLSX), truth);
}

#[test]
fn both_forms_say_the_same_row_by_row() {
    let (csv, xlsx) = (read(DIRECTORY_CSV).unwrap(), read(DIRECTORY_XLSX).unwrap());
    assert_eq!(csv.rows, xlsx.rows);
    assert_eq!(xlsx.sheet.as_deref(), Some("Direktori"));
    // The first row of data stands under two titles, a blank row and the header.
    assert_eq!(csv.rows[0].number, 5);
}

#[test]
fn each_refusal_names_the_cell() {
    let sheet = read(DIRECTORY_XLSX).unwrap();
    let refused: Vec<_> = sheet.rows.iter().filter_map(|row| row.said.as_ref().err()).collect();
    assert!(refused.iter().all(|problems| problems.len() == 1), "{refused:#?}");
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for problem in refused.into_iter().flatten() {
        assert!(problem.cell.is_some());
        *codes.entry(problem.reason.code).or_default() += 1;
    }
    // Two of each fault were put into the directory.
    let expected = [
        ("date_in_future", 2),
        ("import_date_not_understood", 2),
        ("import_kind_not_understood", 2),
        ("import_number_negative", 2),
        ("import_number_not_understood", 2),
        ("import_position_outside_indonesia", 2),
        ("import_region_contradicts", 2),
        ("import_region_not_found", 2),
        ("text_empty", 2),
        ("text_too_long", 2),
    ];
    assert_eq!(codes, BTreeMap::from(expected));
}

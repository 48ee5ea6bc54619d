//! What goes in and out.

use std::collections::BTreeMap;

use aumsos_domain::{
    Language,
    imports::{
        Decision, DecisionKind, Import, ImportField, ImportStatus, ImportSummary, MappedColumn, Remark, RowOutcome,
        Twin,
    },
    institutions::{InstitutionKind, Operator},
    regions::RegionCode,
    text_value::Line,
};
use aumsos_persistence::imports::JudgedRow;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    conditional::Tag,
    listing::{Form, ListFilters},
    problem::{FieldError, Problem, reasons, text},
};

/// A file to import, with what the caller says of it.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "file": "No;Nama Lembaga;Jenis;Pengelola;Kabupaten/Kota;Provinsi\n1;LKSA Al-Amin;LKSA;Muhammadiyah;Kab. Sleman;DIY\n",
    "as_of": "2026-06-30", "mapping": {"Kabupaten/Kota": "regency"}
}))]
pub struct ImportUpload {
    /// CSV (any common separator and encoding) or XLSX.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// The id of the import, where the client made one (UUIDv7).
    pub id: Option<Uuid>,
    /// The day for which the figures of the sheet hold; today when it is left out.
    pub as_of: Option<NaiveDate>,
    /// What columns say, where the headers do not tell: a header's text, a column's letters or its number, from 1; and
    /// the field. A JSON object in a part of its own.
    pub mapping: Option<BTreeMap<String, ImportField>>,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import, example = json!({
    "id": "01936d2e-7c00-7000-8000-000000000001", "version": 1, "status": "dry_run",
    "file_name": "direktori.xlsx", "sheet": "Direktori",
    "columns": [{"column": "B", "header": "Nama Lembaga", "field": "name"}], "as_of": "2026-06-30",
    "summary": {"rows": 595, "created": 550, "updated": 0, "unchanged": 0, "possible_duplicates": 25, "refused": 20},
    "applied_rows": 0, "waiting_rows": 550,
    "created_at": "2026-11-24T03:00:00Z", "updated_at": "2026-11-24T03:00:00Z"
}))]
pub struct ImportOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1.
    pub version: i64,
    /// Where it is in its life.
    pub status: ImportStatus,
    /// The name of the file.
    pub file_name: Option<Line>,
    /// The sheet of a workbook that was read.
    pub sheet: Option<String>,
    /// The columns with what they were taken for.
    pub columns: Vec<MappedColumn>,
    /// The day for which the figures of the sheet hold.
    pub as_of: NaiveDate,
    /// What becomes of its rows.
    pub summary: ImportSummary,
    /// Rows that were written or decided.
    pub applied_rows: u64,
    /// Rows that applying it writes.
    pub waiting_rows: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ImportOut {
    /// An import, with how many of its rows were applied and how many wait to be.
    pub fn of(import: &Import, (applied_rows, waiting_rows): (u64, u64)) -> Self {
        Self {
            id: import.id,
            version: import.version,
            status: import.status,
            file_name: import.file_name.clone(),
            sheet: import.sheet.clone(),
            columns: import.columns.clone(),
            as_of: import.as_of,
            summary: import.summary,
            applied_rows,
            waiting_rows,
            created_at: import.created_at,
            updated_at: import.updated_at,
        }
    }

    /// Its tag: the version, and how far applying has come.
    pub(super) fn tag(&self) -> Tag {
        Tag::of_view(self.version, &self.applied_rows.to_string())
    }
}

/// An import as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01936d2e-7c00-7000-8000-000000000001", "version": 3, "status": "applied",
    "file_name": "direktori.xlsx", "as_of": "2026-06-30",
    "summary": {"rows": 595, "created": 550, "updated": 0, "unchanged": 0, "possible_duplicates": 25, "refused": 20},
    "created_at": "2026-11-24T03:00:00Z", "updated_at": "2026-11-24T03:05:00Z"
}))]
pub struct ListedImport {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1.
    pub version: i64,
    /// Where it is in its life.
    pub status: ImportStatus,
    /// The name of the file.
    pub file_name: Option<Line>,
    /// The day for which the figures of the sheet hold.
    pub as_of: NaiveDate,
    /// What becomes of its rows.
    pub summary: ImportSummary,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Import> for ListedImport {
    fn from(import: Import) -> Self {
        Self {
            id: import.id,
            version: import.version,
            status: import.status,
            file_name: import.file_name,
            as_of: import.as_of,
            summary: import.summary,
            created_at: import.created_at,
            updated_at: import.updated_at,
        }
    }
}

/// Which imports.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ImportQuery {}

impl ListFilters for ImportQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

/// Which rows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ImportRowQuery {
    /// What becomes of them.
    #[param(max_items = 5)]
    pub outcome: Vec<RowOutcome>,
}

impl ListFilters for ImportRowQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("row", ())];
    const DEFAULT_SORT: &'static str = "row";
    const FORMS: &'static [Form] = &[Form::Csv];
}

/// Something about a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellRemark {
    /// The cell as spreadsheets name it; null if it is about a column that the sheet does not have.
    #[schema(example = "Q52")]
    pub cell: Option<String>,
    /// What the cell should say.
    pub field: Option<ImportField>,
    /// Why, stable.
    #[schema(example = "import_number_negative")]
    pub code: String,
    /// Why, in the caller's language.
    pub message: String,
}

impl CellRemark {
    fn of(remark: &Remark, language: Language) -> Self {
        Self {
            cell: remark.cell.clone(),
            field: remark.field,
            code: remark.reason.code.to_owned(),
            message: text(remark.reason, language).to_owned(),
        }
    }
}

/// What a row may be the same as: an earlier row of the file, or an institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowTwin {
    /// The number of an earlier row.
    pub row: Option<u64>,
    /// An institution of the register.
    pub institution_id: Option<Uuid>,
}

impl From<&Twin> for RowTwin {
    fn from(twin: &Twin) -> Self {
        match *twin {
            Twin::Row(number) => Self { row: Some(number), institution_id: None },
            Twin::Institution(id) => Self { row: None, institution_id: Some(id) },
        }
    }
}

/// What becomes of a row of the sheet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "row": 52, "outcome": "refused", "name": "Panti Asuhan Muhammadiyah", "kind": null, "operator": null, "region": null,
    "street": null, "institution_id": null, "decision": null, "is_applied": false,
    "problems": [{
        "cell": "Q52", "field": "capacity", "code": "import_number_negative",
        "message": "Jumlah orang atau tempat tidak mungkin kurang dari nol."
    }],
    "notes": [], "possible_duplicate_of": []
}))]
pub struct ImportRow {
    /// Its number in the sheet, from 1, as spreadsheets show it.
    pub row: u64,
    /// What becomes of it.
    pub outcome: RowOutcome,
    /// The name as it is written.
    pub name: String,
    /// The kind, where the row was understood.
    pub kind: Option<InstitutionKind>,
    /// Who runs it.
    pub operator: Option<Operator>,
    /// The finest region that the row determines.
    pub region: Option<RegionCode>,
    /// Street, number, RT/RW.
    pub street: Option<Line>,
    /// The institution that the row is, or will be.
    pub institution_id: Option<Uuid>,
    /// What a person has decided.
    pub decision: Option<DecisionKind>,
    /// Whether it was written, or its decision carried out.
    pub is_applied: bool,
    /// Why it is refused, all at once.
    pub problems: Vec<CellRemark>,
    /// What was left out of it, and why.
    pub notes: Vec<CellRemark>,
    /// What it may be the same as, or, when nothing of it is new, is.
    pub possible_duplicate_of: Vec<RowTwin>,
}

impl ImportRow {
    pub(super) fn of(row: &JudgedRow, language: Language) -> Self {
        let remarks = |remarks: &[Remark]| remarks.iter().map(|remark| CellRemark::of(remark, language)).collect();
        let entry = row.entry();
        Self {
            row: row.number,
            outcome: row.outcome,
            name: row.name().to_owned(),
            kind: entry.map(|entry| entry.kind),
            operator: entry.map(|entry| entry.operator),
            region: entry.map(|entry| entry.region),
            street: entry.and_then(|entry| entry.street.clone()),
            institution_id: row.institution,
            decision: row.decision.map(Decision::kind),
            is_applied: row.is_applied,
            problems: remarks(row.problems()),
            notes: remarks(row.notes()),
            possible_duplicate_of: row.twins().iter().map(RowTwin::from).collect(),
        }
    }
}

/// What to apply.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decisions": [
    {"row": 241, "decision": "skip"},
    {"row": 492, "decision": "same_as", "institution_id": "01936d2e-7c00-7000-8000-000000000007"}
]}))]
pub struct ImportApply {
    /// What a person decides of rows that may be duplicates; those without a decision are left out until one is made.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub decisions: Vec<RowDecision>,
}

/// What a person decides of one row.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowDecision {
    /// The number of the row.
    pub row: u64,
    /// The decision.
    pub decision: DecisionKind,
    /// Which institution it is, for `same_as`.
    #[serde(default)]
    pub institution_id: Option<Uuid>,
}

impl ImportApply {
    /// The decisions by row.
    pub(super) fn decisions(&self) -> Result<BTreeMap<u64, Decision>, Problem> {
        let mut decisions = BTreeMap::new();
        let mut errors = Vec::new();
        for (at, one) in self.decisions.iter().enumerate() {
            let decision = match (one.decision, one.institution_id) {
                (DecisionKind::Create, None) => Decision::Create,
                (DecisionKind::Skip, None) => Decision::Skip,
                (DecisionKind::SameAs, Some(id)) => Decision::SameAs(id),
                (kind, _) => {
                    let is_missing = kind == DecisionKind::SameAs;
                    let reason = if is_missing { &reasons::REQUIRED } else { &reasons::NOT_ALLOWED_HERE };
                    errors.push(FieldError::in_body(format!("/decisions/{at}/institution_id"), reason));
                    continue;
                }
            };
            if decisions.insert(one.row, decision).is_some() {
                errors.push(FieldError::in_body(format!("/decisions/{at}/row"), &reasons::NOT_ALLOWED_HERE));
            }
        }
        if errors.is_empty() { Ok(decisions) } else { Err(Problem::invalid(errors)) }
    }
}

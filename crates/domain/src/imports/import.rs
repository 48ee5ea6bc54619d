//! The life of an import: looked over (`dry_run`) → `applying` → `applied`, or `failed`; or `discarded`. What its rows say
//! is kept for a while after that, and then it is `closed`.
//!
//! An import by the council is an act of verification: whoever holds `imports.run` vouches for the sheet, and what it
//! brings becomes active at once, verified by that person, without the four eyes that a submission needs
//! ([`Institution::registered`](crate::institutions::Institution::registered)). The dry run stands in their place: it
//! shows each row's outcome before anything is written, and what is only likely waits for a person's decision.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Header, ImportField, ImportSummary};
use crate::{
    access::ActorId,
    reason::{Reason, Refusal},
    text_value::Line,
};

crate::code_list! {
    /// Where an import is in its life.
    ImportStatus = "import_status" ("Status impor", "Status of an import") {
        DryRun = "dry_run" ("Uji coba", "Dry run"),
        Applying = "applying" ("Sedang diterapkan", "Being applied"),
        Applied = "applied" ("Diterapkan", "Applied"),
        Failed = "failed" ("Gagal", "Failed"),
        Discarded = "discarded" ("Dibuang", "Discarded"),
        Closed = "closed" ("Ditutup: isi barisnya sudah dihapus", "Closed: what its rows said is forgotten"),
    }
}

crate::code_list! {
    /// What can be decided of a row that may be a duplicate; see [`Decision`].
    DecisionKind = "import_decision" ("Keputusan baris impor", "Decision on a row") {
        Create = "create" ("Lembaga lain: buat baru", "Another institution: create it"),
        Skip = "skip" ("Lewati baris ini", "Leave the row out"),
        SameAs = "same_as" ("Lembaga yang sudah ada: perbarui", "A known institution: bring it up to date"),
    }
}

/// The step is not possible in the status the import is in.
pub const IMPORT_STATUS_DOES_NOT_ALLOW: Reason = Reason {
    code: "import_status_does_not_allow",
    id: "Langkah ini tidak dapat dilakukan pada status impor saat ini.",
    en: "This step cannot be taken in the status the import is in.",
};
/// A decision on a row that waits for none.
pub const IMPORT_ROW_WAITS_FOR_NONE: Reason = Reason {
    code: "import_row_waits_for_none",
    id: "Keputusan hanya dapat diberikan pada baris yang mungkin ganda dan belum diterapkan.",
    en: "A decision is taken only on a row that is a possible duplicate and was not applied.",
};
/// A decision names a record that rows cannot be laid over.
pub const IMPORT_SAME_AS_NOT_LIVE: Reason = Reason {
    code: "import_same_as_not_live",
    id: "Lembaga yang disebut keputusan ini tidak ada, tidak aktif, atau di luar wewenang Anda.",
    en: "The institution that the decision names is not there, is not active, or is not yours to change.",
};
/// A row of a region that the caller is not responsible for.
pub const IMPORT_ROW_OUTSIDE_SCOPE: Reason = Reason {
    code: "import_row_outside_scope",
    id: "Lembaga ini di luar wilayah wewenang Anda.",
    en: "The institution lies outside of what you are responsible for.",
};

/// What a person decides of a row that may be a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is another institution: make it.
    Create,
    /// Leave the row out, now and whenever the same row comes again.
    Skip,
    /// It is this institution: bring it up to date.
    SameAs(Uuid),
}

impl Decision {
    /// Which of them it is.
    pub const fn kind(self) -> DecisionKind {
        match self {
            Self::Create => DecisionKind::Create,
            Self::Skip => DecisionKind::Skip,
            Self::SameAs(_) => DecisionKind::SameAs,
        }
    }
}

/// A column of the sheet and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MappedColumn {
    /// Its letters.
    #[schema(example = "B")]
    pub column: String,
    /// The text above it.
    #[schema(example = "Nama Lembaga")]
    pub header: String,
    /// What it says; `ignore` for a column that is not read.
    pub field: ImportField,
}

/// An import of one sheet. Its rows are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Where it is in its life.
    pub status: ImportStatus,
    /// The name of the file, as the caller gave it.
    pub file_name: Option<Line>,
    /// The sheet of a workbook that was read.
    pub sheet: Option<String>,
    /// The columns.
    pub columns: Vec<MappedColumn>,
    /// The day for which the figures of the sheet hold.
    pub as_of: NaiveDate,
    /// The totals.
    pub summary: ImportSummary,
    /// Who made it.
    pub created_by: ActorId,
    /// Who applied it.
    pub applied_by: Option<ActorId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Import {
    /// The columns of a header, as an import keeps them.
    pub fn columns_of(header: &Header) -> Vec<MappedColumn> {
        let column = |(column, label, field): (String, &str, ImportField)| MappedColumn {
            column,
            header: label.chars().take(200).collect(),
            field,
        };
        header.mapped().map(column).collect()
    }

    /// Begins to apply a dry run, or goes on with what failed. `summary` counts the rows anew, for the register may
    /// have moved on.
    pub fn begin(self, by: ActorId, summary: ImportSummary, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[ImportStatus::DryRun, ImportStatus::Failed, ImportStatus::Applied])?;
        Ok(Self { status: ImportStatus::Applying, applied_by: Some(by), summary, ..self.touched(at) })
    }

    /// All that could be applied is.
    pub fn finish(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[ImportStatus::Applying])?;
        Ok(Self { status: ImportStatus::Applied, ..self.touched(at) })
    }

    /// Applying was given up; what was applied stays, and it can be begun again.
    pub fn fail(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[ImportStatus::Applying])?;
        Ok(Self { status: ImportStatus::Failed, ..self.touched(at) })
    }

    /// Throws a dry run away, and what its rows said with it.
    pub fn discard(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[ImportStatus::DryRun])?;
        Ok(Self { status: ImportStatus::Discarded, ..self.touched(at) })
    }

    /// Ends an import that nobody has touched for long: what its rows said is forgotten, their outcomes stay. Nothing
    /// more can be decided of it.
    pub fn close(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[ImportStatus::Applied, ImportStatus::Failed])?;
        Ok(Self { status: ImportStatus::Closed, ..self.touched(at) })
    }

    fn from(&self, allowed: &[ImportStatus]) -> Result<(), Refusal> {
        if allowed.contains(&self.status) {
            Ok(())
        } else {
            Err(Refusal::with(&IMPORT_STATUS_DOES_NOT_ALLOW, serde_json::json!({ "status": self.status })))
        }
    }

    fn touched(self, at: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, updated_at: at, ..self }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_dry_run_is_applied_or_discarded_and_no_more() {
        let at = DateTime::UNIX_EPOCH;
        let dry_run = Import {
            id: Uuid::nil(),
            version: 1,
            status: ImportStatus::DryRun,
            file_name: None,
            sheet: None,
            columns: Vec::new(),
            as_of: NaiveDate::MIN,
            summary: ImportSummary::default(),
            created_by: ActorId::System,
            applied_by: None,
            created_at: at,
            updated_at: at,
        };
        let summary = ImportSummary { rows: 1, created: 1, ..ImportSummary::default() };
        let applying = dry_run.clone().begin(ActorId::System, summary, at).unwrap();
        assert_eq!((applying.version, applying.summary), (2, summary));
        assert!(applying.clone().begin(ActorId::System, summary, at).is_err(), "it is being applied already");
        assert!(applying.clone().discard(at).is_err());
        let failed = applying.clone().fail(at).unwrap();
        assert!(failed.begin(ActorId::System, summary, at).is_ok(), "what failed goes on");
        let applied = applying.finish(at).unwrap();
        assert!(applied.clone().discard(at).is_err());
        assert!(applied.clone().begin(ActorId::System, summary, at).is_ok(), "later decisions are applied later");
        assert!(dry_run.clone().close(at).is_err(), "a dry run is discarded");
        let closed = applied.close(at).unwrap();
        assert!(closed.begin(ActorId::System, summary, at).is_err(), "nothing more is decided");
        let discarded = dry_run.discard(at).unwrap();
        assert!(discarded.begin(ActorId::System, summary, at).is_err());
    }

    #[test]
    fn decisions_are_written_as_people_read_them() {
        let id = Uuid::from_u128(7);
        for (decision, json) in [
            (Decision::Create, "\"create\"".to_owned()),
            (Decision::Skip, "\"skip\"".to_owned()),
            (Decision::SameAs(id), format!("{{\"same_as\":\"{id}\"}}")),
        ] {
            assert_eq!(serde_json::to_string(&decision).unwrap(), json);
            assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
        }
    }
}

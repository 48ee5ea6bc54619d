//! An import and its rows as they are kept.

use std::sync::Arc;

use sea_orm::ActiveValue;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    imports::{Decision, Entry, Import, ReadRow, Remark, RowOutcome, Twin, Verdict},
};

use super::entity::{import, row};
use crate::{StoreError, Vault, clock::to_micros, vault::place};

const DAMAGED: StoreError = StoreError::Unreadable("an import");

/// What is kept of a row, sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptRow {
    /// The name as it is written.
    pub(super) name: String,
    /// What it says; none when it was refused, or is forgotten.
    pub(super) entry: Option<Arc<Entry>>,
    /// Why it was refused.
    pub(super) problems: Vec<Remark>,
    /// What was left out.
    pub(super) notes: Vec<Remark>,
    /// What it may be the same as, or is.
    pub(super) twins: Vec<Twin>,
    /// The ids that what it makes will have, fixed when it was read, so that a second try makes nothing twice.
    pub(super) ids: RowIds,
}

/// The ids of what a row makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowIds {
    pub(super) institution: Uuid,
    pub(super) head: Uuid,
    pub(super) census: Uuid,
}

impl RowIds {
    pub(super) fn new() -> Self {
        Self { institution: Uuid::now_v7(), head: Uuid::now_v7(), census: Uuid::now_v7() }
    }
}

/// A row of an import, read and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedRow {
    /// Its number in the sheet, from 1.
    pub number: u64,
    /// What becomes of it.
    pub outcome: RowOutcome,
    /// What a person decided, when it may be a duplicate.
    pub decision: Option<Decision>,
    /// Whether it was written, or its decision carried out.
    pub is_applied: bool,
    /// The institution it is, will be, or was left out for.
    pub institution: Option<Uuid>,
    pub(super) kept: KeptRow,
    pub(super) fingerprint: Option<String>,
}

impl JudgedRow {
    /// The name as it is written.
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// What it says; none when it was refused.
    pub fn entry(&self) -> Option<&Entry> {
        self.kept.entry.as_deref()
    }

    /// Why it was refused, all of it.
    pub fn problems(&self) -> &[Remark] {
        &self.kept.problems
    }

    /// What was left out of it.
    pub fn notes(&self) -> &[Remark] {
        &self.kept.notes
    }

    /// What it may be the same as.
    pub fn twins(&self) -> &[Twin] {
        &self.kept.twins
    }

    pub(super) fn new(read: ReadRow, verdict: &Verdict, fingerprint: Option<String>) -> Self {
        let ids = RowIds::new();
        let (entry, problems) = match read.said {
            Ok(entry) => (Some(entry), Vec::new()),
            Err(problems) => (None, problems),
        };
        let mut row = Self {
            number: read.number,
            outcome: verdict.outcome(),
            decision: None,
            is_applied: false,
            institution: None,
            kept: KeptRow { name: read.name, entry, problems, notes: read.notes, twins: Vec::new(), ids },
            fingerprint,
        };
        row.take_verdict(verdict);
        row
    }

    /// Takes a later verdict, and why the row is refused now, if it is.
    pub(super) fn take(&mut self, verdict: &Verdict, read: &ReadRow) {
        if let (Verdict::Refused, Err(problems)) = (verdict, &read.said) {
            self.kept.problems.clone_from(problems);
        }
        self.take_verdict(verdict);
    }

    pub(super) fn take_verdict(&mut self, verdict: &Verdict) {
        self.outcome = verdict.outcome();
        (self.institution, self.kept.twins) = match verdict {
            Verdict::Created => (Some(self.kept.ids.institution), Vec::new()),
            Verdict::Updated(id) => (Some(*id), Vec::new()),
            Verdict::Unchanged(Twin::Institution(id)) => (Some(*id), vec![Twin::Institution(*id)]),
            Verdict::Unchanged(twin) => (None, vec![*twin]),
            Verdict::PossibleDuplicate(twins) => (None, twins.clone()),
            Verdict::Refused => (None, Vec::new()),
        };
    }

    /// Forgets what the row says; what became of it stays, and why.
    pub(super) fn forget(&mut self) {
        self.kept.entry = None;
        self.kept.name.clear();
    }

    /// The row as it is read again for a later verdict.
    pub(super) fn as_read(&self) -> ReadRow {
        ReadRow {
            number: self.number,
            name: self.kept.name.clone(),
            said: self.kept.entry.clone().ok_or_else(|| self.kept.problems.clone()),
            notes: self.kept.notes.clone(),
        }
    }

    pub(super) fn seal(&self, import: Uuid, vault: &Vault) -> Result<row::ActiveModel, StoreError> {
        let number = i64::try_from(self.number).map_err(|_| DAMAGED)?;
        let plain = serde_json::to_vec(&self.kept).map_err(|_| DAMAGED)?;
        let decision = self.decision.map(|decision| serde_json::to_string(&decision)).transpose();
        Ok(row::ActiveModel {
            import_id: ActiveValue::Set(import),
            row_number: ActiveValue::Set(number),
            outcome: ActiveValue::Set(self.outcome.to_string()),
            decision: ActiveValue::Set(decision.map_err(|_| DAMAGED)?),
            is_applied: ActiveValue::Set(self.is_applied),
            institution_id: ActiveValue::Set(self.institution),
            fingerprint: ActiveValue::Set(self.fingerprint.clone()),
            sealed_document: ActiveValue::Set(vault.seal_own(&at(import, number), &plain)?),
        })
    }

    pub(super) fn open(row: row::Model, vault: &Vault) -> Result<Self, StoreError> {
        let plain = vault.open_own(&at(row.import_id, row.row_number), &row.sealed_document)?;
        let decision = row.decision.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            number: u64::try_from(row.row_number).map_err(|_| DAMAGED)?,
            outcome: RowOutcome::from_code(&row.outcome).ok_or(DAMAGED)?,
            decision: decision.map_err(|_| DAMAGED)?,
            is_applied: row.is_applied,
            institution: row.institution_id,
            kept: serde_json::from_slice(&plain).map_err(|_| DAMAGED)?,
            fingerprint: row.fingerprint,
        })
    }
}

pub(crate) fn at(import: Uuid, number: i64) -> Vec<u8> {
    place("import_row.sealed_document", &place(&import.to_string(), &number.to_be_bytes()))
}

/// A keyed hash of what a row says, the same in every file and form it comes in.
pub(super) fn fingerprint(entry: &Entry, vault: &Vault) -> Result<String, StoreError> {
    let said = serde_json::to_string(entry).map_err(|_| DAMAGED)?;
    Ok(vault.blind(&format!("import_row {said}")))
}

pub(super) fn row_of(import: &Import) -> Result<import::ActiveModel, StoreError> {
    Ok(import::ActiveModel {
        id: ActiveValue::Set(import.id),
        version: ActiveValue::Set(import.version),
        status: ActiveValue::Set(import.status.to_string()),
        maker_kind: ActiveValue::Set(import.created_by.kind().to_owned()),
        maker_id: ActiveValue::Set(import.created_by.id()),
        document: ActiveValue::Set(document_of(import)?),
        created_at: ActiveValue::Set(to_micros(import.created_at)),
        updated_at: ActiveValue::Set(to_micros(import.updated_at)),
        judged_after: ActiveValue::NotSet,
        judged_within: ActiveValue::NotSet,
    })
}

pub(super) fn document_of(import: &Import) -> Result<String, StoreError> {
    serde_json::to_string(import).map_err(|_| DAMAGED)
}

pub(super) fn read_import(row: &import::Model) -> Result<Import, StoreError> {
    serde_json::from_str(&row.document).map_err(|_| DAMAGED)
}

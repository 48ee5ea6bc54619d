//! Judging rows against the register: reads alone, a few queries however many rows there are.

use std::{
    collections::{HashMap, HashSet},
    pin::pin,
    sync::Arc,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    access::{ActorId, Scope},
    imports::{
        Alike, Candidate, Entry, Import, ImportField, ImportStatus, ImportSummary, ReadRow, Remark, Verdict,
        import::IMPORT_ROW_OUTSIDE_SCOPE, judge,
    },
    text_value::Line,
};
use chrono::NaiveDate;

use super::{
    ReadSheet,
    entity::row,
    judged::Judged,
    kept::{JudgedRow, fingerprint},
};
use crate::{Store, StoreError, apart::apart, clock, dialect::is_one_of};

/// So many rows are compared with the register, or laid beside their records, at once.
const ROWS_AT_ONCE: usize = 250;
/// While one group of rows is compared, the records of the next are read.
const GROUPS_AT_ONCE: usize = 2;

/// What the caller says of an import beyond its file.
#[derive(Debug, Clone)]
pub struct ImportWish {
    /// UUIDv7.
    pub id: Uuid,
    /// The name of the file.
    pub file_name: Option<Line>,
    /// The day for which the figures of the sheet hold.
    pub as_of: NaiveDate,
    /// Who imports.
    pub by: ActorId,
    /// Where they may import: rows of institutions elsewhere are refused.
    pub scope: Scope,
}

/// An import as it would be, with what becomes of each row. Nothing of it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// The import.
    pub import: Import,
    /// Its rows, in the order of the sheet.
    pub rows: Vec<JudgedRow>,
    /// When they were judged; never against an empty register.
    pub(super) judged: Option<Judged>,
}

impl DryRun {
    /// What would become of each row of a sheet if the register were empty: the dry run of a database that is not
    /// there yet.
    pub fn on_empty_register(sheet: ReadSheet, wish: ImportWish) -> Self {
        let verdicts = judge(&sheet.rows, &vec![None; sheet.rows.len()], &[]);
        let fingerprints = vec![None; sheet.rows.len()];
        Self::of(sheet, wish, &verdicts, fingerprints)
    }

    fn of(sheet: ReadSheet, wish: ImportWish, verdicts: &[Verdict], fingerprints: Vec<Option<String>>) -> Self {
        let ReadSheet { sheet, header, rows } = sheet;
        let at = clock::now();
        let import = Import {
            id: wish.id,
            version: 1,
            status: ImportStatus::DryRun,
            file_name: wish.file_name,
            sheet,
            columns: Import::columns_of(&header),
            as_of: wish.as_of,
            summary: ImportSummary::of(verdicts.iter().map(Verdict::outcome)),
            created_by: wish.by,
            applied_by: None,
            created_at: at,
            updated_at: at,
        };
        let rows = rows
            .into_iter()
            .zip(verdicts)
            .zip(fingerprints)
            .map(|((row, verdict), fingerprint)| JudgedRow::new(row, verdict, fingerprint))
            .collect();
        Self { import, rows, judged: None }
    }
}

impl Store {
    /// Says what would become of each row of a sheet; reads, and changes nothing.
    pub async fn evaluate_sheet(&self, sheet: ReadSheet, wish: ImportWish) -> Result<DryRun, StoreError> {
        let ReadSheet { sheet, header, mut rows } = sheet;
        let judged = self.about_to_judge(&wish.scope).await?;
        let (verdicts, fingerprints) = self.judge_rows(&mut rows, &wish.scope).await?;
        let dry_run = DryRun::of(ReadSheet { sheet, header, rows }, wish, &verdicts, fingerprints);
        Ok(DryRun { judged: Some(judged), ..dry_run })
    }

    /// The verdict on each row, and its fingerprint. Rows of institutions that are, or would be, in the care of units
    /// outside the scope are refused.
    pub(super) async fn judge_rows(
        &self,
        rows: &mut Vec<ReadRow>,
        scope: &Scope,
    ) -> Result<(Vec<Verdict>, Vec<Option<String>>), StoreError> {
        let reached = self.units_within(scope.units()).await?;
        let units = self.responsible_units().await?;
        for row in rows.iter_mut() {
            let Ok(entry) = &row.said else { continue };
            if !reached.contains(&units.unit_for(entry.operator, entry.region)) {
                row.said = Err(elsewhere());
            }
        }
        let fingerprints: Vec<Option<String>> = rows
            .iter()
            .map(|row| row.said.as_ref().ok().map(|entry| fingerprint(entry, self.vault())).transpose())
            .collect::<Result<_, _>>()?;
        let written = self.rows_written(&fingerprints).await?;
        let applied: Vec<Option<Uuid>> = fingerprints
            .iter()
            .map(|fingerprint| fingerprint.as_ref().and_then(|print| written.get(print)).copied())
            .collect();
        let candidates = self.candidates(rows, &applied, scope).await?;
        let foreign: HashSet<Uuid> =
            candidates.iter().flatten().filter(|one| !reached.contains(&one.unit_id)).map(|one| one.id).collect();
        let taken = std::mem::take(rows);
        let judging = apart("an import", move || {
            let verdicts = judge(&taken, &applied, &candidates);
            Ok((taken, verdicts))
        });
        let (judged, mut verdicts) = judging.await?;
        *rows = judged;
        self.lay_beside(rows, &mut verdicts).await?;
        let mut settled = Vec::with_capacity(verdicts.len());
        for (row, verdict) in rows.iter_mut().zip(verdicts) {
            settled.push(if matches!(verdict, Verdict::Updated(id) if foreign.contains(&id)) {
                row.said = Err(elsewhere());
                Verdict::Refused
            } else {
                verdict
            });
        }
        Ok((settled, fingerprints))
    }

    /// Lays rows that may bring a record up to date beside that record, a few at a time: with its contacts, which are
    /// opened for this alone.
    async fn lay_beside(&self, rows: &[ReadRow], verdicts: &mut [Verdict]) -> Result<(), StoreError> {
        let mut judged: Vec<(&mut Verdict, &ReadRow)> =
            verdicts.iter_mut().zip(rows).filter(|(verdict, _)| matches!(verdict, Verdict::Updated(_))).collect();
        for chunk in judged.chunks_mut(ROWS_AT_ONCE) {
            let known = |verdict: &Verdict| if let Verdict::Updated(id) = verdict { Some(*id) } else { None };
            let ids: Vec<Uuid> = chunk.iter().filter_map(|(verdict, _)| known(verdict)).collect();
            let records = self.known_institutions(&ids).await?;
            for (verdict, row) in chunk {
                let record = known(verdict).and_then(|id| records.get(&id));
                if let (Some(record), Ok(entry)) = (record, &row.said) {
                    **verdict = verdict.clone().beside(entry, record);
                }
            }
        }
        Ok(())
    }

    /// The records of the register that each row is like; none for rows that were applied, which are settled. A few rows at
    /// a time, so that never much of the register is in memory.
    async fn candidates(
        &self,
        rows: &[ReadRow],
        applied: &[Option<Uuid>],
        scope: &Scope,
    ) -> Result<Vec<Vec<Candidate>>, StoreError> {
        let is_open = |(at, (row, applied)): (usize, (&ReadRow, &Option<Uuid>))| match (&row.said, applied) {
            (Ok(entry), None) => Some((at, Arc::clone(entry))),
            _ => None,
        };
        let open: Vec<(usize, Arc<Entry>)> = rows.iter().zip(applied).enumerate().filter_map(is_open).collect();
        let mut candidates = vec![Vec::new(); rows.len()];
        let groups = stream::iter(open.chunks(ROWS_AT_ONCE).map(|group| self.candidates_of(group, scope)));
        let mut found = pin!(groups.buffered(GROUPS_AT_ONCE));
        while let Some(of_group) = found.try_next().await? {
            for (at, found) in of_group {
                if let Some(place) = candidates.get_mut(at) {
                    *place = found;
                }
            }
        }
        Ok(candidates)
    }

    /// The records that each of some rows is like.
    async fn candidates_of(
        &self,
        group: &[(usize, Arc<Entry>)],
        scope: &Scope,
    ) -> Result<Vec<(usize, Vec<Candidate>)>, StoreError> {
        let (places, entries): (Vec<usize>, Vec<Arc<Entry>>) = group.iter().cloned().unzip();
        let alike = apart("an import", move || Ok(Alike::of(entries.iter().map(|entry| &**entry))));
        let alike = self.compare_with_register(alike.await?, scope).await?;
        Ok(places.into_iter().zip(alike.candidates()).collect())
    }

    /// The institutions of rows that were written, or decided on, before.
    async fn rows_written(&self, fingerprints: &[Option<String>]) -> Result<HashMap<String, Uuid>, StoreError> {
        let prints = fingerprints.iter().flatten().map(String::as_str);
        let written: Vec<(String, Uuid)> = row::Entity::find()
            .select_only()
            .columns([row::Column::Fingerprint, row::Column::InstitutionId])
            .filter(is_one_of(self.backend(), row::Column::Fingerprint.into_expr(), prints)?)
            .filter(row::Column::IsApplied.eq(true))
            .filter(row::Column::InstitutionId.is_not_null())
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(written.into_iter().collect())
    }
}

fn elsewhere() -> Vec<Remark> {
    vec![Remark { cell: None, field: Some(ImportField::Regency), reason: &IMPORT_ROW_OUTSIDE_SCOPE }]
}

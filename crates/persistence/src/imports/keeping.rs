//! Keeping imports and their rows, and reading them.

use std::{collections::BTreeMap, pin::pin};

use futures_util::{Stream, TryStreamExt, future::BoxFuture};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    Select, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind, Refusal,
    access::{Actor, ActorId, Permission, Scope},
    imports::{
        Decision, Import, ImportSummary, RowOutcome,
        import::{IMPORT_ROW_WAITS_FOR_NONE, IMPORT_SAME_AS_NOT_LIVE},
    },
    institutions::InstitutionStatus,
};

use super::{
    DryRun, JudgedRow,
    entity::{import, row},
    judged::Judged,
    kept::{document_of, read_import, row_of},
};
use crate::{
    IsContended, Store, StoreError, Work,
    exports::batches,
    jobs::JobKind,
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyset, Page},
};

/// So many rows are written by one statement: more would be in memory several times over, as what SQLite writes and as the
/// pages that it would take back.
pub(super) const ROWS_A_STATEMENT: usize = 200;

/// Whose imports somebody sees: their own, and those of all when they import for the whole of both trees. What rows say
/// is personal data of places that others are responsible for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSight {
    actor: ActorId,
    sees_all: bool,
}

impl ImportSight {
    /// What an actor sees.
    pub fn of(actor: &Actor) -> Self {
        let scope = actor.scope(Permission::ImportsRun);
        Self { actor: actor.id, sees_all: scope.is_everywhere() }
    }

    fn visible(&self) -> Condition {
        let own = Condition::all().add(import::Column::MakerKind.eq(self.actor.kind())).add(match self.actor.id() {
            Some(id) => import::Column::MakerId.eq(id),
            None => import::Column::MakerId.is_null(),
        });
        Condition::any().add(Expr::value(self.sees_all)).add(own)
    }
}

/// What can stand in the way of a step of an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IsContended for ImportError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_contended())
    }
}

/// An import that is about to be applied: its rows judged anew where the register may have moved on since the dry run.
#[derive(Debug)]
pub struct ApplyPlan {
    import: Import,
    changed: BTreeMap<u64, JudgedRow>,
    summary: ImportSummary,
}

impl ApplyPlan {
    /// The version of the import that was planned with.
    pub const fn version(&self) -> i64 {
        self.import.version
    }

    /// What becomes of its rows now.
    pub const fn summary(&self) -> ImportSummary {
        self.summary
    }
}

impl DryRun {
    /// How many rows applying it would write.
    pub const fn waiting_rows(&self) -> u64 {
        self.import.summary.created + self.import.summary.updated
    }
}

impl Store {
    /// One import.
    pub async fn import(&self, id: Uuid, sight: &ImportSight) -> Result<Option<Import>, StoreError> {
        self.kept_import(id, sight).await?.as_ref().map(read_import).transpose()
    }

    async fn kept_import(&self, id: Uuid, sight: &ImportSight) -> Result<Option<import::Model>, StoreError> {
        Ok(import::Entity::find_by_id(id).filter(sight.visible()).one(&self.read).await?)
    }

    /// A page of imports by the time they were made. Their key is that time and the id.
    pub async fn imports(
        &self,
        direction: Direction,
        page: &Page,
        sight: &ImportSight,
    ) -> Result<Vec<Import>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((import::Entity, import::Column::CreatedAt)), direction),
            Key::always(Expr::col((import::Entity, import::Column::Id)), direction),
        ]);
        let query = import::Entity::find().filter(sight.visible());
        keyset.apply(query, page).all(&self.read).await?.iter().map(read_import).collect()
    }

    /// How many imports there are.
    pub async fn count_imports(&self, sight: &ImportSight) -> Result<u64, StoreError> {
        Ok(import::Entity::find().filter(sight.visible()).count(&self.read).await?)
    }

    /// A page of the rows of an import that the caller has seen, by their numbers, which are their key.
    pub async fn import_rows(
        &self,
        import: Uuid,
        outcomes: &[RowOutcome],
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<JudgedRow>, StoreError> {
        let keyset = Keyset::of(vec![Key::always(Expr::col((row::Entity, row::Column::RowNumber)), direction)]);
        let rows = keyset.apply(rows_of(import, outcomes), page).all(&self.read).await?;
        rows.into_iter().map(|row| JudgedRow::open(row, self.vault())).collect()
    }

    /// How many rows of an import have one of these outcomes; none given means any.
    pub async fn count_import_rows(&self, import: Uuid, outcomes: &[RowOutcome]) -> Result<u64, StoreError> {
        Ok(rows_of(import, outcomes).count(&self.read).await?)
    }

    /// All rows of an import that the caller has seen, in batches.
    pub fn stream_import_rows(
        &self,
        import: Uuid,
        outcomes: Vec<RowOutcome>,
    ) -> impl Stream<Item = Result<Vec<JudgedRow>, StoreError>> + Send + 'static {
        let store = self.clone();
        let fetch = move |page: Page| {
            let (store, outcomes) = (store.clone(), outcomes.clone());
            Box::pin(async move { store.import_rows(import, &outcomes, Direction::Ascending, &page).await })
                as BoxFuture<'static, _>
        };
        batches(fetch, |row: &JudgedRow| Ok(vec![row.key()]))
    }

    /// How many rows of an import were applied, and how many wait to be.
    pub async fn import_progress(&self, import: Uuid) -> Result<(u64, u64), StoreError> {
        progress(&self.read, import).await
    }

    /// Judges the rows of an import anew before it is applied, unless they would be judged the same; nothing when there is no
    /// such import. Reads, and changes nothing. `scope` is where the one who applies it may import.
    pub async fn plan_import(
        &self,
        id: Uuid,
        sight: &ImportSight,
        scope: &Scope,
    ) -> Result<Option<ApplyPlan>, StoreError> {
        let Some(kept) = self.kept_import(id, sight).await? else { return Ok(None) };
        let import = read_import(&kept)?;
        if let Some(judged) = Judged::read(&kept)
            && self.would_judge_the_same(&import, &judged, scope).await?
        {
            let summary = import.summary;
            return Ok(Some(ApplyPlan { import, changed: BTreeMap::new(), summary }));
        }
        let mut rows = Vec::new();
        let mut batches = pin!(self.stream_import_rows(id, Vec::new()));
        while let Some(batch) = batches.try_next().await? {
            rows.extend(batch);
        }
        let mut read: Vec<_> = rows.iter().map(JudgedRow::as_read).collect();
        let (verdicts, _) = self.judge_rows(&mut read, scope).await?;
        let mut changed = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(rows.len());
        for ((mut row, read), verdict) in rows.into_iter().zip(read).zip(&verdicts) {
            let is_settled = row.is_applied || row.decision.is_some();
            if !is_settled {
                let before = row.clone();
                row.take(verdict, &read);
                if row != before {
                    changed.insert(row.number, row.clone());
                }
            }
            outcomes.push(row.outcome);
        }
        Ok(Some(ApplyPlan { import, changed, summary: ImportSummary::of(outcomes) }))
    }
}

async fn progress<C: ConnectionTrait>(connection: &C, import: Uuid) -> Result<(u64, u64), StoreError> {
    let applied = rows_of(import, &[]).filter(row::Column::IsApplied.eq(true)).count(connection).await?;
    let waiting = rows_of(import, &[]).filter(waits_to_be_applied()).count(connection).await?;
    Ok((applied, waiting))
}

fn rows_of(import: Uuid, outcomes: &[RowOutcome]) -> Select<row::Entity> {
    let rows = row::Entity::find().filter(row::Column::ImportId.eq(import));
    if outcomes.is_empty() {
        return rows;
    }
    rows.filter(row::Column::Outcome.is_in(outcomes.iter().map(|outcome| outcome.code())))
}

/// Rows that applying writes.
pub(super) fn waits_to_be_applied() -> Condition {
    let written = [RowOutcome::Created.code(), RowOutcome::Updated.code()];
    Condition::all()
        .add(row::Column::IsApplied.eq(false))
        .add(Condition::any().add(row::Column::Outcome.is_in(written)).add(row::Column::Decision.is_not_null()))
}

impl Work {
    /// Keeps a dry run.
    pub async fn keep_dry_run(&mut self, dry_run: &DryRun) -> Result<(), StoreError> {
        let import = &dry_run.import;
        let judged = dry_run.judged.as_ref();
        let kept = import::ActiveModel {
            judged_after: ActiveValue::Set(judged.map(|judged| judged.after)),
            judged_within: ActiveValue::Set(judged.map(|judged| judged.within.clone())),
            ..row_of(import)?
        };
        import::Entity::insert(kept).exec_without_returning(&self.transaction).await?;
        for chunk in dry_run.rows.chunks(ROWS_A_STATEMENT) {
            let rows: Vec<row::ActiveModel> =
                chunk.iter().map(|judged| judged.seal(import.id, self.store.vault())).collect::<Result<_, _>>()?;
            row::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        self.append_import("evaluated", None, import).await
    }

    /// One import, locked until the end of this unit of work.
    pub async fn import_for_update(&mut self, id: Uuid, sight: &ImportSight) -> Result<Option<Import>, StoreError> {
        let found =
            import::Entity::find_by_id(id).filter(sight.visible()).lock_exclusive().one(&self.transaction).await?;
        found.as_ref().map(read_import).transpose()
    }

    /// Throws a dry run away: the import stays as a trace, what its rows say is gone.
    pub async fn discard_import(&mut self, before: Import) -> Result<Import, ImportError> {
        let after = before.clone().discard(self.at)?;
        row::Entity::delete_many()
            .filter(row::Column::ImportId.eq(after.id))
            .exec(&self.transaction)
            .await
            .map_err(StoreError::from)?;
        self.save_import("discarded", &before, &after).await?;
        Ok(after)
    }

    /// Begins to apply an import by its plan, with what a person has decided of its possible duplicates, and leaves
    /// the rest to the queue. Nothing is done when the import moved on since it was planned.
    pub async fn begin_import(
        &mut self,
        plan: &ApplyPlan,
        decisions: &BTreeMap<u64, Decision>,
        scope: &Scope,
    ) -> Result<Import, ImportError> {
        let found = import::Entity::find_by_id(plan.import.id).lock_exclusive().one(&self.transaction).await;
        let before = read_import(&found.map_err(StoreError::from)?.ok_or(StoreError::Contended)?)?;
        if before.version != plan.import.version {
            return Err(ImportError::Store(StoreError::Contended));
        }
        let after = before.clone().begin(self.author.actor, plan.summary, self.at)?;
        let mut changed = plan.changed.clone();
        for (&number, &decision) in decisions {
            let row = match changed.remove(&number) {
                Some(row) => Some(row),
                None => self.import_row(after.id, number).await?,
            };
            let waiting = row.filter(|row| row.outcome == RowOutcome::PossibleDuplicate && !row.is_applied);
            let mut row = waiting
                .ok_or_else(|| Refusal::with(&IMPORT_ROW_WAITS_FOR_NONE, serde_json::json!({ "row": number })))?;
            if let Decision::SameAs(id) = decision {
                let record = self.institution_for_update(id, scope).await?;
                let is_live = record.is_some_and(|record| {
                    matches!(record.status, InstitutionStatus::Active | InstitutionStatus::Suspended)
                });
                if !is_live {
                    let details = serde_json::json!({ "row": number, "institution": id });
                    return Err(Refusal::with(&IMPORT_SAME_AS_NOT_LIVE, details).into());
                }
            }
            row.decision = Some(decision);
            changed.insert(number, row);
        }
        for row in changed.into_values() {
            let row = row.seal(after.id, self.store.vault())?;
            row::Entity::update(row).exec(&self.transaction).await.map_err(StoreError::from)?;
        }
        self.save_import("applying", &before, &after).await?;
        self.enqueue(JobKind::ImportApply, after.id).await?;
        Ok(after)
    }

    /// As [`Store::import_progress`], of what this unit of work has written.
    pub async fn import_progress(&mut self, import: Uuid) -> Result<(u64, u64), StoreError> {
        progress(&self.transaction, import).await
    }

    async fn import_row(&mut self, import: Uuid, number: u64) -> Result<Option<JudgedRow>, StoreError> {
        let Ok(number) = i64::try_from(number) else { return Ok(None) };
        let found = row::Entity::find_by_id((import, number)).lock_exclusive().one(&self.transaction).await?;
        found.map(|row| JudgedRow::open(row, self.store.vault())).transpose()
    }

    pub(super) async fn save_import(
        &mut self,
        action: &'static str,
        before: &Import,
        after: &Import,
    ) -> Result<(), StoreError> {
        import::Entity::update(row_of(after)?).exec(&self.transaction).await?;
        self.append_import(action, Some(before), after).await
    }

    async fn append_import(
        &mut self,
        action: &'static str,
        before: Option<&Import>,
        after: &Import,
    ) -> Result<(), StoreError> {
        // No unit hears of imports in the feed: whoever may see one asks for it.
        let state = |import: &Import| -> Result<State, StoreError> {
            Ok(State { unit: None, is_public: false, document: document_of(import)? })
        };
        self.append(Change {
            kind: RecordKind::Import,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }
}

impl JudgedRow {
    /// The key by which pages of rows go on.
    pub fn key(&self) -> KeyValue {
        KeyValue::Whole(i64::try_from(self.number).unwrap_or(i64::MAX))
    }
}

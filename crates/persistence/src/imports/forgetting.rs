//! How long what rows say is kept: it is personal data of people in places that others are responsible for.

use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{CodeList, imports::ImportStatus};

use super::{
    JudgedRow,
    entity::{import, row},
    keeping::{ImportError, ROWS_A_STATEMENT},
    kept::read_import,
};
use crate::{
    Author, Store, StoreError, Work,
    clock::{self, to_micros},
};

/// How long what the rows of an import say is kept after the import was last touched: long enough to look into what
/// became of a row, and to decide of possible duplicates.
pub const CONTENTS_KEPT_FOR: Duration = Duration::from_hours(24 * 90);

const DAMAGED: StoreError = StoreError::Unreadable("an import");

/// Imports that hold what their rows say, and at which nobody is at work.
const HOLDING: [ImportStatus; 3] = [ImportStatus::DryRun, ImportStatus::Applied, ImportStatus::Failed];

impl Store {
    /// Forgets what the rows of imports say that nobody has touched for long; gives how many imports that were. Dry runs
    /// are discarded; of the others the outcomes stay.
    pub async fn forget_old_imports(&self) -> Result<u64, StoreError> {
        let limit = to_micros(clock::now() - CONTENTS_KEPT_FOR);
        let due: Vec<Uuid> = import::Entity::find()
            .select_only()
            .column(import::Column::Id)
            .filter(import::Column::Status.is_in(HOLDING.map(CodeList::code)))
            .filter(import::Column::UpdatedAt.lt(limit))
            .into_tuple()
            .all(&self.read)
            .await?;
        let (author, mut forgotten) = (Author::system(), 0);
        for id in due {
            // What another transaction is in the way of is forgotten the next time.
            let mut work = self.begin(&author).await?;
            forgotten += u64::from(work.forget_import(id, limit).await?);
            work.commit().await?;
        }
        Ok(forgotten)
    }
}

impl Work {
    /// False when somebody touched the import meanwhile, or another process was first.
    async fn forget_import(&mut self, id: Uuid, limit: i64) -> Result<bool, StoreError> {
        let due = import::Entity::find_by_id(id).filter(import::Column::UpdatedAt.lt(limit)).lock_exclusive();
        let Some(found) = due.one(&self.transaction).await? else { return Ok(false) };
        let before = read_import(&found)?;
        if before.status == ImportStatus::DryRun {
            let discarded = self.discard_import(before).await;
            return discarded.map(|_| true).map_err(|error| match error {
                ImportError::Store(error) => error,
                ImportError::Refused(_) => DAMAGED,
            });
        }
        let Ok(after) = before.clone().close(self.at) else { return Ok(false) };
        self.forget_rows(id).await?;
        self.save_import("closed", &before, &after).await?;
        Ok(true)
    }

    async fn forget_rows(&mut self, import: Uuid) -> Result<(), StoreError> {
        let mut last = i64::MIN;
        loop {
            let rows = row::Entity::find()
                .filter(row::Column::ImportId.eq(import))
                .filter(row::Column::RowNumber.gt(last))
                .order_by_asc(row::Column::RowNumber)
                .limit(ROWS_A_STATEMENT as u64)
                .all(&self.transaction)
                .await?;
            let (Some(first), Some(end)) = (rows.first().map(|row| row.row_number), rows.last()) else { return Ok(()) };
            last = end.row_number;
            let forgotten = rows.into_iter().map(|row| {
                let mut row = JudgedRow::open(row, self.store.vault())?;
                row.forget();
                row.seal(import, self.store.vault())
            });
            let forgotten = forgotten.collect::<Result<Vec<_>, StoreError>>()?;
            row::Entity::delete_many()
                .filter(row::Column::ImportId.eq(import))
                .filter(row::Column::RowNumber.between(first, last))
                .exec(&self.transaction)
                .await?;
            row::Entity::insert_many(forgotten).exec_without_returning(&self.transaction).await?;
        }
    }
}

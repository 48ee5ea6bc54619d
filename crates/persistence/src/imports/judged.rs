//! Whether the verdicts on the rows of an import still stand: then they are not judged a second time when it is applied.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::Scope,
    imports::{Import, ImportStatus},
};

use super::entity::import;
use crate::{
    Store, StoreError,
    ledger::entity::{change, change_seal, change_unsealed},
};

/// After what, and by whose rights, rows were judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    /// The last sealed position before they were: whatever came while they were judged lies behind it.
    pub(super) after: i64,
    /// A keyed hash of where whoever asked may import, and of the program whose rules they were judged by.
    pub(super) within: String,
}

impl Store {
    /// To be asked before rows are judged.
    pub(super) async fn about_to_judge(&self, scope: &Scope) -> Result<Judged, StoreError> {
        Ok(Judged { after: self.last_position().await?, within: self.judged_within(scope) })
    }

    /// Whether the rows of a dry run would be judged the same now: by the same rights, and nothing but the import itself has
    /// changed since, in whatever record.
    pub(super) async fn is_judged(&self, import: &Import, scope: &Scope) -> Result<bool, StoreError> {
        let (Some((Some(after), Some(within))), ImportStatus::DryRun) = (self.judged(import.id).await?, import.status)
        else {
            return Ok(false);
        };
        if within != self.judged_within(scope) {
            return Ok(false);
        }
        // In one statement, and so of one moment: what waits in it to be sealed is in neither half otherwise.
        let mut select = Query::select();
        select.expr(Expr::exists(sealed_since(after, import.id)).or(Expr::exists(waiting(import.id))));
        let row = self.read.query_one(&select).await?.ok_or(StoreError::Unreadable("the ledger"))?;
        Ok(!row.try_get_by_index::<bool>(0)?)
    }

    async fn judged(&self, import: Uuid) -> Result<Option<(Option<i64>, Option<String>)>, StoreError> {
        Ok(import::Entity::find_by_id(import)
            .select_only()
            .columns([import::Column::JudgedAfter, import::Column::JudgedWithin])
            .into_tuple()
            .one(&self.read)
            .await?)
    }

    fn judged_within(&self, scope: &Scope) -> String {
        let (version, units, institutions) = (env!("CARGO_PKG_VERSION"), scope.units(), scope.institutions());
        self.vault().blind(&format!("import_within {version} {units:?} {institutions:?}"))
    }
}

/// Changes of anything else that have their position since.
fn sealed_since(position: i64, import: Uuid) -> SelectStatement {
    use change_seal::{Column, Entity};
    let mut select = of_others(import);
    select
        .inner_join(Entity, Expr::col((Entity, Column::ChangeId)).equals((change::Entity, change::Column::Id)))
        .and_where(Column::Position.gt(position));
    select
}

/// Changes of anything else that wait for it.
fn waiting(import: Uuid) -> SelectStatement {
    use change_unsealed::{Column, Entity};
    let mut select = of_others(import);
    select.inner_join(Entity, Expr::col((Entity, Column::ChangeId)).equals((change::Entity, change::Column::Id)));
    select
}

fn of_others(import: Uuid) -> SelectStatement {
    let is_other = Condition::any()
        .add(change::Column::RecordKind.ne(RecordKind::Import.to_string()))
        .add(change::Column::RecordId.ne(import));
    Query::select().expr(Expr::value(1)).from(change::Entity).cond_where(is_other).limit(1).take()
}

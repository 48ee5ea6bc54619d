//! What an institution is found by beside its own columns: phones, emails and papers, services, words.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{CodeList, RecordKind, institutions::Institution};

use super::kept;
use crate::{StoreError, Work, search};

/// What a record is found by.
#[derive(PartialEq)]
pub(super) struct LookUps {
    keys: Vec<(&'static str, String)>,
    services: Vec<&'static str>,
    texts: Vec<String>,
}

impl LookUps {
    /// Those of a record as it is now.
    pub(super) fn of(institution: &Institution) -> Self {
        let mut services: Vec<&str> = institution.profile.services.iter().map(|service| service.kind.code()).collect();
        services.sort_unstable();
        services.dedup();
        Self { keys: kept::keys(institution), services, texts: kept::searchable(institution) }
    }
}

impl Work {
    /// Makes a record findable that was not.
    pub(super) async fn add_look_ups(&mut self, id: Uuid, found_by: &LookUps) -> Result<(), StoreError> {
        let keys = found_by.keys.iter().map(|(scheme, value)| (*scheme, value.clone(), id)).collect();
        self.add_keys(keys).await?;
        if !found_by.services.is_empty() {
            let mut insert = Query::insert();
            insert.into_table("institution_service").columns(["kind", "institution_id"]);
            for kind in &found_by.services {
                insert.values_panic([(*kind).into(), id.into()]);
            }
            self.transaction.execute(&insert).await?;
        }
        search::index_new(self, RecordKind::Institution, &[(id, found_by.texts.clone())]).await
    }

    /// Makes records findable by their keys: scheme, value, and whose it is.
    pub(super) async fn add_keys(&mut self, keys: Vec<(&'static str, String, Uuid)>) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert.into_table("institution_key").columns(["scheme", "value", "institution_id"]);
        for (scheme, value, id) in keys {
            insert.values_panic([scheme.into(), value.into(), id.into()]);
        }
        self.transaction.execute(&insert).await?;
        Ok(())
    }

    /// Makes a record be found by nothing.
    pub(super) async fn forget_look_ups(&mut self, id: Uuid) -> Result<(), StoreError> {
        for table in ["institution_key", "institution_service"] {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col("institution_id").eq(id));
            self.transaction.execute(&delete).await?;
        }
        search::forget(self, id).await
    }
}

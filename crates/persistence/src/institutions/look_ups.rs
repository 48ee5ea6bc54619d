//! What an institution is found by beside its own columns: traits that tell it from others, services, words.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    institutions::{
        Institution,
        duplicates::{Trait, TraitKey},
    },
};

use super::{
    entity::institution::{Column, Entity},
    kept,
};
use crate::{StoreError, Work, dialect::is_one_of, search};

/// So many rows are written by one statement: both databases bound the values that one may have.
const ROWS_A_STATEMENT: usize = 500;
/// The keys of so many records are found at once.
const RECORDS_AT_ONCE: u64 = 500;

/// What a record is found by.
pub(super) struct LookUps {
    keys: BTreeSet<TraitKey>,
    services: BTreeSet<&'static str>,
    words: BTreeSet<String>,
}

impl LookUps {
    /// Those of a record as it is now.
    pub(super) fn of(institution: &Institution) -> Self {
        Self {
            keys: kept::keys(institution).into_iter().collect(),
            services: institution.profile.services.iter().map(|service| service.kind.code()).collect(),
            words: kept::words(institution),
        }
    }
}

impl Work {
    /// Makes a record findable by this as well.
    pub(super) async fn add_look_ups(&mut self, id: Uuid, found_by: LookUps) -> Result<(), StoreError> {
        let keys: Vec<(TraitKey, Uuid)> = found_by.keys.into_iter().map(|key| (key, id)).collect();
        insert_keys(&self.transaction, &keys).await?;
        if !found_by.services.is_empty() {
            let mut insert = Query::insert();
            insert.into_table("institution_service").columns(["kind", "institution_id"]);
            for kind in found_by.services {
                insert.values_panic([kind.into(), id.into()]);
            }
            self.transaction.execute(&insert).await?;
        }
        let words = found_by.words.iter().map(|word| (id, word.as_str()));
        search::index(self, RecordKind::Institution, words).await
    }

    /// Makes a record be found by what it says now and no more by what it said; what is the same stays as it is.
    pub(super) async fn change_look_ups(
        &mut self,
        id: Uuid,
        before: &LookUps,
        mut now: LookUps,
    ) -> Result<(), StoreError> {
        delete_keys(&self.transaction, id, before.keys.difference(&now.keys)).await?;
        now.keys.retain(|key| !before.keys.contains(key));
        if before.services == now.services {
            now.services.clear();
        } else {
            self.forget_in("institution_service", id).await?;
        }
        if before.words == now.words {
            now.words.clear();
        } else {
            search::forget_but(self, id, &now.words).await?;
        }
        self.add_look_ups(id, now).await
    }

    /// Makes a record be found by nothing.
    pub(super) async fn forget_look_ups(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.forget_in("institution_key", id).await?;
        self.forget_in("institution_service", id).await?;
        search::forget_but(self, id, &BTreeSet::new()).await
    }

    async fn forget_in(&mut self, table: &'static str, id: Uuid) -> Result<(), StoreError> {
        let mut delete = Query::delete();
        delete.from_table(table).and_where(Expr::col("institution_id").eq(id));
        self.transaction.execute(&delete).await?;
        Ok(())
    }
}

/// Traits by what they are of.
pub(super) fn by_trait<'a>(keys: impl IntoIterator<Item = &'a TraitKey>) -> BTreeMap<Trait, Vec<&'a str>> {
    let mut values: BTreeMap<Trait, Vec<&str>> = BTreeMap::new();
    for key in keys {
        values.entry(key.of).or_default().push(&key.value);
    }
    values
}

/// The ids of the institutions with one of these values of a trait.
pub(super) fn holders(backend: DbBackend, of: Trait, values: &[&str]) -> Result<SelectStatement, StoreError> {
    Ok(Query::select()
        .column("institution_id")
        .from("institution_key")
        .and_where(Expr::col("scheme").eq(of.scheme()))
        .and_where(is_one_of(backend, Expr::col(("institution_key", "value")), values.iter().copied())?)
        .take())
}

/// Makes records findable by their traits.
pub(super) async fn insert_keys<C: ConnectionTrait>(
    connection: &C,
    keys: &[(TraitKey, Uuid)],
) -> Result<(), StoreError> {
    for chunk in keys.chunks(ROWS_A_STATEMENT) {
        let mut insert = Query::insert();
        insert.into_table("institution_key").columns(["scheme", "value", "institution_id"]);
        for (key, id) in chunk {
            insert.values_panic([key.of.scheme().into(), key.value.clone().into(), (*id).into()]);
        }
        connection.execute(&insert).await?;
    }
    Ok(())
}

async fn delete_keys<C: ConnectionTrait>(
    connection: &C,
    id: Uuid,
    keys: impl Iterator<Item = &TraitKey>,
) -> Result<(), StoreError> {
    for (of, values) in by_trait(keys) {
        let mut delete = Query::delete();
        delete
            .from_table("institution_key")
            .and_where(Expr::col("scheme").eq(of.scheme()))
            .and_where(Expr::col("value").is_in(values))
            .and_where(Expr::col("institution_id").eq(id));
        connection.execute(&delete).await?;
    }
    Ok(())
}

/// Finds the keys of all records anew from what they say: for a step of the schema that has emptied their table.
pub(crate) async fn derive_keys<C: ConnectionTrait>(connection: &C) -> Result<(), StoreError> {
    let mut last = Uuid::nil();
    loop {
        let documents: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Document])
            .filter(Column::Id.gt(last))
            .filter(Column::DeletedAt.is_null())
            .order_by_asc(Column::Id)
            .limit(RECORDS_AT_ONCE)
            .into_tuple()
            .all(connection)
            .await?;
        let Some((id, _)) = documents.last() else { return Ok(()) };
        last = *id;
        let mut keys = Vec::new();
        for (id, document) in &documents {
            let found_by = kept::keys(&kept::read_document(document)?);
            keys.extend(found_by.into_iter().map(|key| (key, *id)));
        }
        insert_keys(connection, &keys).await?;
    }
}

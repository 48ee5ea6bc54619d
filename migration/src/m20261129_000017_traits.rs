//! Traits by which institutions are found that may be one, and on SQLite the look-up tables without a second copy of their
//! rows: their key is all that they hold.
//!
//! The traits are found by the domain's rules and are written after this step by the store (`derive_keys`).

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A table whose primary key is all of its columns, and the index that it has besides.
struct LookUp {
    table: &'static str,
    columns: &'static [&'static str],
    id: Option<&'static str>,
    index: Option<&'static str>,
}

const WORDS: LookUp = LookUp {
    table: "search_word",
    columns: &["record_kind", "word"],
    id: Some("record_id"),
    index: Some("search_word_of_record"),
};
const VARIANTS: LookUp = LookUp { table: "search_variant", columns: &["variant", "word"], id: None, index: None };
const KEYS: LookUp = LookUp {
    table: "institution_key",
    columns: &["scheme", "value"],
    id: Some("institution_id"),
    index: Some("institution_key_of_institution"),
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget_keys(manager).await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            for table in [WORDS, VARIANTS, KEYS] {
                keep_by_key_alone(manager, &table).await?;
            }
        }
        Ok(())
    }

    /// The tables hold what they held, but for the keys, which follow other rules.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget_keys(manager).await
    }
}

pub(crate) async fn forget_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute(Query::delete().from_table("institution_key")).await?;
    Ok(())
}

/// Makes a table anew with its rows, as SQLite's `WITHOUT ROWID` (<https://www.sqlite.org/withoutrowid.html>).
async fn keep_by_key_alone(manager: &SchemaManager<'_>, look_up: &LookUp) -> Result<(), DbErr> {
    const BEFORE: &str = "look_up_before";
    let LookUp { table, columns, id, index } = look_up;
    manager.rename_table(Table::rename().table(*table, BEFORE).to_owned()).await?;
    let (mut created, mut key, mut held) = (Table::create(), Index::create(), Query::select());
    created.table(*table);
    held.from(BEFORE);
    for column in *columns {
        created.col(string(*column));
    }
    if let Some(id) = id {
        created.col(uuid(*id));
    }
    for column in columns.iter().chain(id) {
        key.col(*column);
        held.column(*column);
    }
    if *table == KEYS.table {
        created.foreign_key(ForeignKey::create().from(KEYS.table, "institution_id").to("institution", "id"));
    }
    manager.create_table(created.primary_key(&mut key).extra("WITHOUT ROWID").to_owned()).await?;
    let mut copy = Query::insert();
    copy.into_table(*table).columns(columns.iter().chain(id).copied());
    copy.select_from(held).map_err(|error| DbErr::Migration(error.to_string()))?;
    manager.get_connection().execute(&copy).await?;
    manager.drop_table(Table::drop().table(BEFORE).to_owned()).await?;
    if let (Some(index), Some(id)) = (index, id) {
        manager.create_index(Index::create().name(*index).table(*table).col(*id).to_owned()).await?;
    }
    Ok(())
}

//! The database schema of aumsos, one file a step, up and down.
//!
//! Conventions, the same in every table: ids are UUIDs; times are whole microseconds since 1970 in UTC
//! (`…_at`, big integers, so that both databases store, compare and sort the same value); days are ISO 8601
//! text (`…_on`); documents are JSON as text, so that the bytes that were hashed are the bytes that are kept.

#![allow(elided_lifetimes_in_paths, reason = "the signature is the one the trait of sea-orm-migration asks for")]
#![allow(clippy::wildcard_imports, reason = "the vocabulary of schemas is made to be read without prefixes")]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{prelude::*, sea_orm};

mod m20261124_000001_ledger;
mod m20261124_000002_access;
mod m20261124_000003_organization_units;
mod m20261124_000004_institutions;
mod m20261124_000005_search;
mod m20261124_000006_imports;
mod m20261124_000007_saved_filters;
mod m20261124_000008_sensitive_reads;
mod m20261125_000009_identity;
mod m20261125_000010_beneficiaries;
mod m20261125_000012_administration;
mod m20261125_000013_own_secret;
mod m20261125_000014_quick_lists;
mod m20261125_000015_whose_hand;
mod m20261125_000016_words_about_a_person;
mod m20261129_000017_traits;
mod m20261129_000018_figures;
mod m20261129_000019_summands;
mod m20261130_000020_places;
mod m20261130_000021_rows_that_wait;
mod m20261130_000022_statuses;
mod m20261201_000023_judged;

/// All steps, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_ledger::Migration),
            Box::new(m20261124_000002_access::Migration),
            Box::new(m20261124_000003_organization_units::Migration),
            Box::new(m20261124_000004_institutions::Migration),
            Box::new(m20261124_000005_search::Migration),
            Box::new(m20261124_000006_imports::Migration),
            Box::new(m20261124_000007_saved_filters::Migration),
            Box::new(m20261124_000008_sensitive_reads::Migration),
            Box::new(m20261125_000009_identity::Migration),
            Box::new(m20261125_000012_administration::Migration),
            Box::new(m20261125_000010_beneficiaries::Migration),
            Box::new(m20261125_000013_own_secret::Migration),
            Box::new(m20261125_000014_quick_lists::Migration),
            Box::new(m20261125_000015_whose_hand::Migration),
            Box::new(m20261125_000016_words_about_a_person::Migration),
            Box::new(m20261129_000017_traits::Migration),
            Box::new(m20261129_000018_figures::Migration),
            Box::new(m20261129_000019_summands::Migration),
            Box::new(m20261130_000020_places::Migration),
            Box::new(m20261130_000021_rows_that_wait::Migration),
            Box::new(m20261130_000022_statuses::Migration),
            Box::new(m20261201_000023_judged::Migration),
        ]
    }
}

/// A table of two or more columns that point at each other is dropped without ceremony on the way down.
async fn drop_tables<T: IntoIden + Copy + 'static>(manager: &SchemaManager<'_>, tables: &[T]) -> Result<(), DbErr> {
    for &table in tables {
        manager.drop_table(Table::drop().table(table).to_owned()).await?;
    }
    Ok(())
}

/// Indexes of a table, each by its name and its columns.
async fn create_indexes(
    manager: &SchemaManager<'_>,
    table: &'static str,
    indexes: &[(&'static str, &[&'static str])],
) -> Result<(), DbErr> {
    for (name, columns) in indexes {
        let mut index = Index::create();
        index.name(*name).table(table);
        for column in *columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

/// A column of text that is sorted and searched by code point on both databases, whatever the locale of the cluster.
fn sorted_text(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.string().not_null();
    if manager.get_database_backend() == sea_orm::DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

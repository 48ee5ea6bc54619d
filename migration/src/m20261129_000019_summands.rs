//! Summands of figures have a table of their own: they come and go, and whoever reads figures would read past the room that
//! they leave between the cells.
//!
//! A row of `institution_figure` is a cell, known by its name; one of `institution_summand` waits to be added to its cell.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::m20261129_000018_figures::{self as figures, IN_ORDER, SUMS};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        figures::Migration.down(manager).await?;
        let mut cells = with_figures("institution_figure");
        manager.create_table(cells.col(text("cell").primary_key()).to_owned()).await?;
        let mut summands = with_figures("institution_summand");
        manager.create_table(summands.col(big_integer("id").primary_key().auto_increment()).to_owned()).await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            // SQLite groups by sorting, unless an index has the order. PostgreSQL groups by hashing, and changes a row in its
            // place only where no index holds what changes.
            let columns = [IN_ORDER, &["institutions"], SUMS].concat();
            crate::create_indexes(manager, "institution_figure", &[("institution_figure_by_province", &columns)])
                .await?;
        }
        figures::count_into("institution_summand", manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        figures::count_no_more(manager).await?;
        crate::drop_tables(manager, &["institution_figure", "institution_summand"]).await?;
        figures::Migration.up(manager).await
    }
}

/// A table with what tells a cell and what is summed.
fn with_figures(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(string("province"))
        .col(string("regency"))
        .col(string("kind"))
        .col(string("operator"))
        .col(string_null("grade"))
        .col(string("accreditation_status"))
        .col(string("status"))
        .col(boolean("is_public"))
        .col(uuid("unit_id"))
        .col(big_integer("institutions"))
        .col(big_integer("capacity"))
        .col(big_integer("residents_in"))
        .col(big_integer("residents_out"))
        .to_owned()
}

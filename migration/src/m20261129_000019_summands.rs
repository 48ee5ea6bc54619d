//! Summands of figures have a table of their own: they come and go, and whoever reads figures would read past the room that
//! they leave between the cells.
//!
//! A row of `institution_figure` is a cell, known by its name; one of `institution_summand` waits to be added to its cell.

use sea_orm_migration::{prelude::*, schema::*};

use crate::m20261129_000018_figures as figures;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        figures::Migration.down(manager).await?;
        let mut cells = figures::with_figures("institution_figure");
        manager.create_table(cells.col(text("cell").primary_key()).to_owned()).await?;
        let mut summands = figures::with_figures("institution_summand");
        manager.create_table(summands.col(big_integer("id").primary_key().auto_increment()).to_owned()).await?;
        figures::keep_cells_in_order(manager).await?;
        figures::count_into("institution_summand", manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        figures::count_no_more(manager).await?;
        crate::drop_tables(manager, &["institution_figure", "institution_summand"]).await?;
        figures::Migration.up(manager).await
    }
}

//! An import keeps after which change, and by whose rights, its rows were judged: where nothing has changed since, they are
//! applied as they stand.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 2] = ["judged_after", "judged_within"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Those of before know neither, and are judged anew.
        let [after, within] = COLUMNS;
        for column in [ColumnDef::new(after).big_integer().to_owned(), ColumnDef::new(within).string().to_owned()] {
            manager.alter_table(Table::alter().table("import").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("import").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

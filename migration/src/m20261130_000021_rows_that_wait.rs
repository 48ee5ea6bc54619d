//! Which rows of an import wait is told by an index alone: whoever asks how far it has come, and each batch that is applied, read
//! all of its rows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "import_row_by_state";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns: &[&str] = &["import_id", "is_applied", "row_number", "outcome", "decision"];
        crate::create_indexes(manager, "import_row", &[(INDEX, columns)]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("import_row").to_owned()).await
    }
}

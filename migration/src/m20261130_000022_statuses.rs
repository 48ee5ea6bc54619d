//! The few institutions that are not active are found by their status: whoever verifies asks for those that were submitted, and
//! read all others for it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "institution_by_status";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Of those alone: the others, nearly all, would cost each of their writes a page for nothing.
        let create = format!("CREATE INDEX {INDEX} ON institution (status, name_key, id) WHERE status <> 'active'");
        manager.get_connection().execute_unprepared(&create).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("institution").to_owned()).await
    }
}

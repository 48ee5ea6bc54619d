//! The search index: words of records, and the one-letter deletions by which a typo finds its word.
//! The same tables on both databases; see `docs/decisions/0003-search.md`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("search_word")
                    .col(string("record_kind"))
                    .col(crate::sorted_text(manager, "word"))
                    .col(uuid("record_id"))
                    .primary_key(Index::create().col("record_kind").col("word").col("record_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("search_word_of_record").table("search_word").col("record_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("search_variant")
                    .col(crate::sorted_text(manager, "variant"))
                    .col(crate::sorted_text(manager, "word"))
                    .primary_key(Index::create().col("variant").col("word"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["search_variant", "search_word"]).await
    }
}

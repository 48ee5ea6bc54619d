//! Imports of spreadsheets and the outcome of each of their rows; the queue of work done in the background.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("import")
                    .col(uuid("id").primary_key())
                    .col(big_integer("version"))
                    .col(string("status"))
                    .col(string("file_name"))
                    .col(text("document"))
                    .col(string("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("import_row")
                    .col(uuid("import_id"))
                    .col(big_integer("row_number"))
                    .col(string("outcome"))
                    .col(boolean("is_applied"))
                    .col(uuid_null("institution_id"))
                    .col(blob("sealed_document"))
                    .primary_key(Index::create().col("import_id").col("row_number"))
                    .foreign_key(ForeignKey::create().from("import_row", "import_id").to("import", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("job")
                    .col(uuid("id").primary_key())
                    .col(string("kind"))
                    .col(uuid("subject_id"))
                    .col(string("status"))
                    .col(integer("attempts"))
                    .col(big_integer("due_at"))
                    .col(uuid_null("holder"))
                    .col(big_integer_null("lease_until"))
                    .col(text_null("last_error"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("job_by_due").table("job").col("status").col("due_at").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["job", "import_row", "import"]).await
    }
}

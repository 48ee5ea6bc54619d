//! Imports of spreadsheets and the outcome of each of their rows; the queue of work done in the background.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_import(manager).await?;
        create_row(manager).await?;
        create_job(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["job", "import_row", "import"]).await
    }
}

async fn create_import(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("import")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(string("status"))
                .col(string("maker_kind"))
                .col(uuid_null("maker_id"))
                .col(text("document"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .to_owned(),
        )
        .await
}

/// What a row says is personal data and sealed; `fingerprint` is a keyed hash of it, by which the same row is known
/// again when it comes with another file.
async fn create_row(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("import_row")
                .col(uuid("import_id"))
                .col(big_integer("row_number"))
                .col(string("outcome"))
                .col(string_null("decision"))
                .col(boolean("is_applied"))
                .col(uuid_null("institution_id"))
                .col(string_null("fingerprint"))
                .col(blob("sealed_document"))
                .primary_key(Index::create().col("import_id").col("row_number"))
                .foreign_key(ForeignKey::create().from("import_row", "import_id").to("import", "id"))
                .to_owned(),
        )
        .await?;
    let indexes: [(&str, &[&str]); 2] = [
        ("import_row_by_outcome", &["import_id", "outcome", "row_number"]),
        ("import_row_by_fingerprint", &["fingerprint"]),
    ];
    for (name, columns) in indexes {
        let mut index = Index::create();
        index.name(name).table("import_row");
        for column in columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

async fn create_job(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        .await?;
    manager.create_index(Index::create().name("job_of_subject").table("job").col("subject_id").to_owned()).await
}

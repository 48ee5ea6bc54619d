//! What is said about one person outside their record goes with them: purposes of reads and kept answers are sealed under
//! the person's key. A read by emergency access names the access in a column that no caller can write.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for (table, column) in [
            ("sensitive_read", string_null("sealed_purpose")),
            ("sensitive_read", uuid_null("emergency_access_id")),
            ("idempotency", uuid_null("subject_id")),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("sensitive_read", "sealed_purpose"),
            ("sensitive_read", "emergency_access_id"),
            ("idempotency", "subject_id"),
        ] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

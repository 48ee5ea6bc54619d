//! Saved filters, of one owner each, some shared with a unit.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("saved_filter")
                    .col(uuid("id").primary_key())
                    .col(big_integer("version"))
                    .col(string("resource"))
                    .col(crate::sorted_text(manager, "name_key"))
                    .col(string("owner_kind"))
                    .col(uuid("owner_id"))
                    .col(uuid_null("shared_with"))
                    .col(text("document"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .col(big_integer_null("deleted_at"))
                    .foreign_key(ForeignKey::create().from("saved_filter", "shared_with").to("organization_unit", "id"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("saved_filter_of_owner", &["owner_id", "owner_kind"][..]),
            ("saved_filter_shared_with", &["shared_with"][..]),
        ] {
            let mut index = Index::create();
            index.name(name).table("saved_filter");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["saved_filter"]).await
    }
}

//! Muhammadiyah's tree and 'Aisyiyah's beside it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("organization_unit")
                    .col(uuid("id").primary_key())
                    .col(big_integer("version"))
                    .col(uuid_null("parent_id"))
                    .col(string("operator"))
                    .col(string("level"))
                    .col(crate::sorted_text(manager, "name"))
                    .col(string_null("region"))
                    .col(string("status"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .foreign_key(
                        ForeignKey::create().from("organization_unit", "parent_id").to("organization_unit", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("organization_unit_by_parent", ["parent_id", "name"]),
            ("organization_unit_by_region", ["region", "operator"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("organization_unit");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        // Every unit with every unit above it and itself: the scope of a role is one look-up here.
        manager
            .create_table(
                Table::create()
                    .table("organization_unit_ancestor")
                    .col(uuid("ancestor_id"))
                    .col(uuid("unit_id"))
                    .col(integer("depth"))
                    .primary_key(Index::create().col("ancestor_id").col("unit_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("organization_unit_ancestor", "ancestor_id")
                            .to("organization_unit", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("organization_unit_ancestor", "unit_id")
                            .to("organization_unit", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organization_unit_ancestor_of_unit")
                    .table("organization_unit_ancestor")
                    .col("unit_id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["organization_unit_ancestor", "organization_unit"]).await
    }
}

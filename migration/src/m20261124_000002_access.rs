//! Who may come in: people, clients, the roles they hold, the keys that tokens are signed with.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("person")
                    .col(uuid("id").primary_key())
                    .col(big_integer("version"))
                    .col(string("email").unique_key())
                    .col(string("name"))
                    .col(boolean("is_active"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("client")
                    .col(uuid("id").primary_key())
                    .col(big_integer("version"))
                    .col(string("client_id").unique_key())
                    .col(string("name"))
                    .col(string("secret_mac"))
                    .col(boolean("is_read_only"))
                    .col(boolean("is_active"))
                    // Addresses and networks (CIDR) with commas between them; empty means from anywhere.
                    .col(string("allowed_networks"))
                    .col(big_integer_null("expires_at"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("role_assignment")
                    .col(uuid("id").primary_key())
                    .col(string("holder_kind"))
                    .col(uuid("holder_id"))
                    .col(string("role"))
                    .col(string("place_kind"))
                    .col(uuid("place_id"))
                    .col(big_integer("valid_from"))
                    .col(big_integer_null("valid_until"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("role_assignment_of_holder")
                    .table("role_assignment")
                    .col("holder_kind")
                    .col("holder_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("signing_key")
                    .col(string("id").primary_key())
                    .col(blob("sealed"))
                    .col(string("master_key_id"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("retired_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["signing_key", "role_assignment", "client", "person"]).await
    }
}

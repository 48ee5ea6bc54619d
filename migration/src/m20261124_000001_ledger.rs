//! The ledger, and what the unit of work needs beside it: leases, idempotency records, serial numbers, data keys.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_ledger(manager).await?;
        guard_ledger(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("lease")
                    .col(string("name").primary_key())
                    .col(uuid("holder"))
                    .col(big_integer("fencing"))
                    .col(big_integer("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("idempotency")
                    .col(string("client"))
                    .col(string("key"))
                    .col(string("request_hash"))
                    .col(integer_null("status"))
                    .col(blob_null("answer"))
                    .col(big_integer("created_at"))
                    .primary_key(Index::create().col("client").col("key"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("idempotency_by_age").table("idempotency").col("created_at").to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("serial_number")
                    .col(string("name").primary_key())
                    .col(big_integer("last"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("data_key")
                    .col(uuid("subject_id").primary_key())
                    .col(blob("wrapped"))
                    .col(string("master_key_id"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("installation")
                    .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
                    .col(boolean("is_demo"))
                    .col(uuid("feed_epoch"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "installation",
                "data_key",
                "serial_number",
                "idempotency",
                "lease",
                "change_seal",
                "change_unsealed",
                "change",
            ],
        )
        .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION IF EXISTS refuse_ledger_change()").await?;
        }
        Ok(())
    }
}

async fn create_ledger(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("change")
                .col(big_integer("id").primary_key().auto_increment())
                .col(string("record_kind"))
                .col(uuid("record_id"))
                .col(big_integer("version"))
                .col(string("action"))
                .col(string("actor_kind"))
                .col(uuid_null("actor_id"))
                .col(big_integer("at"))
                .col(string_null("request_id"))
                .col(uuid_null("institution_id"))
                .col(uuid_null("unit_before"))
                .col(uuid_null("unit_after"))
                .col(boolean("public_before"))
                .col(boolean("public_after"))
                .col(text_null("before"))
                .col(text_null("after"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("change_of_record")
                .table("change")
                .col("record_kind")
                .col("record_id")
                .col("version")
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_table(Table::create().table("change_unsealed").col(big_integer("change_id").primary_key()).to_owned())
        .await?;
    manager
        .create_table(
            Table::create()
                .table("change_seal")
                .col(big_integer("position").primary_key())
                .col(big_integer("change_id").unique_key())
                .col(string("hash"))
                .col(big_integer("sealed_at"))
                .to_owned(),
        )
        .await
}

/// The ledger is append-only for everyone, its owner included: a row can be written once and never changed.
/// (On `PostgreSQL` the server's role is also not granted UPDATE or DELETE; see `aumsos migrate up --server-role`.)
async fn guard_ledger(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let guards: &[&str] = match manager.get_database_backend() {
        DbBackend::Postgres => &[
            "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
            "CREATE TRIGGER change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change \
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
            "CREATE TRIGGER change_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change_seal \
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
        ],
        _ => &[
            "CREATE TRIGGER change_is_not_updated BEFORE UPDATE ON change \
             BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
            "CREATE TRIGGER change_is_not_deleted BEFORE DELETE ON change \
             BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
            "CREATE TRIGGER change_seal_is_not_updated BEFORE UPDATE ON change_seal \
             BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
            "CREATE TRIGGER change_seal_is_not_deleted BEFORE DELETE ON change_seal \
             BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        ],
    };
    for guard in guards {
        connection.execute_unprepared(guard).await?;
    }
    Ok(())
}

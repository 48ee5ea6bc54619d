//! The trail of reads: who read which fields of whom, and when.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sensitive_read")
                    .col(uuid("id").primary_key())
                    .col(big_integer("at"))
                    .col(string("actor_kind"))
                    .col(uuid_null("actor_id"))
                    .col(string_null("request_id"))
                    .col(string("record_kind"))
                    .col(uuid("record_id"))
                    .col(uuid("institution_id"))
                    // Names with commas between them.
                    .col(string("fields"))
                    .col(big_integer("people"))
                    .col(string_null("purpose"))
                    .to_owned(),
            )
            .await?;
        let indexes: &[(&str, &[&str])] = &[
            ("sensitive_read_by_time", &["at", "id"]),
            ("sensitive_read_of_actor", &["actor_id", "at", "id"]),
            ("sensitive_read_of_record", &["record_id", "at", "id"]),
        ];
        crate::create_indexes(manager, "sensitive_read", indexes).await?;
        guard(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["sensitive_read"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION IF EXISTS refuse_trail_change()").await?;
        }
        Ok(())
    }
}

/// Like the ledger, the trail is append-only for everyone, its owner included.
async fn guard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let guards: &[&str] = match manager.get_database_backend() {
        DbBackend::Postgres => &[
            "CREATE FUNCTION refuse_trail_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the trail of reads is append-only'; END $$",
            "CREATE TRIGGER sensitive_read_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sensitive_read \
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_trail_change()",
        ],
        _ => &[
            "CREATE TRIGGER sensitive_read_is_not_updated BEFORE UPDATE ON sensitive_read \
             BEGIN SELECT RAISE(ABORT, 'the trail of reads is append-only'); END",
            "CREATE TRIGGER sensitive_read_is_not_deleted BEFORE DELETE ON sensitive_read \
             BEGIN SELECT RAISE(ABORT, 'the trail of reads is append-only'); END",
        ],
    };
    for guard in guards {
        manager.get_connection().execute_unprepared(guard).await?;
    }
    Ok(())
}

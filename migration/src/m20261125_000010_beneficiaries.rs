//! People in care: what counts stands open, what tells who they are is sealed under a key of their own or found by keyed
//! hashes. The safeguarding code and who accepted it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_beneficiary(manager).await?;
        for table in TABLES {
            manager.create_table(table()).await?;
        }
        let indexes: &[(&str, &str, &[&str])] = &[
            ("beneficiary_of_institution", "beneficiary", &["institution_id", "number"]),
            ("beneficiary_by_update", "beneficiary", &["updated_at", "id"]),
            ("beneficiary_by_card", "beneficiary", &["card_blind"]),
            ("beneficiary_by_retention", "beneficiary", &["retention_until"]),
            ("beneficiary_token_of_person", "beneficiary_token", &["beneficiary_id"]),
            ("health_note_of_beneficiary", "health_note", &["beneficiary_id", "created_at", "id"]),
            ("consent_of_beneficiary", "consent", &["beneficiary_id", "created_at", "id"]),
            ("emergency_access_of_beneficiary", "emergency_access", &["beneficiary_id", "opened_at", "id"]),
            ("emergency_access_of_actor", "emergency_access", &["actor_id", "opened_at", "id"]),
            ("emergency_access_by_time", "emergency_access", &["opened_at", "id"]),
        ];
        for (name, table, columns) in indexes {
            let mut index = Index::create();
            index.name(*name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "safeguarding_acceptance",
                "safeguarding_code",
                "emergency_access",
                "consent",
                "health_note",
                "beneficiary_token",
                "beneficiary",
            ],
        )
        .await
    }
}

async fn create_beneficiary(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("beneficiary")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(crate::sorted_text(manager, "number").unique_key().take())
                .col(uuid("institution_id"))
                .col(string("status"))
                .col(string("sex"))
                // As on the day of the last change.
                .col(string("age_band"))
                // Keyed hashes; nobody is recorded twice with one NIK.
                .col(string_null("nik_blind").unique_key())
                .col(string_null("card_blind"))
                .col(string_null("retention_until"))
                // Empty once the person is erased.
                .col(text("sealed"))
                // The version that it was sealed in.
                .col(big_integer("sealed_version"))
                .col(big_integer_null("erased_at"))
                .col(string_null("erasure_reason"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .foreign_key(ForeignKey::create().from("beneficiary", "institution_id").to("institution", "id"))
                .to_owned(),
        )
        .await
}

const TABLES: &[fn() -> TableCreateStatement] = &[
    || {
        // Keyed hashes of words: docs/decisions/0006.
        Table::create()
            .table("beneficiary_token")
            .col(string("token"))
            .col(uuid("beneficiary_id"))
            .primary_key(Index::create().col("token").col("beneficiary_id"))
            .foreign_key(ForeignKey::create().from("beneficiary_token", "beneficiary_id").to("beneficiary", "id"))
            .to_owned()
    },
    || {
        Table::create()
            .table("health_note")
            .col(uuid("id").primary_key())
            .col(uuid("beneficiary_id"))
            .col(text("sealed"))
            .col(string("actor_kind"))
            .col(uuid_null("actor_id"))
            .col(big_integer("created_at"))
            .foreign_key(ForeignKey::create().from("health_note", "beneficiary_id").to("beneficiary", "id"))
            .to_owned()
    },
    || {
        Table::create()
            .table("consent")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(uuid("beneficiary_id"))
            .col(string("purpose"))
            .col(string("given_on"))
            .col(string_null("expires_on"))
            .col(big_integer_null("withdrawn_at"))
            .col(text("sealed"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .foreign_key(ForeignKey::create().from("consent", "beneficiary_id").to("beneficiary", "id"))
            .to_owned()
    },
    || {
        Table::create()
            .table("emergency_access")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(uuid("beneficiary_id"))
            .col(uuid("institution_id"))
            .col(string("actor_kind"))
            .col(uuid_null("actor_id"))
            // By the database's clock.
            .col(big_integer("opened_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("ended_at"))
            // The reason, and the note of the review.
            .col(text("sealed_reason"))
            .col(text_null("sealed_review"))
            .col(string_null("review_outcome"))
            .foreign_key(ForeignKey::create().from("emergency_access", "beneficiary_id").to("beneficiary", "id"))
            .foreign_key(ForeignKey::create().from("emergency_access", "institution_id").to("institution", "id"))
            .to_owned()
    },
    || {
        Table::create()
            .table("safeguarding_code")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(text("text_id"))
            .col(text("text_en"))
            .col(big_integer_null("published_at"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned()
    },
    || {
        Table::create()
            .table("safeguarding_acceptance")
            .col(uuid("code_id"))
            .col(string("actor_kind"))
            .col(uuid("actor_id"))
            .col(uuid("id").unique_key())
            .col(big_integer("at"))
            .primary_key(Index::create().col("code_id").col("actor_kind").col("actor_id"))
            .foreign_key(ForeignKey::create().from("safeguarding_acceptance", "code_id").to("safeguarding_code", "id"))
            .to_owned()
    },
];

//! The register of institutions, what is filtered by, and what belongs to an institution.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_institution(manager).await?;
        create_keys(manager).await?;
        create_proposal(manager).await?;
        create_census(manager).await?;
        create_attachment(manager).await?;
        create_error_report(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "error_report",
                "attachment",
                "census_report",
                "institution_proposal",
                "institution_service",
                "institution_key",
                "institution",
            ],
        )
        .await
    }
}

async fn create_institution(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("institution")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(string("status"))
                .col(boolean("is_public"))
                .col(string_null("code").unique_key())
                .col(string("name"))
                .col(crate::sorted_text(manager, "name_key"))
                .col(string("kind"))
                .col(string("operator"))
                .col(uuid("unit_id"))
                .col(string("province"))
                .col(string("regency"))
                .col(string_null("district"))
                .col(string_null("village"))
                .col(double_null("latitude"))
                .col(double_null("longitude"))
                // The position on the unit sphere: distances without trigonometry in the database.
                .col(double_null("sphere_x"))
                .col(double_null("sphere_y"))
                .col(double_null("sphere_z"))
                .col(string("location_audience"))
                .col(string("contact_audience"))
                .col(string("accreditation_status"))
                .col(string_null("grade"))
                .col(big_integer("capacity"))
                .col(big_integer_null("residents_in"))
                .col(big_integer_null("residents_out"))
                .col(string_null("census_on"))
                .col(string_null("founded"))
                .col(text("document"))
                .col(text("sealed_contacts"))
                .col(uuid_null("merged_into"))
                .col(big_integer_null("verified_at"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .col(big_integer_null("deleted_at"))
                .foreign_key(ForeignKey::create().from("institution", "unit_id").to("organization_unit", "id"))
                .foreign_key(ForeignKey::create().from("institution", "merged_into").to("institution", "id"))
                .to_owned(),
        )
        .await?;
    let indexes: &[(&str, &[&str])] = &[
        ("institution_by_name", &["name_key", "id"]),
        ("institution_by_update", &["updated_at", "id"]),
        ("institution_by_province", &["province", "kind", "name_key", "id"]),
        ("institution_by_regency", &["regency", "name_key", "id"]),
        ("institution_by_unit", &["unit_id", "name_key", "id"]),
        ("institution_by_kind", &["kind", "grade", "name_key", "id"]),
        ("institution_by_census", &["census_on", "id"]),
        ("institution_by_place", &["latitude", "longitude"]),
    ];
    crate::create_indexes(manager, "institution", indexes).await
}

/// What a record is found again by: phones, emails, numbers of papers. For duplicates and imports.
async fn create_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (table, columns) in [("institution_key", &["scheme", "value"][..]), ("institution_service", &["kind"][..])] {
        let mut created = Table::create();
        let mut key = Index::create();
        for column in columns {
            created.col(string(*column));
            key.col(*column);
        }
        key.col("institution_id");
        manager
            .create_table(
                created
                    .table(table)
                    .col(uuid("institution_id"))
                    .primary_key(&mut key)
                    .foreign_key(ForeignKey::create().from(table, "institution_id").to("institution", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name(format!("{table}_of_institution")).table(table).col("institution_id").to_owned(),
            )
            .await?;
    }
    Ok(())
}

async fn create_proposal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("institution_proposal")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(uuid("institution_id"))
                .col(big_integer("base_version"))
                .col(string("status"))
                .col(text("document"))
                .col(text("sealed_contacts"))
                .col(string("proposed_by"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .foreign_key(
                    ForeignKey::create().from("institution_proposal", "institution_id").to("institution", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("institution_proposal_of_institution")
                .table("institution_proposal")
                .col("institution_id")
                .col("status")
                .to_owned(),
        )
        .await
}

async fn create_census(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("census_report")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(uuid("institution_id"))
                .col(string("counted_on"))
                .col(big_integer("residents_in"))
                .col(big_integer("residents_out"))
                .col(text("document"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .foreign_key(ForeignKey::create().from("census_report", "institution_id").to("institution", "id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("census_report_of_institution")
                .table("census_report")
                .col("institution_id")
                .col("counted_on")
                .unique()
                .to_owned(),
        )
        .await
}

async fn create_attachment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("attachment")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(uuid("institution_id"))
                .col(string("purpose"))
                .col(string("audience"))
                .col(string("title"))
                .col(string("media_type"))
                .col(big_integer("size_bytes"))
                .col(string("sha256"))
                .col(string("object_name"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .col(big_integer_null("deleted_at"))
                .foreign_key(ForeignKey::create().from("attachment", "institution_id").to("institution", "id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("attachment_of_institution")
                .table("attachment")
                .col("institution_id")
                .col("id")
                .to_owned(),
        )
        .await
}

async fn create_error_report(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("error_report")
                .col(uuid("id").primary_key())
                .col(big_integer("version"))
                .col(uuid("institution_id"))
                .col(string("field"))
                .col(text("message"))
                .col(string("status"))
                .col(text_null("resolution"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .foreign_key(ForeignKey::create().from("error_report", "institution_id").to("institution", "id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("error_report_of_institution")
                .table("error_report")
                .col("institution_id")
                .col("status")
                .to_owned(),
        )
        .await
}

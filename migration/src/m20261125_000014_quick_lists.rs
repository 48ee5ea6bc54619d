//! Indexes for what is asked most: the first page of a province by name, and figures without reading the records.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Each index, and its columns.
const INDEXES: &[(&str, &[&str])] = &[
    ("institution_by_province_and_name", &["province", "name_key", "id"]),
    (
        // Holds all that statistics group, count and sum, so that they walk it alone.
        "institution_by_figures",
        &[
            "province",
            "grade",
            "kind",
            "operator",
            "regency",
            "accreditation_status",
            "status",
            "is_public",
            "deleted_at",
            "capacity",
            "residents_in",
            "residents_out",
            "census_on",
            "unit_id",
        ],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::create_indexes(manager, "institution", INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.drop_index(Index::drop().name(*name).table("institution").to_owned()).await?;
        }
        Ok(())
    }
}

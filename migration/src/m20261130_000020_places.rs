//! Institutions are found by their position in cells of 217 m and not of a kilometre: where homes lie close, an import read
//! twenty-five times as many of them as can be near.
//!
//! The keys are written after this step by the store (`derive_keys`).

use sea_orm_migration::prelude::*;

use crate::m20261129_000017_traits::forget_keys;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget_keys(manager).await
    }

    /// The keys stay: whoever goes by the larger cells finds by all traits but places.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

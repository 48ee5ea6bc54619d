//! What is true of the database as a whole: whether it holds invented data, and which life of the feed this is.

use sea_orm::{
    ActiveValue, ConnectionTrait, EntityTrait, PaginatorTrait,
    sea_query::{OnConflict, Query},
};
use uuid::Uuid;

use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
    ledger::entity::change,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "installation")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub is_demo: bool,
        pub feed_epoch: Uuid,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The only row there can be.
const ROW: i32 = 1;

/// The database as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// Whether it was made by `--demo`, and holds invented data alone.
    pub is_demo: bool,
    /// Made once with the database. Positions of the feed count only within one epoch: a reader that comes with
    /// another one reads a database that was replaced, and must take a snapshot.
    pub feed_epoch: Uuid,
}

impl Store {
    /// The database as a whole; told for the first time, it is made a real one.
    pub async fn installation(&self) -> Result<Installation, StoreError> {
        if let Some(found) = self.known_installation().await? {
            return Ok(found);
        }
        let mut insert = Query::insert();
        insert
            .into_table(entity::Entity)
            .columns([entity::Column::Id, entity::Column::IsDemo, entity::Column::FeedEpoch, entity::Column::CreatedAt])
            .values_panic([ROW.into(), false.into(), Uuid::now_v7().into(), to_micros(clock::now()).into()])
            .on_conflict(OnConflict::column(entity::Column::Id).do_nothing().to_owned());
        self.write.execute(&insert).await?;
        self.known_installation().await?.ok_or(StoreError::Unreadable("the installation"))
    }

    /// The database as a whole, if anybody has used it yet.
    pub async fn known_installation(&self) -> Result<Option<Installation>, StoreError> {
        let row = entity::Entity::find_by_id(ROW).one(&self.write).await?;
        Ok(row.map(|row| Installation { is_demo: row.is_demo, feed_epoch: row.feed_epoch }))
    }
}

impl Work {
    /// Makes an unused database one of invented data. False when something stands in it already: real data never
    /// becomes a demonstration.
    pub async fn mark_demo(&mut self) -> Result<bool, StoreError> {
        let known = entity::Entity::find_by_id(ROW).one(&self.transaction).await?.is_some();
        if known || change::Entity::find().count(&self.transaction).await? > 0 {
            return Ok(false);
        }
        let row = entity::ActiveModel {
            id: ActiveValue::Set(ROW),
            is_demo: ActiveValue::Set(true),
            feed_epoch: ActiveValue::Set(Uuid::now_v7()),
            created_at: ActiveValue::Set(to_micros(self.at)),
        };
        entity::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(true)
    }
}

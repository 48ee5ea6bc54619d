//! Safe to repeat: the first answer to an idempotency key, kept in the transaction of its effect. The id that a client
//! made for a new record is such a key as well.

use std::time::Duration;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
    sensitive_reads::SensitiveRead,
    subjects::keys_of,
    vault::place,
};

/// How long an answer is kept.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// Where a key comes from, and so what it means that it was used for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The caller chose it for the request: it must choose another ([`StoreError::KeyReused`]).
    Header,
    /// It is the id of the record to be made: that id is taken ([`StoreError::Taken`]), whoever has it.
    RecordId,
}

/// A key with the client that chose it and a hash of the request it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Where it comes from.
    pub source: KeySource,
    /// The client or person; keys of different callers have nothing to do with each other.
    pub client: String,
    /// The header's value; or the address of a new record, which no header can hold.
    pub key: String,
    /// A keyed hash over method, path, query and body, in hex.
    pub request_hash: String,
}

/// An answer as it can be given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer (`ETag`, `Location`).
    pub headers: Vec<(String, String)>,
    /// The body; JSON.
    pub body: String,
    /// The personal data that it shows, where it is given again; what a fresh answer shows is noted with its effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<SensitiveRead>,
}

pub(crate) enum Claim {
    /// The request was answered before: this is the answer.
    Answered(Answer),
    /// The key is ours; the answer must be kept before the commit.
    Ours,
}

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub client: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub request_hash: String,
        pub status: Option<i32>,
        pub answer: Option<Vec<u8>>,
        pub subject_id: Option<Uuid>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn at(key: &IdempotencyKey) -> Vec<u8> {
    place("idempotency.answer", &place(&key.client, key.key.as_bytes()))
}

impl Work {
    /// Claims a key for this unit of work. A twin in another transaction makes the insertion wait for its end: on
    /// `PostgreSQL` for half a second, then the twin is said to be running.
    pub(crate) async fn claim(&mut self, key: &IdempotencyKey) -> Result<Claim, StoreError> {
        if self.transaction.get_database_backend() == DbBackend::Postgres {
            self.transaction.execute_unprepared("SET LOCAL lock_timeout = '500ms'").await?;
        }
        let mut insert = Query::insert();
        insert
            .into_table(entity::Entity)
            .columns([
                entity::Column::Client,
                entity::Column::Key,
                entity::Column::RequestHash,
                entity::Column::CreatedAt,
            ])
            .values_panic([
                key.client.clone().into(),
                key.key.clone().into(),
                key.request_hash.clone().into(),
                to_micros(self.at).into(),
            ])
            .on_conflict(OnConflict::new().do_nothing().to_owned());
        let inserted = match self.transaction.execute(&insert).await.map_err(StoreError::from) {
            Ok(done) => done.rows_affected() == 1,
            Err(StoreError::Contended) => return Err(StoreError::TwinRunning),
            Err(error) => return Err(error),
        };
        if self.transaction.get_database_backend() == DbBackend::Postgres {
            self.transaction.execute_unprepared("SET LOCAL lock_timeout = '2s'").await?;
        }
        if inserted {
            return Ok(Claim::Ours);
        }
        let kept = entity::Entity::find_by_id((key.client.clone(), key.key.clone())).one(&self.transaction).await?;
        match kept {
            Some(kept) if kept.request_hash != key.request_hash => Err(match key.source {
                KeySource::Header => StoreError::KeyReused,
                KeySource::RecordId => StoreError::Taken,
            }),
            Some(entity::Model { answer: Some(sealed), subject_id, .. }) => {
                let plain = match subject_id {
                    None => self.store.vault.open_own(&at(key), &sealed)?,
                    Some(person) => {
                        let keys = keys_of(&self.store.vault, &self.transaction, &[person]).await?;
                        let data_key = keys.get(&person).ok_or(StoreError::Erased)?;
                        self.store.vault.open(data_key, &at(key), &sealed)?
                    }
                };
                let answer = serde_json::from_slice(&plain);
                Ok(Claim::Answered(answer.map_err(|_| StoreError::Unreadable("a kept answer"))?))
            }
            _ => Err(StoreError::TwinRunning),
        }
    }

    /// Keeps the answer under its keys. One that may speak of a person is sealed under that person's key, and goes with it.
    pub(crate) async fn keep_answer(&mut self, keys: &[&IdempotencyKey], answer: &Answer) -> Result<(), StoreError> {
        let kept = Answer { reads: self.noted.clone(), ..answer.clone() };
        let plain = serde_json::to_vec(&kept).map_err(|_| StoreError::Unreadable("an answer"))?;
        let person = self.person_spoken_of(answer);
        let data_key = match person {
            Some(person) => Some(self.key_of_subject(person).await?),
            None => None,
        };
        for key in keys {
            let sealed = match &data_key {
                Some(data_key) => self.store.vault.seal(data_key, &at(key), &plain)?,
                None => self.store.vault.seal_own(&at(key), &plain)?,
            };
            entity::Entity::update_many()
                .col_expr(entity::Column::Status, Expr::value(i32::from(answer.status)))
                .col_expr(entity::Column::Answer, Expr::value(sealed))
                .col_expr(entity::Column::SubjectId, Expr::value(person))
                .filter(entity::Column::Client.eq(&key.client))
                .filter(entity::Column::Key.eq(&key.key))
                .exec(&self.transaction)
                .await?;
        }
        Ok(())
    }

    /// The person an answer may speak of: the one for whom this unit of work sealed something.
    fn person_spoken_of(&self, answer: &Answer) -> Option<Uuid> {
        let only = (self.sealed_for.len() == 1).then(|| self.sealed_for.first().copied()).flatten();
        only.filter(|_| !answer.body.is_empty())
    }
}

impl Store {
    /// Forgets answers that were kept long enough.
    pub async fn forget_old_answers(&self) -> Result<u64, StoreError> {
        let limit = to_micros(clock::now() - KEPT_FOR);
        let mut delete = Query::delete();
        delete.from_table(entity::Entity).and_where(Expr::col(entity::Column::CreatedAt).lt(limit));
        self.housekeep(&delete).await
    }
}

//! The keys of subjects: each person whose data is kept has one of their own, wrapped by the master key. What it seals is
//! bound to its place; destroying it makes every copy unreadable, in tables, in the ledger and wherever else they went.
//!
//! The one mechanism for data keys. A key that was destroyed leaves an empty row, so that nobody gets another one under
//! the same name.

use std::collections::HashMap;

use data_encoding::BASE64;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Store, StoreError, Work,
    clock::to_micros,
    vault::{DataKey, Vault, place},
};

pub(crate) mod data_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject_id: Uuid,
        pub wrapped: Vec<u8>,
        pub master_key_id: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const DAMAGED: StoreError = StoreError::Unreadable("what is sealed for a person");
/// So many keys are looked up by one statement: both databases bound the values that one may have.
const MOST_KEYS: usize = 2_000;

/// The keys of some subjects; those that were destroyed are not among them.
pub(crate) type SubjectKeys = HashMap<Uuid, DataKey>;

/// What is sealed where: the associated data of a sealed value, so that it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Table and column, with a dot between them.
    pub(crate) column: &'static str,
    /// The row.
    pub(crate) row: Uuid,
    /// Whose key seals it.
    pub(crate) subject: Uuid,
    /// The version of the row that it was sealed in.
    pub(crate) version: i64,
}

impl Place {
    fn associated_data(&self) -> Vec<u8> {
        let mut row = self.row.as_bytes().to_vec();
        row.extend_from_slice(self.subject.as_bytes());
        row.extend_from_slice(&self.version.to_be_bytes());
        place(self.column, &row)
    }
}

/// Seals a value at its place, as text.
pub(crate) fn seal<T: Serialize>(vault: &Vault, key: &DataKey, at: &Place, value: &T) -> Result<String, StoreError> {
    let plain = serde_json::to_vec(value).map_err(|_| DAMAGED)?;
    Ok(BASE64.encode(&vault.seal(key, &at.associated_data(), &plain)?))
}

/// Opens a value that was sealed at this place.
pub(crate) fn open<T: DeserializeOwned>(
    vault: &Vault,
    key: &DataKey,
    at: &Place,
    sealed: &str,
) -> Result<T, StoreError> {
    let bytes = BASE64.decode(sealed.as_bytes()).map_err(|_| DAMAGED)?;
    let plain = vault.open(key, &at.associated_data(), &bytes)?;
    serde_json::from_slice(&plain).map_err(|_| DAMAGED)
}

/// The keys of some subjects with one look-up for each few thousand.
pub(crate) async fn keys_of<C: ConnectionTrait>(
    vault: &Vault,
    connection: &C,
    subjects: &[Uuid],
) -> Result<SubjectKeys, StoreError> {
    let mut keys = SubjectKeys::new();
    for some in subjects.chunks(MOST_KEYS) {
        let rows = data_key::Entity::find()
            .filter(data_key::Column::SubjectId.is_in(some.iter().copied()))
            .filter(data_key::Column::Wrapped.ne(Vec::<u8>::new()))
            .all(connection)
            .await?;
        for row in rows {
            keys.insert(row.subject_id, vault.open_data_key(row.subject_id.as_bytes(), &row.wrapped)?);
        }
    }
    Ok(keys)
}

/// Rows whose subject, named by this column, still has its key. In a copy from before an erasure, brought back with the keys
/// of today, there are others.
pub(crate) fn has_key<C: ColumnTrait>(subject: C) -> Expr {
    let destroyed = Query::select()
        .expr(Expr::value(1))
        .from(data_key::Entity)
        .and_where(Expr::col((data_key::Entity, data_key::Column::SubjectId)).equals(subject.as_column_ref()))
        .and_where(Expr::col((data_key::Entity, data_key::Column::Wrapped)).eq(Vec::<u8>::new()))
        .to_owned();
    Expr::exists(destroyed).not()
}

impl Work {
    /// The key of a subject, made when there is none. Refused where it was destroyed: a new one would make what the old
    /// one sealed read as damaged.
    pub(crate) async fn key_of_subject(&mut self, subject: Uuid) -> Result<DataKey, StoreError> {
        self.sealed_for.insert(subject);
        if let Some(row) = data_key::Entity::find_by_id(subject).one(&self.transaction).await? {
            return self.unwrap_key(&row);
        }
        let (key, row) = self.fresh_key(subject)?;
        let inserted = data_key::Entity::insert(row)
            .on_conflict(OnConflict::column(data_key::Column::SubjectId).do_nothing().to_owned())
            .exec_without_returning(&self.transaction)
            .await?;
        if inserted == 1 {
            return Ok(key);
        }
        let row = data_key::Entity::find_by_id(subject).one(&self.transaction).await?.ok_or(DAMAGED)?;
        self.unwrap_key(&row)
    }

    /// Keys for subjects that have none yet, in the same order.
    pub(crate) async fn keys_of_new_subjects(&mut self, subjects: &[Uuid]) -> Result<Vec<DataKey>, StoreError> {
        let mut keys = Vec::with_capacity(subjects.len());
        let mut rows = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let (key, row) = self.fresh_key(*subject)?;
            keys.push(key);
            rows.push(row);
        }
        if !rows.is_empty() {
            data_key::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        Ok(keys)
    }

    /// Destroys the key of a subject, for good. That there was one stays known.
    pub(crate) async fn destroy_key_of(&mut self, subject: Uuid) -> Result<(), StoreError> {
        data_key::Entity::update_many()
            .col_expr(data_key::Column::Wrapped, Expr::value(Vec::<u8>::new()))
            .filter(data_key::Column::SubjectId.eq(subject))
            .exec(&self.transaction)
            .await?;
        self.sealed_for.remove(&subject);
        Ok(())
    }

    fn unwrap_key(&self, row: &data_key::Model) -> Result<DataKey, StoreError> {
        if row.wrapped.is_empty() {
            return Err(StoreError::Taken);
        }
        self.store.vault.open_data_key(row.subject_id.as_bytes(), &row.wrapped)
    }

    fn fresh_key(&self, subject: Uuid) -> Result<(DataKey, data_key::ActiveModel), StoreError> {
        let (key, wrapped) = self.store.vault.new_data_key(subject.as_bytes())?;
        let row = data_key::ActiveModel {
            subject_id: ActiveValue::Set(subject),
            wrapped: ActiveValue::Set(wrapped),
            master_key_id: ActiveValue::Set(self.store.vault.id().to_owned()),
            created_at: ActiveValue::Set(to_micros(self.at)),
        };
        Ok((key, row))
    }
}

impl Store {
    /// The keys of some subjects.
    pub(crate) async fn keys_of_subjects(&self, subjects: &[Uuid]) -> Result<SubjectKeys, StoreError> {
        keys_of(&self.vault, &self.read.exact(), subjects).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{Author, test_store::TestStore};

    const AT: Place =
        Place { column: "table.column", row: Uuid::from_u128(1), subject: Uuid::from_u128(2), version: 3 };

    #[test]
    fn what_is_sealed_opens_at_its_place_alone() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let (key, _) = vault.new_data_key(AT.subject.as_bytes()).unwrap();
        let sealed = seal(&vault, &key, &AT, &"Siti").unwrap();
        assert_eq!(open::<String>(&vault, &key, &AT, &sealed).unwrap(), "Siti");
        let other = Uuid::from_u128(9);
        for elsewhere in [
            Place { column: "table.other", ..AT },
            Place { row: other, ..AT },
            Place { subject: other, ..AT },
            Place { version: 4, ..AT },
        ] {
            assert!(open::<String>(&vault, &key, &elsewhere, &sealed).is_err(), "{elsewhere:?}");
        }
    }

    #[tokio::test]
    async fn a_destroyed_key_is_gone_and_no_other_takes_its_place() {
        let store = TestStore::open().await;
        let subject = Uuid::now_v7();
        let sealed = store
            .write(&Author::system(), async |work: &mut Work| {
                let key = work.key_of_subject(subject).await?;
                seal(&work.store.vault, &key, &AT, &"Siti")
            })
            .await
            .unwrap();
        let keys = store.keys_of_subjects(&[subject]).await.unwrap();
        assert_eq!(open::<String>(store.vault(), &keys[&subject], &AT, &sealed).unwrap(), "Siti");
        store.write(&Author::system(), async |work: &mut Work| work.destroy_key_of(subject).await).await.unwrap();
        assert!(store.keys_of_subjects(&[subject]).await.unwrap().is_empty());
        let again =
            store.write(&Author::system(), async |work: &mut Work| work.key_of_subject(subject).await.map(drop)).await;
        assert!(matches!(again, Err(StoreError::Taken)));
    }
}

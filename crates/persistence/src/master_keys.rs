//! Changing the master key: what lies in the database sealed under an older one is sealed anew, a few hundred rows at a
//! time; stopped at any point, it goes on where it was. And the database's own secret, from which keyed hashes are made, so
//! that a new master key changes no hash.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use sea_orm_migration::SchemaManager;
use uuid::Uuid;

use crate::{
    Store, StoreError,
    access::entity::{client, person, person_secret, signing_key},
    clock::{self, to_micros},
    imports::entity::row as import_row,
    subjects::data_key,
    vault::place,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "own_secret")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub sealed: Vec<u8>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is done with what lies under an older master key and does not say so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Counted,
    Sealed,
}

const TABLE: &str = "own_secret";
const ROW: i32 = 1;
/// Rows that are sealed anew between two commits.
const BATCH: u64 = 500;

const DAMAGED: StoreError = StoreError::Unreadable("the database's own secret");

fn secret_place() -> Vec<u8> {
    place("own_secret.sealed", &ROW.to_be_bytes())
}

impl Store {
    /// Learns the database's own secret, of a schema that has room for it.
    pub(crate) async fn adopt_own_secret(&self) -> Result<(), StoreError> {
        if self.vault.has_adopted() || !SchemaManager::new(&self.write).has_table(TABLE).await? {
            return Ok(());
        }
        let secret = self.make_own_secret(&self.write).await?;
        self.vault.adopt(&secret)
    }

    /// The database's own secret; it is made when nobody has made it yet.
    pub(crate) async fn make_own_secret(&self, connection: &impl ConnectionTrait) -> Result<[u8; 32], StoreError> {
        if let Some(secret) = self.own_secret(connection).await? {
            return Ok(secret);
        }
        let secret = self.first_secret(connection).await?;
        let row = entity::ActiveModel {
            id: ActiveValue::Set(ROW),
            sealed: ActiveValue::Set(self.vault.seal_own(&secret_place(), &secret)?),
            created_at: ActiveValue::Set(to_micros(clock::now())),
        };
        // Of two processes at once one makes it, and both read it.
        let twice = OnConflict::column(entity::Column::Id).do_nothing().to_owned();
        entity::Entity::insert(row).on_conflict(twice).exec_without_returning(connection).await?;
        self.own_secret(connection).await?.ok_or(DAMAGED)
    }

    async fn own_secret(&self, connection: &impl ConnectionTrait) -> Result<Option<[u8; 32]>, StoreError> {
        let Some(row) = entity::Entity::find_by_id(ROW).one(connection).await? else { return Ok(None) };
        let secret = self.vault.open_own(&secret_place(), &row.sealed)?;
        secret.try_into().map(Some).map_err(|_| DAMAGED)
    }

    /// Chance for a database in which nothing was hashed yet; else what it was hashed with: the master key that stands
    /// beside what it wrapped. Refused where that one is not configured: another would change every hash in silence.
    async fn first_secret(&self, connection: &impl ConnectionTrait) -> Result<[u8; 32], StoreError> {
        let signing = signing_key::Entity::find().one(connection).await?.map(|row| row.master_key_id);
        let subject = data_key::Entity::find().one(connection).await?.map(|row| row.master_key_id);
        if let Some(id) = signing.or(subject) {
            return self.vault.master_key(&id).ok_or(DAMAGED);
        }
        let hashed = client::Entity::find().count(connection).await? + person::Entity::find().count(connection).await?;
        if hashed > 0 {
            return self.vault.master_key(self.vault.id()).ok_or(DAMAGED);
        }
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| DAMAGED)?;
        Ok(secret)
    }

    /// How many keys lie under another master key than the newest.
    pub async fn keys_under_older(&self) -> Result<u64, StoreError> {
        let subjects = data_key::Entity::find()
            .filter(data_key::Column::MasterKeyId.ne(self.vault.id()))
            .filter(data_key::Column::Wrapped.ne(Vec::<u8>::new()))
            .count(&self.read)
            .await?;
        let signing =
            signing_key::Entity::find().filter(signing_key::Column::MasterKeyId.ne(self.vault.id())).count(&self.read);
        Ok(subjects + signing.await?)
    }

    /// Seals some of what lies under an older master key anew; gives how much. Nothing is left to do when it gives zero.
    /// A row that changes meanwhile is left as it is, and found again.
    pub async fn seal_keys_anew(&self) -> Result<u64, StoreError> {
        Ok(self.subject_keys_anew().await? + self.signing_keys_anew().await?)
    }

    /// Seals the rest anew that lies under an older master key and does not say so: the database's own secret, second
    /// factors, rows of imports. Answers to idempotency keys and mail on its way are gone within a day by themselves.
    pub async fn seal_rest_anew(&self) -> Result<u64, StoreError> {
        self.rest_anew(Rest::Sealed).await
    }

    /// How much of that rest lies under an older master key.
    pub async fn rest_under_older(&self) -> Result<u64, StoreError> {
        self.rest_anew(Rest::Counted).await
    }

    async fn rest_anew(&self, how: Rest) -> Result<u64, StoreError> {
        Ok(self.own_secret_anew(how).await? + self.second_factors_anew(how).await? + self.import_rows_anew(how).await?)
    }

    async fn subject_keys_anew(&self) -> Result<u64, StoreError> {
        let rows = data_key::Entity::find()
            .filter(data_key::Column::MasterKeyId.ne(self.vault.id()))
            // What was destroyed stays destroyed.
            .filter(data_key::Column::Wrapped.ne(Vec::<u8>::new()))
            .order_by_asc(data_key::Column::SubjectId)
            .limit(BATCH)
            .all(&self.write)
            .await?;
        let mut done = 0;
        for row in rows {
            let anew = self.vault.data_key_anew(row.subject_id.as_bytes(), &row.wrapped)?;
            let updated = data_key::Entity::update_many()
                .col_expr(data_key::Column::Wrapped, Expr::value(anew.unwrap_or_else(|| row.wrapped.clone())))
                .col_expr(data_key::Column::MasterKeyId, Expr::value(self.vault.id()))
                .filter(data_key::Column::SubjectId.eq(row.subject_id))
                .filter(data_key::Column::Wrapped.eq(row.wrapped))
                .exec(&self.write);
            done += updated.await?.rows_affected;
        }
        Ok(done)
    }

    async fn signing_keys_anew(&self) -> Result<u64, StoreError> {
        let rows = signing_key::Entity::find()
            .filter(signing_key::Column::MasterKeyId.ne(self.vault.id()))
            .all(&self.write)
            .await?;
        let mut done = 0;
        for row in rows {
            let anew = self.vault.sealed_anew(&place("signing_key.sealed", row.id.as_bytes()), &row.sealed)?;
            let updated = signing_key::Entity::update_many()
                .col_expr(signing_key::Column::Sealed, Expr::value(anew.unwrap_or(row.sealed)))
                .col_expr(signing_key::Column::MasterKeyId, Expr::value(self.vault.id()))
                .filter(signing_key::Column::Id.eq(row.id))
                .exec(&self.write);
            done += updated.await?.rows_affected;
        }
        Ok(done)
    }

    async fn own_secret_anew(&self, how: Rest) -> Result<u64, StoreError> {
        let Some(row) = entity::Entity::find_by_id(ROW).one(&self.write).await? else { return Ok(0) };
        let Some(anew) = self.vault.sealed_anew(&secret_place(), &row.sealed)? else { return Ok(0) };
        if how == Rest::Counted {
            return Ok(1);
        }
        let updated = entity::Entity::update_many()
            .col_expr(entity::Column::Sealed, Expr::value(anew))
            .filter(entity::Column::Id.eq(ROW))
            .exec(&self.write);
        Ok(updated.await?.rows_affected)
    }

    async fn second_factors_anew(&self, how: Rest) -> Result<u64, StoreError> {
        let mut done = 0;
        let mut last = Uuid::nil();
        loop {
            let rows = person_secret::Entity::find()
                .filter(person_secret::Column::PersonId.gt(last))
                .order_by_asc(person_secret::Column::PersonId)
                .limit(BATCH)
                .all(&self.write)
                .await?;
            let Some(end) = rows.last().map(|row| row.person_id) else { return Ok(done) };
            last = end;
            for row in rows {
                let Some(sealed) = row.totp_sealed else { continue };
                let at = place("person_secret.totp_sealed", row.person_id.as_bytes());
                let Some(anew) = self.vault.sealed_anew(&at, &sealed)? else { continue };
                if how == Rest::Counted {
                    done += 1;
                    continue;
                }
                let updated = person_secret::Entity::update_many()
                    .col_expr(person_secret::Column::TotpSealed, Expr::value(anew))
                    .filter(person_secret::Column::PersonId.eq(row.person_id))
                    .filter(person_secret::Column::TotpSealed.eq(sealed))
                    .exec(&self.write);
                done += updated.await?.rows_affected;
            }
        }
    }

    async fn import_rows_anew(&self, how: Rest) -> Result<u64, StoreError> {
        let mut done = 0;
        let mut last = (Uuid::nil(), i64::MIN);
        loop {
            let (import, number) = (import_row::Column::ImportId, import_row::Column::RowNumber);
            let further = import.gt(last.0).or(Expr::col(import).eq(last.0).and(Expr::col(number).gt(last.1)));
            let rows = import_row::Entity::find()
                .filter(further)
                .order_by_asc(import)
                .order_by_asc(number)
                .limit(BATCH)
                .all(&self.write)
                .await?;
            let Some(end) = rows.last().map(|row| (row.import_id, row.row_number)) else { return Ok(done) };
            last = end;
            for row in rows {
                let at = crate::imports::sealed_place(row.import_id, row.row_number);
                let Some(anew) = self.vault.sealed_anew(&at, &row.sealed_document)? else { continue };
                if how == Rest::Counted {
                    done += 1;
                    continue;
                }
                let updated = import_row::Entity::update_many()
                    .col_expr(import_row::Column::SealedDocument, Expr::value(anew))
                    .filter(import.eq(row.import_id))
                    .filter(number.eq(row.row_number))
                    // What was decided or forgotten meanwhile stays so.
                    .filter(import_row::Column::SealedDocument.eq(row.sealed_document))
                    .exec(&self.write);
                done += updated.await?.rows_affected;
            }
        }
    }
}

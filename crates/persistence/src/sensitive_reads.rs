//! The trail of reads: who read which fields of whom, and when. Written with the read itself; a read that cannot be
//! written down is not answered.

use std::borrow::Cow;

use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64;
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::{ActorId, Scope},
};

use crate::{
    Author, Store, StoreError, Work,
    beneficiaries::reasons_of,
    clock::{self, from_micros, to_micros},
    page::{Direction, Key, KeyValue, Keyset, Page},
    sight::of_institutions_within,
    subjects::{self, Place, SubjectKeys, keys_of},
    vault::{Vault, place},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sensitive_read")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: i64,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub request_id: Option<String>,
        pub record_kind: String,
        pub record_id: Uuid,
        pub institution_id: Uuid,
        pub fields: String,
        pub people: i64,
        pub purpose: Option<String>,
        pub sealed_purpose: Option<String>,
        pub emergency_access_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the trail calls a look-up of people, in the place of fields.
const LOOKUP: &str = "lookup";
/// The place of words about no one person.
const OF_NOBODY: &str = "sensitive_read.sealed_purpose, of nobody";
const DAMAGED: StoreError = StoreError::Unreadable("a read");

/// What somebody reads for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// They said so. Such words may speak of people: they are sealed with the person whose record is read.
    Said(&'a str),
    /// They said nothing: what gives them the right, in the service's own words.
    Right(&'a str),
    /// An emergency, for which they opened this access.
    Emergency(Uuid),
}

/// One record whose personal data was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensitiveRead {
    /// What kind of record.
    pub kind: RecordKind,
    /// Which.
    pub record: Uuid,
    /// The institution it belongs to.
    pub institution: Uuid,
    /// Which of its fields.
    pub fields: Vec<Cow<'static, str>>,
    /// How many people it told of.
    pub people: usize,
}

/// A read as the trail keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRead {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The kind of the one who read.
    pub actor_kind: String,
    /// Who read.
    pub actor_id: Option<Uuid>,
    /// In which request.
    pub request_id: Option<String>,
    /// The kind of record.
    pub record_kind: RecordKind,
    /// Which record.
    pub record_id: Uuid,
    /// The institution it belongs to.
    pub institution_id: Uuid,
    /// Which of its fields.
    pub fields: Vec<String>,
    /// How many people it told of.
    pub people: i64,
    /// What for: as the reader said, the reason of their emergency access, or what gave them the right. Nothing where those
    /// words went with a person who was erased.
    pub purpose: Option<String>,
    /// The emergency access by which they read, if by one.
    pub emergency_access: Option<Uuid>,
}

/// Which reads.
#[derive(Debug, Clone, Default)]
pub struct SensitiveReadFilters {
    /// By any of these people and clients.
    pub actor: Vec<Uuid>,
    /// Of any of these records.
    pub record: Vec<Uuid>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    /// Writes reads down; gives of how many people the reader was told in the hour up to now.
    pub async fn note_sensitive_reads(
        &self,
        author: &Author,
        purpose: Purpose<'_>,
        reads: &[SensitiveRead],
    ) -> Result<i64, StoreError> {
        note(&self.vault, &self.write, author, purpose, reads).await
    }

    /// The reads of records within a scope, in the order of time.
    pub async fn sensitive_reads(
        &self,
        filters: &SensitiveReadFilters,
        direction: Direction,
        page: &Page,
        scope: &Scope,
    ) -> Result<Vec<KeptRead>, StoreError> {
        let query = reads_within(filters, scope);
        let keyset = by_time(direction);
        self.read_trail(keyset.apply(query, page)).await
    }

    /// Every read of one record, wherever it was when it was read. Whether somebody may read the record, its own area says.
    pub async fn reads_of(&self, record: Uuid, direction: Direction, page: &Page) -> Result<Vec<KeptRead>, StoreError> {
        let query = entity::Entity::find().filter(entity::Column::RecordId.eq(record));
        self.read_trail(by_time(direction).apply(query, page)).await
    }

    /// How many reads of one record there are.
    pub async fn count_reads_of(&self, record: Uuid) -> Result<u64, StoreError> {
        Ok(entity::Entity::find().filter(entity::Column::RecordId.eq(record)).count(&self.read).await?)
    }

    /// Writes down that somebody looks people up, whether or not anybody is found; gives the times of the caller's latest
    /// look-ups within the hour, the latest first.
    pub(crate) async fn note_and_count_lookups(
        &self,
        author: &Author,
        purpose: Purpose<'_>,
        most: u64,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let now = clock::now();
        let lookup = SensitiveRead {
            kind: RecordKind::Beneficiary,
            record: Uuid::nil(),
            institution: Uuid::nil(),
            fields: vec![LOOKUP.into()],
            people: 0,
        };
        note(&self.vault, &self.write, author, purpose, &[lookup]).await?;
        let times: Vec<i64> = entity::Entity::find()
            .select_only()
            .column(entity::Column::At)
            .filter(entity::Column::ActorKind.eq(author.actor.kind()))
            .filter(entity::Column::ActorId.eq(author.actor.id()))
            .filter(entity::Column::RecordId.eq(Uuid::nil()))
            .filter(entity::Column::Fields.eq(LOOKUP))
            .filter(entity::Column::At.gt(to_micros(now - Duration::hours(1))))
            .order_by_desc(entity::Column::At)
            .limit(most)
            .into_tuple()
            .all(&self.write)
            .await?;
        times.into_iter().map(from_micros).collect()
    }

    async fn read_trail(&self, query: Select<entity::Entity>) -> Result<Vec<KeptRead>, StoreError> {
        let rows = query.all(&self.read).await?;
        let people = rows.iter().filter(|row| row.sealed_purpose.is_some()).map(|row| row.record_id);
        let keys = self.keys_of_subjects(&people.collect::<Vec<_>>()).await?;
        let accesses: Vec<Uuid> = rows.iter().filter_map(|row| row.emergency_access_id).collect();
        let reasons = reasons_of(&self.vault, &self.read, &accesses).await?;
        rows.into_iter()
            .map(|mut row| {
                if let Some(sealed) = row.sealed_purpose.take() {
                    row.purpose = said(&self.vault, &keys, &row, &sealed)?;
                }
                let reason = row.emergency_access_id.and_then(|access| reasons.get(&(access, row.record_id)));
                row.purpose = reason.map(ToString::to_string).or(row.purpose);
                KeptRead::try_from(row)
            })
            .collect()
    }

    /// How many there are.
    pub async fn count_sensitive_reads(
        &self,
        filters: &SensitiveReadFilters,
        scope: &Scope,
    ) -> Result<u64, StoreError> {
        Ok(reads_within(filters, scope).count(&self.read).await?)
    }
}

fn by_time(direction: Direction) -> Keyset {
    Keyset::of(vec![
        Key::always(Expr::col((entity::Entity, entity::Column::At)), direction),
        Key::always(Expr::col((entity::Entity, entity::Column::Id)), direction),
    ])
}

fn reads_within(filters: &SensitiveReadFilters, scope: &Scope) -> Select<entity::Entity> {
    use entity::Column;
    let mut seen = Condition::any().add(of_institutions_within(scope, Column::InstitutionId));
    if !scope.units().is_empty() {
        // Look-ups belong to no institution, and say nothing of anybody: whoever watches over any unit sees who trawls.
        seen = seen.add(Column::InstitutionId.eq(Uuid::nil()));
    }
    let mut query = entity::Entity::find().filter(seen);
    if !filters.actor.is_empty() {
        query = query.filter(Column::ActorId.is_in(filters.actor.iter().copied()));
    }
    if !filters.record.is_empty() {
        query = query.filter(Column::RecordId.is_in(filters.record.iter().copied()));
    }
    if let Some(from) = filters.from {
        query = query.filter(Column::At.gte(to_micros(from)));
    }
    if let Some(until) = filters.until {
        query = query.filter(Column::At.lt(to_micros(until)));
    }
    query
}

impl Work {
    /// As [`Store::note_sensitive_reads`], for what a command answers with.
    pub async fn note_sensitive_reads(
        &mut self,
        purpose: Purpose<'_>,
        reads: &[SensitiveRead],
    ) -> Result<i64, StoreError> {
        self.noted.extend_from_slice(reads);
        note(&self.store.vault, &self.transaction, &self.author, purpose, reads).await
    }
}

async fn note<C: ConnectionTrait>(
    vault: &Vault,
    connection: &C,
    author: &Author,
    purpose: Purpose<'_>,
    reads: &[SensitiveRead],
) -> Result<i64, StoreError> {
    let now = clock::now();
    let (said, right, access) = match purpose {
        Purpose::Said(words) => (Some(words), None, None),
        Purpose::Right(right) => (None, Some(right.to_owned()), None),
        Purpose::Emergency(access) => (None, None, Some(access)),
    };
    let people = reads.iter().filter(|read| said.is_some() && is_of_person(read.kind)).map(|read| read.record);
    let keys = keys_of(vault, connection, &people.collect::<Vec<_>>()).await?;
    let mut rows = Vec::with_capacity(reads.len());
    for read in reads {
        let id = Uuid::now_v7();
        let sealed = said.map(|words| sealed(vault, &keys, id, read, words)).transpose()?;
        rows.push(entity::ActiveModel {
            id: ActiveValue::Set(id),
            at: ActiveValue::Set(to_micros(now)),
            actor_kind: ActiveValue::Set(author.actor.kind().to_owned()),
            actor_id: ActiveValue::Set(author.actor.id()),
            request_id: ActiveValue::Set(author.request_id.clone()),
            record_kind: ActiveValue::Set(read.kind.code().to_owned()),
            record_id: ActiveValue::Set(read.record),
            institution_id: ActiveValue::Set(read.institution),
            fields: ActiveValue::Set(read.fields.join(",")),
            people: ActiveValue::Set(i64::try_from(read.people).unwrap_or(i64::MAX)),
            purpose: ActiveValue::Set(right.clone()),
            sealed_purpose: ActiveValue::Set(sealed),
            emergency_access_id: ActiveValue::Set(access),
        });
    }
    if reads.is_empty() {
        return Ok(0);
    }
    entity::Entity::insert_many(rows).exec_without_returning(connection).await?;
    people_in_the_last_hour(connection, author.actor, now).await
}

/// Whether a record is one person's, with a key of its own; others are sealed under the key of the installation.
fn is_of_person(kind: RecordKind) -> bool {
    kind == RecordKind::Beneficiary
}

fn place_of(id: Uuid, subject: Uuid) -> Place {
    Place { column: "sensitive_read.sealed_purpose", row: id, subject, version: 1 }
}

fn sealed(
    vault: &Vault,
    keys: &SubjectKeys,
    id: Uuid,
    read: &SensitiveRead,
    words: &str,
) -> Result<String, StoreError> {
    match keys.get(&read.record) {
        Some(key) => subjects::seal(vault, key, &place_of(id, read.record), &words),
        None => Ok(BASE64.encode(&vault.seal_own(&place(OF_NOBODY, id.as_bytes()), words.as_bytes())?)),
    }
}

fn said(vault: &Vault, keys: &SubjectKeys, row: &entity::Model, sealed: &str) -> Result<Option<String>, StoreError> {
    if let Some(key) = keys.get(&row.record_id) {
        return subjects::open(vault, key, &place_of(row.id, row.record_id), sealed).map(Some);
    }
    if RecordKind::from_code(&row.record_kind).is_some_and(is_of_person) && !row.record_id.is_nil() {
        // They were erased, and what was said of them with them.
        return Ok(None);
    }
    let bytes = BASE64.decode(sealed.as_bytes()).map_err(|_| DAMAGED)?;
    let words = vault.open_own(&place(OF_NOBODY, row.id.as_bytes()), &bytes)?;
    String::from_utf8(words).map(Some).map_err(|_| DAMAGED)
}

async fn people_in_the_last_hour<C: ConnectionTrait>(
    connection: &C,
    actor: ActorId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let sum = Func::coalesce([Expr::col((entity::Entity, entity::Column::People)).sum(), Expr::value(0_i64)]);
    let told: Option<i64> = entity::Entity::find()
        .select_only()
        .column_as(Expr::from(sum).cast_as("bigint"), "told")
        .filter(entity::Column::ActorId.eq(actor.id()))
        .filter(entity::Column::At.gt(to_micros(now - Duration::hours(1))))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(told.unwrap_or_default())
}

impl KeptRead {
    /// The values of the sort keys, for the cursor.
    pub fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.at)), KeyValue::Id(self.id)]
    }
}

impl TryFrom<entity::Model> for KeptRead {
    type Error = StoreError;

    fn try_from(row: entity::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            at: from_micros(row.at)?,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            request_id: row.request_id,
            record_kind: RecordKind::from_code(&row.record_kind).ok_or(DAMAGED)?,
            record_id: row.record_id,
            institution_id: row.institution_id,
            fields: row.fields.split(',').map(str::to_owned).collect(),
            people: row.people,
            purpose: row.purpose,
            emergency_access: row.emergency_access_id,
        })
    }
}

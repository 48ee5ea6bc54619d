//! Reading accounts within a sight.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Select,
    sea_query::Query,
};
use uuid::Uuid;

use aumsos_domain::{
    Language,
    people::{Person, PersonProfile},
    text_value::{Email, Line, Name},
};

use super::{DAMAGED, PeopleFilters, PeopleSight, PersonSort, filters::keyset};
use crate::{
    Store, StoreError,
    access::entity::{
        client,
        person::{Column, Entity},
        person_secret,
    },
    clock::{from_micros, to_micros},
    page::{Direction, KeyValue, Page},
    role_assignments::has_signed_in,
    sight::as_flag,
};

/// An account, with what is only looked up beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPerson {
    /// The account.
    pub person: Person,
    /// Whether a password was chosen, or an outside provider vouches for the person.
    pub has_signed_in: bool,
    /// Whether a second factor is on.
    pub has_second_factor: bool,
    name_key: String,
}

/// What somebody is to be told of their own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// The account of a person.
    pub version: i64,
    /// What the person or the client is called.
    pub name: String,
    /// What a person signs in with.
    pub email: Option<String>,
    /// The language of a person.
    pub language: Option<Language>,
    /// What a client is known by.
    pub client_id: Option<String>,
}

/// The values by which people are sorted, for the cursor.
pub fn person_key(seen: &SeenPerson, sort: &[(PersonSort, Direction)]) -> Vec<KeyValue> {
    let values = sort.iter().map(|(sort, _)| match sort {
        PersonSort::Name => KeyValue::Text(seen.name_key.clone()),
        PersonSort::CreatedAt => KeyValue::Whole(to_micros(seen.person.created_at)),
    });
    values.chain([KeyValue::Id(seen.person.id)]).collect()
}

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    version: i64,
    email: String,
    name: String,
    name_key: String,
    is_active: bool,
    created_at: i64,
    updated_at: i64,
    unit_id: Option<Uuid>,
    language: String,
    disabled_reason: Option<String>,
    erased_at: Option<i64>,
    has_signed_in: bool,
    has_second_factor: bool,
}

/// Accounts, with what is looked up beside them in the same statement.
pub(super) fn rows() -> Select<Entity> {
    let with_second_factor = Query::select()
        .column(person_secret::Column::PersonId)
        .from(person_secret::Entity)
        .and_where(person_secret::Column::TotpConfirmedAt.is_not_null())
        .to_owned();
    let second_factor = Condition::all().add(Column::Id.in_subquery(with_second_factor));
    Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Version,
            Column::Email,
            Column::Name,
            Column::NameKey,
            Column::IsActive,
            Column::CreatedAt,
            Column::UpdatedAt,
            Column::UnitId,
            Column::Language,
            Column::DisabledReason,
            Column::ErasedAt,
        ])
        .column_as(as_flag(has_signed_in()), "has_signed_in")
        .column_as(as_flag(second_factor), "has_second_factor")
}

impl Store {
    /// A page of the accounts that a sight shows.
    pub async fn people_seen(
        &self,
        filters: &PeopleFilters,
        sort: &[(PersonSort, Direction)],
        page: &Page,
        sight: &PeopleSight,
    ) -> Result<Vec<SeenPerson>, StoreError> {
        let query = keyset(sort).apply(rows().filter(filters.condition(sight)), page);
        query.into_model::<Row>().all(&self.read).await?.into_iter().map(SeenPerson::try_from).collect()
    }

    /// How many there are.
    pub async fn count_people(&self, filters: &PeopleFilters, sight: &PeopleSight) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(filters.condition(sight)).count(&self.read).await?)
    }

    /// One account that a sight shows.
    pub async fn person_seen(&self, id: Uuid, sight: &PeopleSight) -> Result<Option<SeenPerson>, StoreError> {
        let query = rows().filter(Column::Id.eq(id)).filter(sight.visible());
        query.into_model::<Row>().one(&self.read).await?.map(SeenPerson::try_from).transpose()
    }

    /// What a person is to be told of their own account.
    pub async fn own_account_of_person(&self, id: Uuid) -> Result<Option<OwnAccount>, StoreError> {
        let found = Entity::find_by_id(id).one(&self.read).await?;
        Ok(found.map(|row| OwnAccount {
            version: row.version,
            name: row.name,
            email: Some(row.email),
            language: Language::from_tag(&row.language),
            client_id: None,
        }))
    }

    /// What a client is to be told of itself.
    pub async fn own_account_of_client(&self, id: Uuid) -> Result<Option<OwnAccount>, StoreError> {
        let found = client::Entity::find_by_id(id).one(&self.read).await?;
        Ok(found.map(|row| OwnAccount {
            version: row.version,
            name: row.name,
            email: None,
            language: None,
            client_id: Some(row.client_id),
        }))
    }
}

impl TryFrom<Row> for SeenPerson {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let profile = match row.erased_at {
            Some(_) => None,
            None => Some(PersonProfile {
                email: Email::parse(&row.email).map_err(|_| DAMAGED)?,
                name: Name::parse(&row.name).map_err(|_| DAMAGED)?,
                language: Language::from_tag(&row.language).ok_or(DAMAGED)?,
                unit_id: row.unit_id,
            }),
        };
        let disabled_reason = row.disabled_reason.map(|text| Line::parse(&text)).transpose().map_err(|_| DAMAGED)?;
        Ok(Self {
            person: Person {
                id: row.id,
                version: row.version,
                profile,
                unit_id: row.unit_id,
                disabled_reason,
                is_active: row.is_active,
                erased_at: row.erased_at.map(from_micros).transpose()?,
                created_at: from_micros(row.created_at)?,
                updated_at: from_micros(row.updated_at)?,
            },
            has_signed_in: row.has_signed_in,
            has_second_factor: row.has_second_factor,
            name_key: row.name_key,
        })
    }
}

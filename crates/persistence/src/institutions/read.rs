//! Reading institutions: one by id, lists, counts; each within the sight of the actor, in one statement.

use std::{pin::pin, sync::Arc, task::Poll, time::Duration};

use futures_util::{Stream, TryStreamExt, future::BoxFuture, poll};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryResult, QuerySelect, QueryTrait, Select, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    access::Scope,
    census::{Freshness, Rounds},
    institutions::{Contact, Institution, View},
};

use super::{
    InstitutionFilters, InstitutionSight, InstitutionSort,
    entity::institution::{Column, Entity},
    kept::read_document,
    listed::{key_of, with_keys},
    sealed_contacts::open_all,
};
use crate::{
    Store, StoreError, Work,
    apart::apart,
    clock::today,
    exports::batches,
    page::{Direction, KeyValue, Page},
    reads::Reads,
    sight::{as_flag, within},
};

/// An institution as somebody may see it: already redacted.
#[derive(Debug, Clone)]
pub struct SeenInstitution {
    /// The record; what the view hides is not in it.
    pub institution: Institution,
    /// As whom it is seen; the ETag tells views apart.
    pub view: View,
    /// Whether its contacts may be seen; they are in the record then.
    pub with_contacts: bool,
    /// How fresh its census is.
    pub freshness: Freshness,
    /// Whom it cared for at its last census, where there is one and the actor may read it.
    pub residents: Option<Residents>,
    /// Metres from the point that was asked for.
    pub distance_m: Option<f64>,
    /// The values of the sort keys, for the cursor.
    pub key: Vec<KeyValue>,
}

/// People cared for at the last census.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residents {
    /// Inside the home.
    pub inside: i64,
    /// Outside it, in families.
    pub outside: i64,
}

/// What is found under an id.
#[derive(Debug)]
pub enum Lookup {
    /// The record.
    Found(Box<SeenInstitution>),
    /// It was merged, at last into this one, which the actor may know of.
    Merged(Uuid),
    /// It was deleted, and the actor could see it.
    Gone,
    /// There is none, or none that the actor may know of.
    Unknown,
}

/// How far an actor's permission reaches to an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It lies within the scope.
    Within,
    /// It does not, and the actor knows of it anyway.
    Known,
    /// It was deleted, and the actor could see it.
    Gone,
    /// There is none, or none that the actor may know of.
    Unknown,
}

#[derive(FromQueryResult)]
struct Reached {
    is_within: bool,
    is_visible: bool,
    deleted_at: Option<i64>,
}

/// Batches of a whole list that are read, shown and written at once.
const SHOWN_AT_ONCE: usize = 2;

/// How many merges are followed from one record to the one that stays.
const MOST_MERGES: usize = 32;

/// What [`seen`] selects, in its order.
#[expect(clippy::struct_excessive_bools, reason = "columns of one statement")]
pub(super) struct Row {
    id: Uuid,
    document: String,
    census_on: Option<String>,
    residents_in: Option<i64>,
    residents_out: Option<i64>,
    merged_into: Option<Uuid>,
    deleted_at: Option<i64>,
    sealed_contacts: Option<String>,
    is_insider: bool,
    is_partner: bool,
    sees_contacts: bool,
    sees_census: bool,
    /// The values of the sort keys; filled for lists.
    key: Vec<KeyValue>,
}

/// By their places: a whole list looks up a dozen names for each of its rows otherwise.
impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get_by_index(0)?,
            document: row.try_get_by_index(1)?,
            census_on: row.try_get_by_index(2)?,
            residents_in: row.try_get_by_index(3)?,
            residents_out: row.try_get_by_index(4)?,
            merged_into: row.try_get_by_index(5)?,
            deleted_at: row.try_get_by_index(6)?,
            sealed_contacts: row.try_get_by_index(7)?,
            is_insider: row.try_get_by_index(8)?,
            is_partner: row.try_get_by_index(9)?,
            sees_contacts: row.try_get_by_index(10)?,
            sees_census: row.try_get_by_index(11)?,
            key: Vec::new(),
        })
    }
}

impl Store {
    /// The institution of an id.
    pub async fn institution(&self, id: Uuid, sight: &InstitutionSight) -> Result<Lookup, StoreError> {
        look_up(self, &self.reads_within(sight), id, sight).await
    }

    /// How far a scope reaches to an institution, for somebody who sees this much.
    pub async fn institution_reach(
        &self,
        id: Uuid,
        scope: &Scope,
        sight: &InstitutionSight,
    ) -> Result<Reach, StoreError> {
        reach(&self.read, id, scope, sight).await
    }

    /// A page of the institutions that the filters leave.
    pub async fn institutions(
        &self,
        filters: &InstitutionFilters,
        sort: &[(InstitutionSort, Direction)],
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<SeenInstitution>, StoreError> {
        let rows = self.institution_rows(filters, sort, page, sight).await?;
        let with_key = |row| Ok(Row { key: key_of(row, sort)?, ..Row::from_query_result(row, "")? });
        let rows = rows.iter().map(with_key).collect::<Result<_, StoreError>>()?;
        represent(self, &self.read.exact(), rows, filters).await
    }

    /// The institutions of these ids that the actor may know of, in no order; who may not be shown any more is left out.
    pub async fn institutions_of(
        &self,
        ids: &[Uuid],
        sight: &InstitutionSight,
    ) -> Result<Vec<SeenInstitution>, StoreError> {
        let query = seen(sight)
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::DeletedAt.is_null())
            .filter(sight.visible());
        self.represent(query.into_model::<Row>().all(&self.reads_within(sight)).await?).await
    }

    /// All institutions that the filters leave, in batches: the same rows as the pages of the list, seen with the same
    /// eyes. Contact persons are never among them: personal data does not leave in bulk.
    pub fn stream_institutions(
        &self,
        filters: InstitutionFilters,
        sort: Vec<(InstitutionSort, Direction)>,
        sight: &InstitutionSight,
    ) -> impl Stream<Item = Result<Vec<SeenInstitution>, StoreError>> + Send + 'static {
        let store = self.clone();
        let asked = Arc::new((filters, sort, sight.without_contacts()));
        let (sorted, shown) = (Arc::clone(&asked), Arc::clone(&asked));
        let fetch = move |page: Page| {
            let (store, asked) = (store.clone(), asked.clone());
            Box::pin(async move {
                let (filters, sort, sight) = &*asked;
                let rows = store.institution_rows(filters, sort, &page, sight);
                if store.is_sqlite() { unhurried(rows).await } else { rows.await }
            }) as BoxFuture<'static, _>
        };
        // While one batch is written out the next is read, which takes milliseconds that other requests would wait for, and
        // the database finds the one after it.
        batches(fetch, move |row: &QueryResult| key_of(row, &sorted.1))
            .map_ok(move |rows| {
                let asked = Arc::clone(&shown);
                apart("an institution", move || {
                    let rows: Vec<Row> =
                        rows.iter().map(|row| Row::from_query_result(row, "")).collect::<Result<_, _>>()?;
                    let contacts = vec![Vec::new(); rows.len()];
                    show(rows, contacts, &asked.0)
                })
            })
            .try_buffered(SHOWN_AT_ONCE)
    }

    async fn institution_rows(
        &self,
        filters: &InstitutionFilters,
        sort: &[(InstitutionSort, Direction)],
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<QueryResult>, StoreError> {
        let condition = filters.condition(self, sight, today()).await?;
        let query = filters.keyset(sort).apply(with_keys(seen(sight), filters, sort).filter(condition), page);
        Ok(self.reads_within(sight).query_all(&query.into_query()).await?)
    }

    /// How many institutions the filters leave.
    pub async fn count_institutions(
        &self,
        filters: &InstitutionFilters,
        sight: &InstitutionSight,
    ) -> Result<u64, StoreError> {
        let condition = filters.condition(self, sight, today()).await?;
        Ok(Entity::find().filter(condition).count(&self.read).await?)
    }

    /// Where institutions are read that are seen like this: people never from a replica, on which somebody who was erased
    /// is still there for a moment.
    pub(super) fn reads_within(&self, sight: &InstitutionSight) -> Reads {
        if sight.may_see_contacts_somewhere() { self.read.exact() } else { self.read.clone() }
    }

    pub(super) async fn represent(&self, rows: Vec<Row>) -> Result<Vec<SeenInstitution>, StoreError> {
        represent(self, &self.read.exact(), rows, &InstitutionFilters::default()).await
    }
}

impl Work {
    /// The institution of an id as this unit of work leaves it.
    pub async fn institution(&mut self, id: Uuid, sight: &InstitutionSight) -> Result<Lookup, StoreError> {
        look_up(&self.store, &self.transaction, id, sight).await
    }

    /// See [`Store::institution_reach`].
    pub async fn institution_reach(
        &mut self,
        id: Uuid,
        scope: &Scope,
        sight: &InstitutionSight,
    ) -> Result<Reach, StoreError> {
        reach(&self.transaction, id, scope, sight).await
    }
}

async fn look_up<C: ConnectionTrait>(
    store: &Store,
    connection: &C,
    asked: Uuid,
    sight: &InstitutionSight,
) -> Result<Lookup, StoreError> {
    let mut id = asked;
    for _ in 0..MOST_MERGES {
        let known = Condition::any().add(sight.visible()).add(Column::MergedInto.is_not_null());
        let query = seen(sight).filter(Column::Id.eq(id)).filter(known);
        let Some(row) = query.into_model::<Row>().one(connection).await? else { return Ok(Lookup::Unknown) };
        match (row.merged_into, row.deleted_at) {
            (Some(target), _) => id = target,
            (None, None) if id != asked => return Ok(Lookup::Merged(id)),
            (None, None) => {
                let mut found = represent(store, connection, vec![row], &InstitutionFilters::default()).await?;
                return Ok(found.pop().map_or(Lookup::Unknown, |seen| Lookup::Found(Box::new(seen))));
            }
            (None, Some(_)) if id == asked => return Ok(Lookup::Gone),
            (None, Some(_)) => return Ok(Lookup::Unknown),
        }
    }
    Ok(Lookup::Unknown)
}

async fn reach<C: ConnectionTrait>(
    connection: &C,
    id: Uuid,
    scope: &Scope,
    sight: &InstitutionSight,
) -> Result<Reach, StoreError> {
    let found = Entity::find_by_id(id)
        .select_only()
        .column(Column::DeletedAt)
        .column_as(as_flag(within(scope, Column::UnitId, Column::Id)), "is_within")
        .column_as(as_flag(sight.visible()), "is_visible")
        .into_model::<Reached>()
        .one(connection)
        .await?;
    Ok(match found {
        Some(Reached { is_visible: true, deleted_at: Some(_), .. }) => Reach::Gone,
        Some(Reached { deleted_at: Some(_), .. }) | None => Reach::Unknown,
        Some(Reached { is_within: true, .. }) => Reach::Within,
        Some(Reached { is_visible: true, .. }) => Reach::Known,
        Some(_) => Reach::Unknown,
    })
}

async fn represent<C: ConnectionTrait>(
    store: &Store,
    connection: &C,
    rows: Vec<Row>,
    filters: &InstitutionFilters,
) -> Result<Vec<SeenInstitution>, StoreError> {
    let sealed: Vec<(Uuid, &str)> = rows
        .iter()
        .map(|row| {
            let kept = row.sealed_contacts.as_deref().filter(|_| row.sees_contacts);
            (row.id, kept.unwrap_or("[]"))
        })
        .collect();
    let contacts = open_all(store, connection, &sealed).await?;
    show(rows, contacts, filters)
}

/// Rows of SQLite, taken some hundred at a time: its thread wakes whoever waits for them at each row, which costs more than the
/// row.
async fn unhurried<F: Future>(rows: F) -> F::Output {
    let mut rows = pin!(rows);
    loop {
        if let Poll::Ready(rows) = poll!(&mut rows) {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The rows as the actor may see them; every read of institutions ends here.
fn show(
    rows: Vec<Row>,
    contacts: Vec<Vec<Contact>>,
    filters: &InstitutionFilters,
) -> Result<Vec<SeenInstitution>, StoreError> {
    let rounds = Rounds::on(today());
    rows.into_iter()
        .zip(contacts)
        .map(|(row, contacts)| {
            let mut institution = read_document(&row.document)?;
            institution.contacts = contacts;
            let distance_m = institution.profile.position.and_then(|position| filters.distance_m(position.point()));
            let view = view_of(row.is_insider, row.is_partner);
            Ok(SeenInstitution {
                institution: institution.seen_as(view),
                view,
                with_contacts: row.sees_contacts,
                freshness: freshness_of(row.census_on.as_deref(), rounds),
                residents: residents_of(row.sees_census, row.residents_in, row.residents_out),
                distance_m,
                key: row.key,
            })
        })
        .collect()
}

/// As whom somebody looks at a row of which the statement says this.
pub(super) const fn view_of(is_insider: bool, is_partner: bool) -> View {
    match (is_insider, is_partner) {
        (true, _) => View::Council,
        (false, true) => View::Partner,
        (false, false) => View::Public,
    }
}

/// How fresh a census of a day is.
pub(super) fn freshness_of(census_on: Option<&str>, rounds: Rounds) -> Freshness {
    rounds.freshness(census_on.and_then(|day| day.parse().ok()))
}

/// The figures of the last census, where there was one and the actor may read it.
pub(super) fn residents_of(sees_census: bool, inside: Option<i64>, outside: Option<i64>) -> Option<Residents> {
    let (inside, outside) = inside.zip(outside).filter(|_| sees_census)?;
    Some(Residents { inside, outside })
}

/// The columns a representation is made of, and with what eyes the actor sees each row: what a [`Row`] is read from.
pub(super) fn seen(sight: &InstitutionSight) -> Select<Entity> {
    let mut query = Entity::find().select_only().columns([
        Column::Id,
        Column::Document,
        Column::CensusOn,
        Column::ResidentsIn,
        Column::ResidentsOut,
        Column::MergedInto,
        Column::DeletedAt,
    ]);
    if sight.may_see_contacts_somewhere() {
        query = query.column(Column::SealedContacts);
    } else {
        query = query.column_as(Expr::value(Option::<String>::None), "sealed_contacts");
    }
    query
        .column_as(as_flag(sight.insider()), "is_insider")
        .column_as(as_flag(sight.partner()), "is_partner")
        .column_as(as_flag(sight.contacts()), "sees_contacts")
        .column_as(as_flag(sight.census_visible()), "sees_census")
}

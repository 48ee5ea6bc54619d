//! Saved filters: one's own, and those that are shared with a unit at or above one's own.

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::{Actor, ActorId, RolePlace},
    saved_filters::{FilterResource, SavedFilter},
    spelling,
};

use crate::{
    Store, StoreError, Work,
    clock::to_micros,
    institutions::entity::institution,
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyset, Page},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved_filter")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub resource: String,
        pub name_key: String,
        pub owner_kind: String,
        pub owner_id: Uuid,
        pub shared_with: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub document: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub deleted_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

const DAMAGED: StoreError = StoreError::Unreadable("a saved filter");

/// What is found under an id.
#[derive(Debug)]
pub enum SavedFilterLookup {
    /// The filter.
    Found(Box<SavedFilter>),
    /// It was deleted, and the actor could see it.
    Gone,
    /// There is none, or none that the actor may know of.
    Unknown,
}

/// The values by which the list of filters is sorted, for its cursor.
pub fn saved_filter_key(filter: &SavedFilter) -> Vec<KeyValue> {
    vec![KeyValue::Text(spelling::fold(filter.profile.name.as_str())), KeyValue::Id(filter.id)]
}

impl Store {
    /// The filters that an actor may use, in the order of their names.
    pub async fn saved_filters(
        &self,
        resource: Option<FilterResource>,
        page: &Page,
        actor: &Actor,
    ) -> Result<Vec<SavedFilter>, StoreError> {
        let mut query = Entity::find().filter(Column::DeletedAt.is_null()).filter(usable(actor));
        if let Some(resource) = resource {
            query = query.filter(Column::Resource.eq(resource.code()));
        }
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::NameKey)), Direction::Ascending),
            Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending),
        ]);
        keyset.apply(query, page).all(&self.read).await?.iter().map(read).collect()
    }

    /// One filter that an actor may use.
    pub async fn saved_filter(&self, id: Uuid, actor: &Actor) -> Result<SavedFilterLookup, StoreError> {
        let found = Entity::find_by_id(id).filter(usable(actor)).one(&self.read).await?;
        Ok(match found {
            None => SavedFilterLookup::Unknown,
            Some(row) if row.deleted_at.is_some() => SavedFilterLookup::Gone,
            Some(row) => SavedFilterLookup::Found(Box::new(read(&row)?)),
        })
    }
}

impl Work {
    /// Whether an id is taken by any filter, whoever may see it.
    pub async fn is_saved_filter_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// How many filters an owner keeps.
    pub async fn count_saved_filters_of(&mut self, owner: ActorId) -> Result<u64, StoreError> {
        let query = Entity::find().filter(Column::DeletedAt.is_null()).filter(owned_by(owner));
        Ok(query.count(&self.transaction).await?)
    }

    /// Whether an actor may share with a unit: one that they hold a role at, or one below it.
    pub async fn may_share_with(&mut self, unit: Uuid, actor: &Actor) -> Result<bool, StoreError> {
        self.is_below(unit, &units_of(actor)).await
    }

    /// One filter that an actor may use, locked until the end of this unit of work.
    pub async fn saved_filter_for_update(
        &mut self,
        id: Uuid,
        actor: &Actor,
    ) -> Result<Option<SavedFilter>, StoreError> {
        let found = Entity::find_by_id(id)
            .filter(Column::DeletedAt.is_null())
            .filter(usable(actor))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// Writes a filter, new or written anew; one that did not change leaves no trace.
    pub async fn save_saved_filter(
        &mut self,
        before: Option<&SavedFilter>,
        after: &SavedFilter,
    ) -> Result<(), StoreError> {
        if before == Some(after) {
            return Ok(());
        }
        let row = row_of(after)?;
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let action = if before.is_none() { "created" } else { "changed" };
        self.append_saved_filter(action, before, Some(after)).await
    }

    /// Deletes a filter: a tombstone stays.
    pub async fn delete_saved_filter(&mut self, before: &SavedFilter) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::value(to_micros(self.at)))
            .col_expr(Column::Version, Expr::value(before.version + 1))
            .filter(Column::Id.eq(before.id))
            .exec(&self.transaction)
            .await?;
        self.append_saved_filter("deleted", Some(before), None).await
    }

    async fn append_saved_filter(
        &mut self,
        action: &'static str,
        before: Option<&SavedFilter>,
        after: Option<&SavedFilter>,
    ) -> Result<(), StoreError> {
        let record = after.or(before).ok_or(DAMAGED)?;
        let state = |filter: &SavedFilter| -> Result<State, StoreError> {
            let document = serde_json::to_string(filter).map_err(|_| DAMAGED)?;
            Ok(State { unit: filter.profile.shared_with, is_public: false, document })
        };
        self.append(Change {
            kind: RecordKind::SavedFilter,
            id: record.id,
            version: if after.is_some() { record.version } else { record.version + 1 },
            action,
            institution: None,
            before: before.map(state).transpose()?,
            after: after.map(state).transpose()?,
        })
        .await
    }
}

/// Filters that an actor owns, or that are shared with a unit at or above one where they hold a role (or in whose care
/// an institution is where they do).
fn usable(actor: &Actor) -> Condition {
    let mut any = Condition::any().add(owned_by(actor.id));
    let units = units_of(actor);
    if !units.is_empty() {
        any = any.add(Column::SharedWith.in_subquery(above(Expr::col("unit_id").is_in(units))));
    }
    let institutions = institutions_of(actor);
    if !institutions.is_empty() {
        let caring = Query::select()
            .column(institution::Column::UnitId)
            .from(institution::Entity)
            .and_where(Expr::col((institution::Entity, institution::Column::Id)).is_in(institutions))
            .to_owned();
        any = any.add(Column::SharedWith.in_subquery(above(Expr::col("unit_id").in_subquery(caring))));
    }
    any
}

fn above(units: Expr) -> SelectStatement {
    Query::select().column("ancestor_id").from("organization_unit_ancestor").and_where(units).to_owned()
}

fn owned_by(owner: ActorId) -> Condition {
    match owner.id() {
        Some(id) => Condition::all().add(Column::OwnerId.eq(id)).add(Column::OwnerKind.eq(owner.kind())),
        // Whoever is nobody in particular owns nothing.
        None => Condition::all().add(Expr::value(false)),
    }
}

fn units_of(actor: &Actor) -> Vec<Uuid> {
    let places = actor.roles.iter().map(|held| held.place);
    places.filter_map(|place| if let RolePlace::Unit(id) = place { Some(id) } else { None }).collect()
}

fn institutions_of(actor: &Actor) -> Vec<Uuid> {
    let places = actor.roles.iter().map(|held| held.place);
    places.filter_map(|place| if let RolePlace::Institution(id) = place { Some(id) } else { None }).collect()
}

fn row_of(filter: &SavedFilter) -> Result<entity::ActiveModel, StoreError> {
    Ok(entity::ActiveModel {
        id: ActiveValue::Set(filter.id),
        version: ActiveValue::Set(filter.version),
        resource: ActiveValue::Set(filter.profile.resource.to_string()),
        name_key: ActiveValue::Set(spelling::fold(filter.profile.name.as_str())),
        owner_kind: ActiveValue::Set(filter.owner.kind().to_owned()),
        owner_id: ActiveValue::Set(filter.owner.id().ok_or(StoreError::Unreadable("the owner of a filter"))?),
        shared_with: ActiveValue::Set(filter.profile.shared_with),
        document: ActiveValue::Set(serde_json::to_string(filter).map_err(|_| DAMAGED)?),
        created_at: ActiveValue::Set(to_micros(filter.created_at)),
        updated_at: ActiveValue::Set(to_micros(filter.updated_at)),
        deleted_at: ActiveValue::NotSet,
    })
}

fn read(row: &entity::Model) -> Result<SavedFilter, StoreError> {
    serde_json::from_str(&row.document).map_err(|_| DAMAGED)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use aumsos_domain::{
        access::Role,
        institutions::InstitutionStatus,
        organization_units::{OrganizationUnit, UnitLevel},
    };

    use super::*;
    use crate::{
        clock,
        test_store::{TestStore, as_actor, at_institution, at_unit},
    };

    const PAGE: Page = Page { limit: 50, after: None };

    async fn keep(store: &TestStore, owner: &Actor, name: &str, shared_with: Option<Uuid>) -> SavedFilter {
        let profile = serde_json::from_value(json!({
            "name": name, "resource": "institutions", "shared_with": shared_with,
            "query": { "kind": ["lksa", "bakesos"], "verified_before": "-6m" },
        }))
        .unwrap();
        let filter = SavedFilter::new(Uuid::now_v7(), owner.id, profile, 0, clock::now()).unwrap();
        as_actor(store, owner, async |work| work.save_saved_filter(None, &filter).await).await;
        filter
    }

    async fn names(store: &TestStore, actor: &Actor) -> Vec<String> {
        let found = store.saved_filters(Some(FilterResource::Institutions), &PAGE, actor).await.unwrap();
        found.into_iter().map(|filter| filter.profile.name.to_string()).collect()
    }

    #[tokio::test]
    async fn filters_are_seen_by_their_owner_and_by_the_unit_and_all_below_it() {
        let store = TestStore::open().await;
        let root = OrganizationUnit::MUHAMMADIYAH;
        let java = store.unit(root, UnitLevel::Provincial, "PWM Jawa Timur").await;
        let surabaya = store.unit(java, UnitLevel::Regency, "PDM Kota Surabaya").await;
        let bali = store.unit(root, UnitLevel::Provincial, "PWM Bali").await;
        let home = store.institution(surabaya, InstitutionStatus::Active, json!({})).await;
        let owner = at_unit(Role::RegionalOfficer, java);
        keep(&store, &owner, "c pribadi", None).await;
        keep(&store, &owner, "a untuk Jawa Timur", Some(java)).await;
        keep(&store, &owner, "b untuk Surabaya", Some(surabaya)).await;

        assert_eq!(names(&store, &owner).await, ["a untuk Jawa Timur", "b untuk Surabaya", "c pribadi"]);
        let below = at_unit(Role::RegionalOfficer, surabaya);
        assert_eq!(names(&store, &below).await, ["a untuk Jawa Timur", "b untuk Surabaya"]);
        let operator = at_institution(Role::InstitutionOperator, home.id);
        assert_eq!(names(&store, &operator).await, ["a untuk Jawa Timur", "b untuk Surabaya"]);
        let colleague = at_unit(Role::RegionalOfficer, java);
        assert_eq!(names(&store, &colleague).await, ["a untuk Jawa Timur"]);
        assert!(names(&store, &at_unit(Role::RegionalOfficer, bali)).await.is_empty());
        assert!(names(&store, &at_unit(Role::CouncilOfficer, root)).await.is_empty());
        assert!(names(&store, &Actor::anonymous()).await.is_empty());

        as_actor(&store, &owner, async |work| {
            assert!(work.may_share_with(java, &owner).await?);
            assert!(work.may_share_with(surabaya, &owner).await?);
            assert!(!work.may_share_with(bali, &owner).await?);
            assert!(!work.may_share_with(root, &owner).await?);
            assert!(!work.may_share_with(surabaya, &operator).await?);
            assert_eq!(work.count_saved_filters_of(owner.id).await?, 3);
            assert_eq!(work.count_saved_filters_of(operator.id).await?, 0);
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_filter_is_written_anew_deleted_and_leaves_a_tombstone() {
        let store = TestStore::open().await;
        let java = store.unit(OrganizationUnit::MUHAMMADIYAH, UnitLevel::Provincial, "PWM Jawa Timur").await;
        let owner = at_unit(Role::RegionalOfficer, java);
        let colleague = at_unit(Role::RegionalOfficer, java);
        let stranger = at_unit(Role::RegionalOfficer, OrganizationUnit::AISYIYAH);
        let filter = keep(&store, &owner, "Lama tidak diperiksa", Some(java)).await;
        let changed = as_actor(&store, &owner, async |work| {
            assert!(work.saved_filter_for_update(filter.id, &stranger).await?.is_none());
            let before = work.saved_filter_for_update(filter.id, &colleague).await?.unwrap();
            assert!(before.clone().replace(colleague.id, before.profile.clone(), work.at()).is_err());
            let profile = serde_json::from_value(json!({
                "name": "Semua", "resource": "institutions", "query": {}, "shared_with": java,
            }));
            let after = before.clone().replace(owner.id, profile.unwrap(), work.at()).unwrap();
            work.save_saved_filter(Some(&before), &after).await?;
            Ok(after)
        })
        .await;
        let found = store.saved_filter(filter.id, &colleague).await.unwrap();
        assert!(matches!(found, SavedFilterLookup::Found(found) if *found == changed && changed.version == 2));
        as_actor(&store, &owner, async |work| work.delete_saved_filter(&changed).await).await;
        assert!(matches!(store.saved_filter(filter.id, &colleague).await.unwrap(), SavedFilterLookup::Gone));
        assert!(matches!(store.saved_filter(filter.id, &stranger).await.unwrap(), SavedFilterLookup::Unknown));
        assert!(names(&store, &owner).await.is_empty());
        assert_eq!(store.actions(RecordKind::SavedFilter, filter.id).await, ["created", "changed", "deleted"]);
    }
}

//! Errors that people reported in public entries: tasks of the responsible units.

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::Scope,
    institutions::{ErrorReport, ErrorReportProfile, ErrorReportStatus},
    text_value::{Message, Pointer, Prose},
};

use super::{InstitutionSight, entity::institution};
use crate::{
    Store, StoreError, Work,
    clock::{from_micros, to_micros},
    ledger::{Change, State},
    page::{Direction, Key, Keyset, Page},
    sight::{of_institutions_that, within},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "error_report")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub institution_id: Uuid,
        pub field: String,
        #[sea_orm(column_type = "Text")]
        pub message: String,
        pub status: String,
        #[sea_orm(column_type = "Text", nullable)]
        pub resolution: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

const DAMAGED: StoreError = StoreError::Unreadable("an error report");

/// What reports are filtered by.
#[derive(Debug, Clone, Default)]
pub struct ErrorReportFilters {
    /// Any of these states.
    pub status: Vec<ErrorReportStatus>,
    /// Of any of these institutions.
    pub institution: Vec<Uuid>,
}

impl ErrorReportFilters {
    /// The reports that the filters leave of those on institutions within a scope.
    fn condition(&self, scope: &Scope) -> Condition {
        let mut all = Condition::all().add(handled_within(scope));
        if !self.status.is_empty() {
            all = all.add(Column::Status.is_in(self.status.iter().map(|status| status.code())));
        }
        if !self.institution.is_empty() {
            all = all.add(Column::InstitutionId.is_in(self.institution.iter().copied()));
        }
        all
    }
}

/// Reports on institutions that are handled by whoever holds the permission in this scope.
fn handled_within(scope: &Scope) -> Expr {
    of_institutions_that(Column::InstitutionId, within(scope, institution::Column::UnitId, institution::Column::Id))
}

impl Store {
    /// A page of reports within a scope, the latest first.
    pub async fn error_reports(
        &self,
        filters: &ErrorReportFilters,
        direction: Direction,
        page: &Page,
        scope: &Scope,
    ) -> Result<Vec<ErrorReport>, StoreError> {
        let query = Entity::find().filter(filters.condition(scope));
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending),
        ]);
        let rows = keyset.apply(query, page).all(&self.read).await?;
        rows.into_iter().map(read).collect()
    }

    /// How many reports the filters leave.
    pub async fn count_error_reports(&self, filters: &ErrorReportFilters, scope: &Scope) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(filters.condition(scope)).count(&self.read).await?)
    }

    /// One report.
    pub async fn error_report(&self, id: Uuid, scope: &Scope) -> Result<Option<ErrorReport>, StoreError> {
        let query = Entity::find_by_id(id).filter(handled_within(scope));
        query.one(&self.read).await?.map(read).transpose()
    }
}

impl Work {
    /// Whether an id is taken by any report, whoever may see it.
    pub async fn is_error_report_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// The unit that is responsible for an institution that the actor may know of; nothing for any other.
    pub async fn unit_responsible_for_visible(
        &mut self,
        institution: Uuid,
        sight: &InstitutionSight,
    ) -> Result<Option<Uuid>, StoreError> {
        let found = institution::Entity::find_by_id(institution)
            .select_only()
            .column(institution::Column::UnitId)
            .filter(institution::Column::DeletedAt.is_null())
            .filter(institution::Column::MergedInto.is_null())
            .filter(sight.visible())
            .into_tuple()
            .one(&self.transaction)
            .await?;
        Ok(found)
    }

    /// One report within a scope, with the unit that is responsible for it, locked until the end of this unit of work.
    pub async fn error_report_for_update(
        &mut self,
        id: Uuid,
        scope: &Scope,
    ) -> Result<Option<(ErrorReport, Uuid)>, StoreError> {
        let row = Entity::find_by_id(id).filter(handled_within(scope)).lock_exclusive().one(&self.transaction).await?;
        let Some(row) = row else { return Ok(None) };
        let unit: Option<Uuid> = institution::Entity::find_by_id(row.institution_id)
            .select_only()
            .column(institution::Column::UnitId)
            .into_tuple()
            .one(&self.transaction)
            .await?;
        Ok(Some((read(row)?, unit.ok_or(DAMAGED)?)))
    }

    /// Writes a report, new or decided, as a task of a unit.
    pub async fn save_error_report(
        &mut self,
        unit: Uuid,
        before: Option<&ErrorReport>,
        after: &ErrorReport,
    ) -> Result<(), StoreError> {
        let row = row_of(after);
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let state = |report: &ErrorReport| -> Result<State, StoreError> {
            let document = serde_json::to_string(report).map_err(|_| DAMAGED)?;
            Ok(State { unit: Some(unit), is_public: false, document })
        };
        let action = match after.status {
            ErrorReportStatus::Open => "reported",
            ErrorReportStatus::Accepted => "accepted",
            ErrorReportStatus::Rejected => "rejected",
        };
        self.append(Change {
            kind: RecordKind::ErrorReport,
            id: after.id,
            version: after.version,
            action,
            institution: Some(after.institution_id),
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }
}

fn row_of(report: &ErrorReport) -> entity::ActiveModel {
    let field = report.profile.field.as_ref().map_or_else(String::new, ToString::to_string);
    entity::ActiveModel {
        id: ActiveValue::Set(report.id),
        version: ActiveValue::Set(report.version),
        institution_id: ActiveValue::Set(report.institution_id),
        field: ActiveValue::Set(field),
        message: ActiveValue::Set(report.profile.message.to_string()),
        status: ActiveValue::Set(report.status.to_string()),
        resolution: ActiveValue::Set(report.resolution.as_ref().map(ToString::to_string)),
        created_at: ActiveValue::Set(to_micros(report.created_at)),
        updated_at: ActiveValue::Set(to_micros(report.updated_at)),
    }
}

fn read(row: entity::Model) -> Result<ErrorReport, StoreError> {
    let field = match row.field.as_str() {
        "" => None,
        field => Some(Pointer::parse(field).map_err(|_| DAMAGED)?),
    };
    let resolution = row.resolution.map(|text| Prose::parse(&text)).transpose().map_err(|_| DAMAGED)?;
    Ok(ErrorReport {
        id: row.id,
        version: row.version,
        institution_id: row.institution_id,
        profile: ErrorReportProfile { field, message: Message::parse(&row.message).map_err(|_| DAMAGED)? },
        status: ErrorReportStatus::from_code(&row.status).ok_or(DAMAGED)?,
        resolution,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use aumsos_domain::{
        access::{Actor, Permission, Role},
        institutions::InstitutionStatus,
        organization_units::{OrganizationUnit, UnitLevel},
    };

    use super::*;
    use crate::{
        Author, clock,
        test_store::{TestStore, as_actor, at_unit},
    };

    const PAGE: Page = Page { limit: 50, after: None };

    #[tokio::test]
    async fn anyone_reports_and_the_responsible_unit_settles_it() {
        let store = TestStore::open().await;
        let java = store.unit(OrganizationUnit::MUHAMMADIYAH, UnitLevel::Provincial, "PWM Jawa Timur").await;
        let bali = store.unit(OrganizationUnit::MUHAMMADIYAH, UnitLevel::Provincial, "PWM Bali").await;
        let home = store.institution(java, InstitutionStatus::Active, json!({})).await;
        let draft = store.institution(java, InstitutionStatus::Draft, json!({})).await;
        let profile: ErrorReportProfile =
            serde_json::from_value(json!({ "field": "/phones/0", "message": "Nomor ini tidak aktif." })).unwrap();
        let report = ErrorReport::new(Uuid::now_v7(), home.id, profile, clock::now());
        let public = InstitutionSight::of(&Actor::anonymous());
        as_actor(&store, &Actor::anonymous(), async |work| {
            assert_eq!(work.unit_responsible_for_visible(draft.id, &public).await?, None);
            let unit = work.unit_responsible_for_visible(home.id, &public).await?;
            assert_eq!(unit, Some(java));
            work.save_error_report(java, None, &report).await
        })
        .await;

        let scope = |unit| at_unit(Role::RegionalOfficer, unit).scope(Permission::ErrorReportsHandle);
        let open = ErrorReportFilters { status: vec![ErrorReportStatus::Open], ..ErrorReportFilters::default() };
        assert_eq!(
            store.error_reports(&open, Direction::Descending, &PAGE, &scope(java)).await.unwrap(),
            std::slice::from_ref(&report)
        );
        assert_eq!(store.count_error_reports(&open, &scope(java)).await.unwrap(), 1);
        let elsewhere = [scope(bali), Actor::anonymous().scope(Permission::ErrorReportsHandle)];
        for scope in &elsewhere {
            assert!(store.error_reports(&open, Direction::Descending, &PAGE, scope).await.unwrap().is_empty());
            assert_eq!(store.count_error_reports(&open, scope).await.unwrap(), 0);
            assert_eq!(store.error_report(report.id, scope).await.unwrap(), None);
        }

        let officer = at_unit(Role::RegionalOfficer, java);
        let settled = as_actor(&store, &officer, async |work| {
            assert!(work.error_report_for_update(report.id, &elsewhere[0]).await?.is_none());
            let (before, unit) = work.error_report_for_update(report.id, &scope(java)).await?.unwrap();
            let after = before.clone().accept(Prose::parse("Nomor sudah diganti.").unwrap(), work.at()).unwrap();
            work.save_error_report(unit, Some(&before), &after).await?;
            Ok(after)
        })
        .await;
        assert_eq!(store.error_report(report.id, &scope(java)).await.unwrap(), Some(settled));
        assert!(store.error_reports(&open, Direction::Descending, &PAGE, &scope(java)).await.unwrap().is_empty());
        assert_eq!(store.actions(RecordKind::ErrorReport, report.id).await, ["reported", "accepted"]);
        let kept = store.history(RecordKind::ErrorReport, report.id, 0, 1).await.unwrap();
        assert_eq!((kept[0].actor_kind.as_str(), kept[0].actor_id), ("anonymous", None));
    }

    #[tokio::test]
    async fn a_report_on_the_whole_entry_names_no_field() {
        let store = TestStore::open().await;
        let unit = OrganizationUnit::MUHAMMADIYAH;
        let home = store.institution(unit, InstitutionStatus::Closed, json!({})).await;
        let profile = serde_json::from_value(json!({ "message": "Panti ini sudah pindah." })).unwrap();
        let report = ErrorReport::new(Uuid::now_v7(), home.id, profile, clock::now());
        store
            .write(&Author::system(), async |work: &mut Work| work.save_error_report(unit, None, &report).await)
            .await
            .unwrap();
        let scope = at_unit(Role::CouncilOfficer, unit).scope(Permission::ErrorReportsHandle);
        assert_eq!(store.error_report(report.id, &scope).await.unwrap(), Some(report));
    }
}

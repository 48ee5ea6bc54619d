//! Writing institutions: the record, what it is found by, and its row in the ledger, in one unit of work.

use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::Scope,
    institutions::{Institution, life::AumsosCode},
};

use super::{
    entity::institution::{self, Column, Entity},
    kept::{self, KeptInstitution},
    look_ups::LookUps,
};
use crate::{
    StoreError, Work,
    clock::to_micros,
    ledger::{Change, State},
    sight::within,
};

/// What the ledger says of an institution whose unit, or one above it, got another parent.
pub(crate) const UNIT_MOVED: &str = "unit_moved";

impl Work {
    /// The institution of an id within a scope, locked until the end of this unit of work, with its contacts.
    pub async fn institution_for_update(&mut self, id: Uuid, scope: &Scope) -> Result<Option<Institution>, StoreError> {
        let row = Entity::find_by_id(id)
            .filter(Column::DeletedAt.is_null())
            .filter(within(scope, Column::UnitId, Column::Id))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut found = kept::read_document(&row.document)?;
        found.contacts = self.open_contacts(id, &row.sealed_contacts).await?;
        Ok(Some(found))
    }

    /// Whether an institution is within a scope, as it is in this unit of work.
    pub async fn is_within(&mut self, institution: &Institution, scope: &Scope) -> Result<bool, StoreError> {
        Ok(scope.institutions().contains(&institution.id)
            || self.is_unit_within(institution.profile.unit_id, scope).await?)
    }

    /// Writes a new institution.
    pub async fn create_institution(&mut self, action: &'static str, new: &Institution) -> Result<(), StoreError> {
        let sealed = self.seal_contacts(new.id, &new.contacts).await?;
        let row = kept::columns_of(new, sealed.clone())?;
        Entity::insert(row).exec_without_returning(&self.transaction).await?;
        self.add_look_ups(new.id, LookUps::of(new)).await?;
        self.append_institution(action, None, Some((new, sealed))).await
    }

    /// Writes a changed institution; one that did not change leaves no trace.
    pub async fn save_institution(
        &mut self,
        action: &'static str,
        before: &Institution,
        after: &Institution,
    ) -> Result<(), StoreError> {
        if before == after {
            return Ok(());
        }
        let sealed_before = self.kept_contacts(before.id).await?;
        let sealed = if before.contacts == after.contacts {
            sealed_before.clone()
        } else {
            self.seal_contacts(after.id, &after.contacts).await?
        };
        let columns = kept::columns_of(after, sealed.clone())?;
        let changed = kept::changed(&kept::columns_of(before, sealed_before.clone())?, columns);
        Entity::update_many().set(changed).filter(Column::Id.eq(after.id)).exec(&self.transaction).await?;
        self.change_look_ups(after.id, &LookUps::of(before), LookUps::of(after)).await?;
        self.append_institution(action, Some((before, sealed_before)), Some((after, sealed))).await?;
        let (old, new) = (before.profile.unit_id, after.profile.unit_id);
        if old != new {
            self.tell_beneficiaries_moved(after.id, UNIT_MOVED, old, new).await?;
        }
        Ok(())
    }

    /// Deletes an institution: a tombstone stays, and the history.
    pub async fn delete_institution(&mut self, before: &Institution) -> Result<(), StoreError> {
        let sealed = self.kept_contacts(before.id).await?;
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::value(to_micros(self.at)))
            .col_expr(Column::Version, Expr::value(before.version + 1))
            .filter(Column::Id.eq(before.id))
            .exec(&self.transaction)
            .await?;
        self.forget_look_ups(before.id).await?;
        self.append_institution("deleted", Some((before, sealed)), None).await
    }

    /// Draws the next code of a province. A number that was drawn in a unit of work that failed is drawn again; one
    /// that was given is never reused.
    pub async fn draw_aumsos_code(&mut self, province: &str) -> Result<AumsosCode, StoreError> {
        let name = format!("aumsos_code.{province}");
        Ok(AumsosCode::new(province, self.draw_numbers(&name, 1).await?))
    }

    /// Draws the next codes of a province, as many as are needed, in their order.
    pub(super) async fn draw_aumsos_codes(
        &mut self,
        province: &str,
        count: u64,
    ) -> Result<Vec<AumsosCode>, StoreError> {
        let name = format!("aumsos_code.{province}");
        let last = self.draw_numbers(&name, count).await?;
        Ok((last.saturating_sub(count)..last).map(|before| AumsosCode::new(province, before + 1)).collect())
    }

    /// Draws numbers; gives the last of them.
    pub(crate) async fn draw_numbers(&mut self, name: &str, count: u64) -> Result<u64, StoreError> {
        let count = i64::try_from(count).map_err(|_| StoreError::Unreadable("a serial number"))?;
        let mut insert = Query::insert();
        insert
            .into_table("serial_number")
            .columns(["name", "last"])
            .values_panic([name.into(), count.into()])
            .on_conflict(
                OnConflict::column("name").value("last", Expr::col(("serial_number", "last")).add(count)).to_owned(),
            )
            .returning_col("last");
        let row = self.transaction.query_one(&insert).await?;
        let drawn: i64 = row.ok_or(StoreError::Unreadable("a serial number"))?.try_get_by_index(0)?;
        u64::try_from(drawn).map_err(|_| StoreError::Unreadable("a serial number"))
    }

    /// Institutions in the care of a unit that was moved: told in the ledger as a move from the old parent, so that
    /// they leave the sight of those who were responsible above it and no more.
    pub(crate) async fn tell_institutions_moved(&mut self, unit: Uuid, old_parent: Uuid) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DeletedAt.is_null())
            .filter(Column::UnitId.in_subquery(crate::organization_units::below(&[unit])))
            .into_tuple()
            .all(&self.transaction)
            .await?;
        for id in ids {
            let Some(row) = Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await? else { continue };
            let before = kept::read_document(&row.document)?;
            // Nobody edited it; and the time at which a unit moved would tell of a hidden home which unit it belongs to.
            let after = Institution { version: before.version + 1, ..before.clone() };
            let columns = kept::columns_of(&after, row.sealed_contacts.clone())?;
            Entity::update(columns).exec(&self.transaction).await?;
            let mut change = institution_change(
                UNIT_MOVED,
                Some((&before, row.sealed_contacts.clone())),
                Some((&after, row.sealed_contacts)),
            )?;
            if let Some(state) = &mut change.before {
                state.unit = Some(old_parent);
            }
            self.append(change).await?;
            self.tell_beneficiaries_moved(id, UNIT_MOVED, old_parent, before.profile.unit_id).await?;
        }
        Ok(())
    }

    async fn kept_contacts(&mut self, id: Uuid) -> Result<String, StoreError> {
        let kept: Option<String> = Entity::find_by_id(id)
            .select_only()
            .column(Column::SealedContacts)
            .into_tuple()
            .one(&self.transaction)
            .await?;
        kept.ok_or(StoreError::Unreadable("an institution"))
    }

    async fn append_institution(
        &mut self,
        action: &'static str,
        before: Option<(&Institution, String)>,
        after: Option<(&Institution, String)>,
    ) -> Result<(), StoreError> {
        self.append(institution_change(action, before, after)?).await
    }
}

pub(super) fn institution_change(
    action: &'static str,
    before: Option<(&Institution, String)>,
    after: Option<(&Institution, String)>,
) -> Result<Change, StoreError> {
    const DAMAGED: StoreError = StoreError::Unreadable("an institution");
    let id = after.as_ref().or(before.as_ref()).map(|(record, _)| record.id).ok_or(DAMAGED)?;
    let version = match (&before, &after) {
        (_, Some((record, _))) => record.version,
        (Some((record, _)), None) => record.version + 1,
        (None, None) => 1,
    };
    let state = |(record, sealed_contacts): (&Institution, String)| -> Result<State, StoreError> {
        let bare = Institution { contacts: Vec::new(), ..record.clone() };
        let kept = KeptInstitution { institution: bare, sealed_contacts };
        Ok(State {
            unit: Some(record.profile.unit_id),
            is_public: kept::is_public(record),
            document: serde_json::to_string(&kept).map_err(|_| DAMAGED)?,
        })
    };
    Ok(Change {
        kind: RecordKind::Institution,
        id,
        version,
        action,
        institution: Some(id),
        before: before.map(state).transpose()?,
        after: after.map(state).transpose()?,
    })
}

/// Keeps the census columns of an institution in step with its latest report.
pub(super) fn census_columns(
    id: Uuid,
    counted_on: Option<String>,
    residents_in: Option<i64>,
    residents_out: Option<i64>,
) -> institution::ActiveModel {
    institution::ActiveModel {
        id: ActiveValue::Unchanged(id),
        census_on: ActiveValue::Set(counted_on),
        residents_in: ActiveValue::Set(residents_in),
        residents_out: ActiveValue::Set(residents_out),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use aumsos_domain::{
        institutions::InstitutionStatus,
        organization_units::{OrganizationUnit, UnitLevel},
    };

    use super::*;
    use crate::{Author, search, test_store::TestStore};

    /// The row of a record but for what tells it from others, and what it is found by.
    async fn kept(store: &TestStore, id: Uuid) -> (institution::Model, Vec<String>) {
        let row = Entity::find_by_id(id).one(&store.read).await.unwrap().unwrap();
        let mut found_by = Vec::new();
        for (table, text, record) in [
            ("institution_key", Expr::cust("scheme || ' ' || value"), "institution_id"),
            ("institution_service", Expr::col("kind"), "institution_id"),
            ("search_word", Expr::cust("record_kind || ' ' || word"), "record_id"),
        ] {
            let mut select = Query::select();
            select
                .expr(text)
                .from(table)
                .and_where(Expr::col(record).eq(id))
                .order_by_expr(Expr::cust("1"), sea_orm::sea_query::Order::Asc);
            let rows = store.read.query_all(&select).await.unwrap();
            found_by.extend(rows.iter().map(|row| format!("{table} {}", row.try_get_by_index::<String>(0).unwrap())));
        }
        let same = institution::Model {
            id: Uuid::nil(),
            version: 0,
            created_at: 0,
            updated_at: 0,
            document: serde_json::to_string(&kept::read_document(&row.document).unwrap().profile).unwrap(),
            ..row
        };
        found_by.sort_unstable();
        (same, found_by)
    }

    fn service(kind: &str) -> serde_json::Value {
        json!({ "id": Uuid::now_v7(), "kind": kind, "cost": "free" })
    }

    #[tokio::test]
    async fn a_changed_record_is_kept_and_found_as_one_that_was_made_so() {
        let store = TestStore::open().await;
        let another = store.unit(OrganizationUnit::MUHAMMADIYAH, UnitLevel::Provincial, "PWM Jawa Timur").await;
        let states = [
            json!({}),
            json!({ "name": "LKSA Sang Surya Dua", "other_names": ["Panti Sang Surya"], "phones": [] }),
            json!({ "services": [service("counselling"), service("outreach")], "location_audience": "council" }),
            json!({
                "address": { "region": "34.71.01.1001" }, "phones": ["+6281234567890", "+6281234567891"],
                "position": { "latitude": -7.8, "longitude": 110.36, "precision": "building" },
                "services": [service("counselling")], "capacity": { "total": 40 }, "founded": "1987",
            }),
            json!({ "unit_id": another, "contact_audience": "council", "email": "sangsurya@contoh.or.id" }),
        ];
        for (at, before) in states.iter().enumerate() {
            for after in &states[..at].iter().chain(&states[at + 1..]).collect::<Vec<_>>() {
                let root = OrganizationUnit::MUHAMMADIYAH;
                let changed = store.institution(root, InstitutionStatus::Draft, before.clone()).await;
                let made = store.institution(root, InstitutionStatus::Draft, (*after).clone()).await;
                let old_name = [(changed.id, "namalama")];
                let saved = Institution { version: 2, profile: made.profile.clone(), ..changed.clone() };
                store
                    .write(&Author::system(), async |work: &mut Work| {
                        // As a place was called that has another name since; it goes when words are changed.
                        if kept::words(&changed) != kept::words(&saved) {
                            search::index(work, RecordKind::Institution, old_name).await?;
                        }
                        work.save_institution("edited", &changed, &saved).await
                    })
                    .await
                    .unwrap();
                assert_eq!(kept(&store, changed.id).await, kept(&store, made.id).await, "{before} {after}");
            }
        }
    }
}

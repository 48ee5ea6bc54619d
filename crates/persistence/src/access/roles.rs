//! Roles at places, with the time for which they hold.

use std::collections::HashMap;

use sea_orm::{ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::{ActorId, Role, RoleAssignment, RolePlace},
};

use super::entity::{person, role_assignment};
use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
    ledger::{Change, State},
};

/// Who can hold a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HolderKind {
    Client,
    Person,
}

impl HolderKind {
    /// As the table says it; the same word as [`ActorId::kind`].
    const fn code(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Person => "person",
        }
    }
}

impl Work {
    pub(super) async fn assign_roles(
        &mut self,
        holder_kind: HolderKind,
        holder_id: Uuid,
        roles: &[RoleAssignment],
    ) -> Result<(), StoreError> {
        for held in roles {
            let (place_kind, place_id) = match held.place {
                RolePlace::Unit(id) => ("unit", id),
                RolePlace::Institution(id) => ("institution", id),
            };
            let row = role_assignment::ActiveModel {
                id: ActiveValue::Set(Uuid::now_v7()),
                holder_kind: ActiveValue::Set(holder_kind.code().to_owned()),
                holder_id: ActiveValue::Set(holder_id),
                role: ActiveValue::Set(held.role.to_string()),
                place_kind: ActiveValue::Set(place_kind.to_owned()),
                place_id: ActiveValue::Set(place_id),
                valid_from: ActiveValue::Set(to_micros(self.at)),
                valid_until: ActiveValue::Set(None),
                created_at: ActiveValue::Set(to_micros(self.at)),
                version: ActiveValue::Set(1),
                granted_by_kind: ActiveValue::Set(self.author.actor.kind().to_owned()),
                granted_by_id: ActiveValue::Set(self.author.actor.id()),
                revoked_at: ActiveValue::Set(None),
            };
            let inserted = role_assignment::Entity::insert(row).exec_with_returning(&self.transaction).await?;
            let document = serde_json::json!({
                "holder_kind": holder_kind.code(), "holder_id": holder_id, "role": held.role, "place": held.place,
            });
            self.append(Change {
                kind: RecordKind::RoleAssignment,
                id: inserted.id,
                version: 1,
                action: "granted",
                institution: None,
                before: None,
                after: Some(State { unit: None, is_public: false, document: document.to_string() }),
            })
            .await?;
        }
        Ok(())
    }
}

impl Store {
    /// Whether anybody is a system administrator who can come in.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let holders: Vec<Uuid> = role_assignment::Entity::find()
            .select_only()
            .column(role_assignment::Column::HolderId)
            .filter(role_assignment::Column::HolderKind.eq(HolderKind::Person.code()))
            .filter(role_assignment::Column::Role.eq(Role::SystemAdministrator.code()))
            .filter(valid_now())
            .into_tuple()
            .all(&self.read)
            .await?;
        let active = person::Entity::find()
            .filter(person::Column::Id.is_in(holders))
            .filter(person::Column::IsActive.eq(true))
            .one(&self.read)
            .await?;
        Ok(active.is_some())
    }

    /// The roles that an identity holds now.
    pub async fn roles_of(&self, holder: ActorId) -> Result<Vec<RoleAssignment>, StoreError> {
        let Some(holder_id) = holder.id() else { return Ok(Vec::new()) };
        let rows = role_assignment::Entity::find()
            .filter(role_assignment::Column::HolderKind.eq(holder.kind()))
            .filter(role_assignment::Column::HolderId.eq(holder_id))
            .filter(valid_now())
            .all(&self.read)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The roles that all holders of a kind hold now, by holder.
    pub(super) async fn roles_of_all(
        &self,
        kind: HolderKind,
    ) -> Result<HashMap<Uuid, Vec<RoleAssignment>>, StoreError> {
        let rows = role_assignment::Entity::find()
            .filter(role_assignment::Column::HolderKind.eq(kind.code()))
            .filter(valid_now())
            .all(&self.read)
            .await?;
        let mut roles: HashMap<Uuid, Vec<RoleAssignment>> = HashMap::new();
        for row in &rows {
            roles.entry(row.holder_id).or_default().push(read(row)?);
        }
        Ok(roles)
    }
}

fn valid_now() -> Condition {
    let now = to_micros(clock::now());
    let not_over = Condition::any()
        .add(role_assignment::Column::ValidUntil.is_null())
        .add(role_assignment::Column::ValidUntil.gt(now));
    Condition::all()
        .add(role_assignment::Column::ValidFrom.lte(now))
        .add(role_assignment::Column::RevokedAt.is_null())
        .add(not_over)
}

fn read(row: &role_assignment::Model) -> Result<RoleAssignment, StoreError> {
    let role = Role::from_code(&row.role).ok_or(StoreError::Unreadable("a role"))?;
    let place = match row.place_kind.as_str() {
        "unit" => RolePlace::Unit(row.place_id),
        "institution" => RolePlace::Institution(row.place_id),
        _ => return Err(StoreError::Unreadable("the place of a role")),
    };
    Ok(RoleAssignment { role, place })
}

//! What goes out.

use aumsos_domain::{
    Language,
    access::{Actor, Permission, PermissionSet, Role, RolePlace},
    role_assignments::HolderKind,
};
use aumsos_persistence::{people::OwnAccount, role_assignments::HeldRole};
use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::Caller,
    conditional::Tag,
    operation::{Access, Operation},
    operations,
    problem::Problem,
};

/// Who the caller is and what they may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "kind": "person", "id": "0190a0a0-0000-7000-8000-0000000000c1", "version": 3, "name": "Siti Aminah",
    "email": "siti.aminah@contoh.or.id", "language": "id",
    "roles": [{
        "role": "regional_officer", "unit_id": "0190a0a0-0000-7000-8000-000000000035", "place_name": "PWM Jawa Timur"
    }],
    "permissions": [{
        "permission": "institutions.read", "units": ["0190a0a0-0000-7000-8000-000000000035"], "institutions": []
    }],
    "operations": ["get_me", "list_institutions"], "read_only": false
}))]
pub struct MeOut {
    /// Whether the caller is a person or a client that acts for itself.
    pub kind: HolderKind,
    /// The id that stands in the ledger.
    pub id: Uuid,
    /// Counts the changes of the account, from 1.
    pub version: i64,
    /// What the person or the client is called.
    pub name: String,
    /// What a person signs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of a person's mail and pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What a client is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The roles that are held now.
    pub roles: Vec<HeldRoleOut>,
    /// Each permission that the caller may use now, with where.
    pub permissions: Vec<PermissionOut>,
    /// The `operationId` of each operation that the caller may call; on which records, `permissions` says.
    pub operations: Vec<&'static str>,
    /// Whether the credential may only read.
    pub read_only: bool,
    /// What the credential lets through of all that the roles allow; left out when it holds nothing back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Permission>>,
}

/// A role that is held now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HeldRoleOut {
    /// Which role.
    pub role: Role,
    /// The unit at which it is held, and so at all below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// The institution at which it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<Uuid>,
    /// What the unit or the institution is called.
    pub place_name: String,
    /// Until when, where there is an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
}

/// A permission, and where it may be used.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PermissionOut {
    /// Which permission.
    pub permission: Permission,
    /// At these units, and all below them; also where it is only shared by agreement.
    pub units: Vec<Uuid>,
    /// At these institutions.
    pub institutions: Vec<Uuid>,
}

impl MeOut {
    /// What a caller is told of their account.
    pub(super) fn of(caller: &Caller, kind: HolderKind, id: Uuid, account: OwnAccount, roles: Vec<HeldRole>) -> Self {
        let actor = caller.actor();
        let permissions = Permission::ALL.iter().filter(|permission| actor.holds(**permission));
        Self {
            kind,
            id,
            version: account.version,
            name: account.name,
            email: account.email,
            language: account.language,
            client_id: account.client_id,
            roles: roles.into_iter().map(HeldRoleOut::from).collect(),
            permissions: permissions.map(|&permission| PermissionOut::of(actor, permission)).collect(),
            operations: may_call(caller),
            read_only: caller.is_read_only(),
            scopes: (actor.allowed != PermissionSet::ALL).then(|| actor.allowed.iter().collect()),
        }
    }

    /// The version of the account, and a mark of all else: roles change without it.
    pub(super) fn tag(&self) -> Result<Tag, Problem> {
        let text = serde_json::to_vec(self).map_err(|_| Problem::internal())?;
        let hash = digest::digest(&digest::SHA256, &text);
        let mark = HEXLOWER.encode(hash.as_ref().get(..8).unwrap_or_default());
        Ok(Tag::of_view(self.version, &mark))
    }
}

fn may_call(caller: &Caller) -> Vec<&'static str> {
    let is_admitted = |access| match access {
        Access::Anyone | Access::SignedIn => true,
        Access::Holding(permission) => caller.actor().holds(permission),
    };
    let all = operations::all().iter();
    all.filter(|operation| is_admitted(operation.who()) && !(caller.is_read_only() && operation.writes()))
        .map(Operation::id)
        .collect()
}

impl PermissionOut {
    fn of(actor: &Actor, permission: Permission) -> Self {
        let scope = actor.scope(permission);
        Self { permission, units: scope.units().to_vec(), institutions: scope.institutions().to_vec() }
    }
}

impl From<HeldRole> for HeldRoleOut {
    fn from(held: HeldRole) -> Self {
        let (unit_id, institution_id) = match held.place {
            RolePlace::Unit(id) => (Some(id), None),
            RolePlace::Institution(id) => (None, Some(id)),
        };
        Self { role: held.role, unit_id, institution_id, place_name: held.place_name, valid_until: held.valid_until }
    }
}

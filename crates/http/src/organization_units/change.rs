//! Changing a unit: its name, its region, its place in the tree.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{Permission, Scope},
    organization_units::{
        OrganizationUnit, UNIT_CLOSED, UNIT_IS_ROOT, UNIT_LEVEL_NOT_BELOW_PARENT, UNIT_LOOP, UNIT_OTHER_OPERATOR,
        UnitProfile,
    },
};
use aumsos_persistence::Work;
use uuid::Uuid;

use super::model::tag;
use crate::{
    access::Caller,
    body::{Body, MergePatch, refuse_value},
    command::Reply,
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

const PATH: &str = "/v1/organization-units/{organization_unit_id}";

/// The row of the operation that replaces a unit.
pub(super) fn put() -> Operation {
    described(Operation::put(PATH, "replace_organization_unit", replace).summary("Replace an organisational unit"))
        .body::<UnitProfile>()
}

/// The row of the operation that patches a unit.
pub(super) fn patch() -> Operation {
    described(Operation::patch(PATH, "update_organization_unit", update).summary("Change an organisational unit"))
        .merge_patch::<UnitProfile>()
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::OrganizationUnits)
        .needs(Permission::UnitsManage)
        .description("A unit that gets another parent takes its subtree with it. The caller must be responsible for both places.")
        .answers_record::<OrganizationUnit>(StatusCode::OK, "The unit")
        .refuses(&[&UNIT_LOOP, &UNIT_LEVEL_NOT_BELOW_PARENT, &UNIT_OTHER_OPERATOR, &UNIT_IS_ROOT, &UNIT_CLOSED])
}

async fn replace(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UnitProfile>,
) -> Result<HttpResponse, Problem> {
    let scope = caller.scope();
    caller
        .run_once(async |work| {
            let before = load(work, *id, &scope, &expected).await?;
            save(work, before, body.0.clone(), &scope).await
        })
        .await
}

async fn update(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    let scope = caller.scope();
    caller
        .run_once(async |work| {
            let before = load(work, *id, &scope, &expected).await?;
            let profile = before.profile().ok_or(Problem::refused(&UNIT_IS_ROOT))?;
            save(work, before, patch.apply(&profile)?, &scope).await
        })
        .await
}

/// The unit within the caller's scope, at the version that the caller knows.
pub(super) async fn load(
    work: &mut Work,
    id: Uuid,
    scope: &Scope,
    expected: &IfMatch,
) -> Result<OrganizationUnit, Problem> {
    let unit = work.unit_for_update(id).await?.ok_or_else(Problem::not_found)?;
    if !work.is_unit_within(id, scope).await? {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
    }
    expected.check(unit.version)?;
    Ok(unit)
}

async fn save(
    work: &mut Work,
    before: OrganizationUnit,
    profile: UnitProfile,
    scope: &Scope,
) -> Result<Reply, Problem> {
    let parent = work.unit_for_update(profile.parent_id).await?;
    let parent = parent.ok_or_else(|| refuse_value("/parent_id", &reasons::RECORD_UNKNOWN))?;
    let above = work.line_above(parent.id).await?;
    let is_moved = before.parent_id != Some(parent.id);
    if is_moved && !above.iter().any(|unit| scope.units().contains(unit)) {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
    }
    if is_moved || profile.region != before.region {
        Problem::unless_sound(profile.broken_rules(&parent))?;
    }
    let after = before.clone().change(profile, &parent, &above, work.at())?;
    work.save_unit(if is_moved { "moved" } else { "changed" }, &before, &after).await?;
    Reply::record(&tag(&after), &after)
}

//! Changing until when a role holds.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        Actor, Permission,
        granting::{self, GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF, LAST_ADMINISTRATOR},
    },
    role_assignments::{GivenRole, ROLE_HELD_ALREADY, ROLE_IS_OVER, RoleEnd},
};
use aumsos_persistence::Work;
use uuid::Uuid;

use super::model::{RoleAssignmentOut, tag};
use crate::{
    access::Caller,
    body::MergePatch,
    command::Reply,
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::patch("/v1/role-assignments/{role_assignment_id}", "update_role_assignment", handle)
        .tag(Tag::RoleAssignments)
        .needs(Permission::RolesGrant)
        .summary("Change until when a role holds")
        .description("By whoever could give the role. Null takes the end away; to end it now, revoke it.")
        .merge_patch::<RoleEnd>()
        .answers_record::<RoleAssignmentOut>(StatusCode::OK, "The assignment")
        .refuses(&[&GRANT_TO_ONESELF, &GRANT_BEYOND_ONES_OWN, &ROLE_HELD_ALREADY, &ROLE_IS_OVER, &LAST_ADMINISTRATOR])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            let administrators = work.lock_administrators().await?;
            let before = load(work, caller.actor(), *id).await?;
            expected.check(before.version)?;
            let asked: RoleEnd = patch.apply(&RoleEnd { valid_until: before.term.valid_until })?;
            check_grant(work, caller.actor(), &before).await?;
            let others = work.given_roles_of(before.holder).await?;
            let after = before.clone().end_at(asked.valid_until, &others, work.at())?;
            Problem::unless_sound(after.term.broken_rule("/valid_until", work.at()).into_iter().collect())?;
            if asked.valid_until.is_some() {
                granting::check_administrators_remain(&administrators.left_without_role(before.id))?;
            }
            work.save_role_assignment("changed", Some(&before), &after).await?;
            Reply::record(&tag(&after, work.at()), &RoleAssignmentOut::of(&after, work.at()))
        })
        .await
}

/// The role of an id at a place where the actor sees or gives roles, locked until the end of the unit of work.
pub(super) async fn load(work: &mut Work, actor: &Actor, id: Uuid) -> Result<GivenRole, Problem> {
    let scopes = [Permission::RolesRead, Permission::RolesGrant].map(|permission| actor.scope(permission));
    work.role_assignment_for_update(id, &scopes).await?.ok_or_else(Problem::not_found)
}

/// Refuses whoever could not give the role.
pub(super) async fn check_grant(work: &mut Work, actor: &Actor, given: &GivenRole) -> Result<(), Problem> {
    for (role, place) in work.in_tree(std::slice::from_ref(given)).await? {
        granting::check_grant(actor, given.holder, role, &place)?;
    }
    Ok(())
}

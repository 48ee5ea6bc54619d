//! Listing roles, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::{clock, role_assignments::role_key};
use uuid::Uuid;

use super::model::{RoleAssignmentOut, RoleAssignmentQuery, tag};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/role-assignments", "list_role_assignments", handle)
        .tag(Tag::RoleAssignments)
        .needs(Permission::RolesRead)
        .summary("List role assignments")
        .description("Roles at places in the caller's scope, those that are over among them; the latest first.")
        .lists::<RoleAssignmentQuery, RoleAssignmentOut>()
}

async fn handle(caller: Caller, query: ListQuery<RoleAssignmentQuery>) -> Result<HttpResponse, Problem> {
    let filters = query.filters.filters();
    let direction = query.direction();
    let scope = caller.scope();
    let roles = caller.store().role_assignments(&filters, direction, &query.page_and_one(), &scope).await?;
    let count =
        if query.with_count { Some(caller.store().count_role_assignments(&filters, &scope).await?) } else { None };
    let at = clock::now();
    let rows = roles.into_iter().map(|given| (RoleAssignmentOut::of(&given, at), role_key(&given)));
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/role-assignments/{role_assignment_id}", "get_role_assignment", show_one)
        .tag(Tag::RoleAssignments)
        .needs(Permission::RolesRead)
        .summary("Get a role assignment")
        .description("One role at a place in the caller's scope.")
        .query::<RecordQuery>()
        .answers_record::<RoleAssignmentOut>(StatusCode::OK, "The assignment")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let given = caller.store().role_assignment(*id, &caller.scope()).await?.ok_or_else(Problem::not_found)?;
    let at = clock::now();
    show.answer(&tag(&given, at), &RoleAssignmentOut::of(&given, at))
}

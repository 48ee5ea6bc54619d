//! Showing one unit, and those above it.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::organization_units::OrganizationUnit;
use uuid::Uuid;

use super::model::{AncestorsOut, tag};
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/organization-units/{organization_unit_id}", "get_organization_unit", handle)
        .tag(Tag::OrganizationUnits)
        .access(Access::Anyone)
        .summary("Get an organisational unit")
        .description("One unit of the tree.")
        .query::<RecordQuery>()
        .answers_record::<OrganizationUnit>(StatusCode::OK, "The unit")
        .may_follow()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let unit = caller.store().unit(*id).await?.ok_or_else(Problem::not_found)?;
    show.answer(&tag(&unit), &unit)
}

/// The row of the operation that shows the units above one.
pub(super) fn ancestors() -> Operation {
    Operation::get("/v1/organization-units/{organization_unit_id}/ancestors", "list_unit_ancestors", above)
        .tag(Tag::OrganizationUnits)
        .access(Access::Anyone)
        .summary("List the units above a unit")
        .description("The line from the central unit down to this one: whoever is responsible for one of them is responsible for it.")
        .answers::<AncestorsOut>(StatusCode::OK, "The root first, the unit itself last")
        .may_follow()
}

async fn above(caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let items = caller.store().unit_chain(*id).await?;
    if items.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(AncestorsOut { items }))
}
